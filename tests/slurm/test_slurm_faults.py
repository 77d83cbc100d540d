"""What happens to clusters: after each fault all is there in the end, to the bits of a run without a fault.

Most faults need nothing: SLURM or Snakemake starts the job again, and it goes on from its last state. After the
others the same command does.
"""

import contextlib
import os
import signal
from pathlib import Path

from cluster import wait
from started import EPOCHS, PATIENCE, TARGET, Started, paused, processes, remains, results, written

import workflow


def check(project, undisturbed, but=()) -> None:
    """All is there, with the bits of the undisturbed run, and nothing else."""
    found = results(project)
    expected = undisturbed[sum(path.endswith(".safetensors") for path in found)]
    assert found.keys() == expected.keys()
    assert [path for path, content in found.items() if content != expected[path]] == []
    assert [path for path in remains(project) if not path.endswith(but or "\0")] == []
    assert workflow.planned(project, TARGET).names == set(), "the same command again has nothing to do"


def log(project, seed=0) -> str:
    (path,) = project.glob(f"results/tiny/logs/train/romo/g0.9/seed{seed}-*.log")
    return path.read_text()


def test_slurm_a_cancelled_job_goes_on(one, shared, undisturbed):
    """scancel of one training: Snakemake submits it again."""
    with Started(one, shared) as start:
        start.training()
        shared("scancel", start.job())
        start.succeeds()
        assert "Trying to restart job" in start.output
    assert "going on from epoch" in log(one)
    check(one, undisturbed)


def test_slurm_a_job_out_of_time_goes_on(one, shared, undisturbed):
    with Started(one, shared) as start:
        with paused(start.training()):
            number = start.job()
            shared("scontrol", "update", f"JobId={number}", "TimeLimit=00:00:01")
            wait(lambda: f"JobId={number} " in shared.completed(), 120, lambda: shared("squeue"))
        start.succeeds()
    (line,) = [line for line in shared.completed().splitlines() if line.startswith(f"JobId={number} ")]
    assert "JobState=TIMEOUT" in line
    assert "going on from epoch" in log(one)
    check(one, undisturbed)


def test_slurm_a_preempted_job_is_requeued_and_goes_on(one, own, undisturbed):
    """By its cluster, under the same number: no retry is used."""
    cluster = own(cpus=2)
    cluster.start()
    with Started(one, cluster) as start:
        with paused(start.training()):
            cluster("sbatch", "-p", "urgent", "-n", "2", "-o", "/dev/null", "--wrap", "sleep 1")
            wait(lambda: restarts(cluster, start.job()) > 0, 60, lambda: cluster("squeue"))
        start.succeeds()
        assert "Trying to restart job" not in start.output
    assert "going on from epoch" in log(one)
    check(one, undisturbed)


def restarts(cluster, number) -> int:
    """How often a job was started again by the cluster."""
    return int(cluster("squeue", "-h", "-O", "RestartCnt", "-j", number).strip() or 0)


def test_slurm_a_job_whose_node_is_lost_goes_on_elsewhere(one, own, undisturbed):
    cluster = own(nodes=2)
    cluster.start()
    with Started(one, cluster) as start:
        start.training()
        node = cluster("squeue", "-h", "-o", "%N", "-j", start.job()).strip()
        cluster.lose(node)
        for pid in processes(one, ""):
            with contextlib.suppress(OSError):
                if node_of(pid) == node:
                    os.kill(pid, signal.SIGKILL)
        start.succeeds()
        assert "Trying to restart job" not in start.output
    assert "going on from epoch" in log(one)
    check(one, undisturbed)


def node_of(pid: int) -> str:
    """The node on which a process runs."""
    variables = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(variable.partition("=")[::2] for variable in variables).get("SLURMD_NODENAME", "")


def test_slurm_killed_within_a_write_nothing_half_appears(one, shared, undisturbed):
    """A job is killed when half of a state, of a history, of a network is written, each once."""
    workflow.replace(
        workflow.library(one) / "files.py",
        "        temporary.chmod(",
        """        if (kill := Path("kill", path.suffix)).exists():
            kill.unlink()
            os.truncate(temporary, temporary.stat().st_size // 2)
            os.kill(os.getpid(), 9)
        temporary.chmod(""",
    )
    workflow.replace(one / "slurm/config.yaml", "retries: 2", "retries: 3")
    kinds = (".state", ".parquet", ".safetensors")
    (one / "kill").mkdir()
    for kind in kinds:
        (one / "kill" / kind).touch()
    with Started(one, shared) as start:
        start.succeeds()
        assert start.output.count("Trying to restart job") == len(kinds)
    assert list((one / "kill").iterdir()) == []
    check(one, undisturbed, but=".tmp")


def test_slurm_after_a_kill_of_snakemake_no_network_is_trained_twice(two, shared, undisturbed):
    """The same command, while the jobs of the killed one still run: a second copy of each waits and finds it done."""
    with Started(two, shared) as killed, paused(killed.training(0)) as first, paused(killed.training(1)) as second:
        killed.process.kill()
        killed.process.wait()
        with Started(two, shared) as again:
            assert again.ended() != 0
            assert "--unlock" in again.output
        with Started(two, shared, "--unlock") as unlock:
            unlock.succeeds()
        with Started(two, shared) as again:
            wait(lambda: copies(two) == 2, 120, lambda: f"no second copies: {again.output}")
            assert written(two) == {}
            for pid in (first, second):
                os.kill(pid, signal.SIGCONT)
            once = wait(lambda: len(found := written(two)) == 2 and found, 120, lambda: again.output)
            again.succeeds()
    assert written(two) == once
    assert "found results/networks/romo" in log(two)
    check(two, undisturbed)


def copies(project) -> int:
    """How many trainings wait for another one's lock."""
    waiting = {line.split()[5] for line in Path("/proc/locks").read_text().splitlines() if "->" in line}
    return sum(str(pid) in waiting for pid in processes(project, ".train.py"))


def test_slurm_ctrl_c_cancels_the_jobs_and_the_same_command_goes_on(two, shared, undisturbed):
    with Started(two, shared) as stopped:
        pid = stopped.training()
        numbers = {stopped.job(seed) for seed in (0, 1)}
        stopped.process.send_signal(signal.SIGINT)
        assert stopped.ended() != 0
        wait(lambda: not numbers & set(shared.jobs()), 180, lambda: shared("squeue"))
        assert not os.path.exists(f"/proc/{pid}")
    finished = written(two)
    with Started(two, shared) as again:
        again.succeeds()
        assert "--unlock" not in again.output
    assert "going on from epoch" in log(two)
    assert finished.items() <= written(two).items()
    check(two, undisturbed)


def test_slurm_a_restarted_controller_forgets_nothing(one, own, undisturbed):
    cluster = own()
    cluster.start()
    with Started(one, cluster) as start:
        with paused(start.training()):
            cluster.kill("slurmctld")
            cluster.start_controller()
            wait(lambda: start.job() in cluster.jobs("RUNNING"), 30, lambda: cluster("squeue"))
        start.succeeds()
        assert "Trying to restart job" not in start.output
    check(one, undisturbed)


def test_slurm_a_cancelled_stack_keeps_its_finished_networks(two, shared, undisturbed):
    """Both networks in one job; it is cancelled when the first is finished."""
    workflow.replace(two / "slurm/config.yaml", "stack: 1", "stack: 2")
    with Started(two, shared) as start:
        wait(lambda: any(processes(two, ".train.py")) and written(two), PATIENCE, lambda: start.output)
        shared("scancel", *shared.jobs("RUNNING"))
        start.succeeds()
    (path,) = two.glob("results/tiny/logs/train/train_1_romo.log")
    assert f"going on from epoch {EPOCHS}" in path.read_text()
    check(two, undisturbed)
