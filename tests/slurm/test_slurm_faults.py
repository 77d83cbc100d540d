"""What happens to clusters: after each fault all is there in the end, to the bits of a run without a fault.

Most faults need nothing: SLURM or Snakemake starts the job again, and it goes on from its last state. After the
others the same command does. The trainings that a fault meets wait at a gate, midway, until it is over.
"""

import signal
from collections.abc import Iterator

import pytest
from started import EPOCHS, TARGET, Started, doctor, remains, results, written

import gate
import workflow
from processes import await_end, trainings, wait, waiting_for_a_lock

GOES_ON = f"resuming from epoch {gate.EPOCH}\n"


@pytest.fixture(autouse=True)
def closed(request) -> Iterator[gate.Gate]:
    """The gate of the project, closed; a test that fails leaves it open, and nothing that waits for ever."""
    project = next(request.getfixturevalue(name) for name in ("one", "two") if name in request.fixturenames)
    with gate.Gate(project).close() as closed:
        yield closed


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


def test_slurm_a_cancelled_job_goes_on(one, closed, shared, undisturbed):
    """scancel of one training: Snakemake submits it again."""
    with Started(one, shared) as start:
        training, number = start.training(), start.job()
        shared("scancel", number)
        assert shared.ended(number) == "CANCELLED"
        await_end(training)
        closed.open()
        start.succeeds()
        assert "Trying to restart job" in start.output
    assert GOES_ON in log(one)
    check(one, undisturbed)


def test_slurm_a_job_out_of_time_goes_on(one, closed, shared, undisturbed):
    with Started(one, shared) as start:
        training, number = start.training(), start.job()
        shared("scontrol", "update", f"JobId={number}", "TimeLimit=00:00:01")
        assert shared.ended(number) == "TIMEOUT"
        await_end(training)
        closed.open()
        start.succeeds()
    assert GOES_ON in log(one)
    check(one, undisturbed)


def test_slurm_a_preempted_job_is_requeued_and_goes_on(one, closed, own, undisturbed):
    """By its cluster, under the same number: no retry is used."""
    cluster = own(cpus=2)
    cluster.start()
    with Started(one, cluster) as start:
        training = start.training()
        cluster("sbatch", "-p", "urgent", "-n", "2", "-o", "/dev/null", "--wrap", "sleep 1")
        wait(lambda: restarts(cluster, start.job()) > 0, cluster.queue)
        await_end(training)
        closed.open()
        start.succeeds()
        assert "Trying to restart job" not in start.output
    assert GOES_ON in log(one)
    check(one, undisturbed)


def restarts(cluster, number) -> int:
    """How often a job was started again by the cluster."""
    return int(cluster("squeue", "-h", "-O", "RestartCnt", "-j", number).strip() or 0)


def test_slurm_a_job_whose_node_is_lost_goes_on_elsewhere(one, closed, own, undisturbed):
    cluster = own(nodes=2, silence=10)
    cluster.start()
    with Started(one, cluster) as start:
        training = start.training()
        cluster.lose(cluster("squeue", "-h", "-o", "%N", "-j", start.job()).strip())
        await_end(training)
        assert written(one) == {}
        closed.open()
        start.succeeds()
        assert "Trying to restart job" not in start.output
    assert GOES_ON in log(one)
    check(one, undisturbed)


def test_slurm_killed_within_a_write_nothing_half_appears(one, closed, shared, undisturbed):
    """A job is killed when half of a state, of a history, of a network is written, each once."""
    workflow.replace(one / "slurm/config.yaml", "retries: 2", "retries: 3")
    kinds = (".state", ".parquet", ".safetensors")
    (one / "kill").mkdir()
    for kind in kinds:
        (one / "kill" / kind).touch()
    closed.open()
    with Started(one, shared) as start:
        start.succeeds()
        assert start.output.count("Trying to restart job") == len(kinds)
    assert list((one / "kill").iterdir()) == []
    check(one, undisturbed, but=".tmp")


def test_slurm_after_a_kill_of_snakemake_no_network_is_trained_twice(two, closed, shared, undisturbed):
    """The same command, while the jobs of the killed one still run: a second copy of each waits and finds it done."""
    with Started(two, shared) as killed:
        for seed in (0, 1):
            killed.training(seed)
        killed.process.kill()
        killed.process.wait()
        with Started(two, shared) as again:
            assert again.ended() != 0
            assert "--unlock" in again.output
        with Started(two, shared, "--unlock") as unlock:
            unlock.succeeds()
        with Started(two, shared) as again:
            wait(
                lambda: len(waiting_for_a_lock().intersection(trainings(two))) == 2,
                lambda: f"no second copies: {again.output}",
            )
            assert written(two) == {}
            closed.open()
            once = wait(lambda: len(found := written(two)) == 2 and found, lambda: again.output)
            again.succeeds()
    assert written(two) == once
    for seed in (0, 1):
        assert "found results/networks/romo" in log(two, seed)
    check(two, undisturbed)


def test_slurm_ctrl_c_cancels_the_jobs_and_the_same_command_goes_on(two, closed, shared, undisturbed):
    with Started(two, shared) as stopped:
        locked = [stopped.training(seed) for seed in (0, 1)]
        numbers = {stopped.job(seed) for seed in (0, 1)}
        with stopped.asking_nothing():
            stopped.process.send_signal(signal.SIGINT)
            wait(lambda: not numbers & set(shared.jobs()), shared.queue)
        assert stopped.ended() != 0
        await_end(*locked)
    assert written(two) == {}
    closed.open()
    with Started(two, shared) as again:
        again.succeeds()
        assert "--unlock" not in again.output
    for seed in (0, 1):
        assert GOES_ON in log(two, seed)
    check(two, undisturbed)


def test_slurm_a_restarted_controller_forgets_nothing(one, closed, own, undisturbed):
    """The job's start had reached its disk; Snakemake, which would wait for ever, asks for nothing meanwhile."""
    cluster = own()
    cluster.start()
    with Started(one, cluster) as start:
        start.training()
        cluster.remember(start.job())
        with start.asking_nothing():
            cluster.kill("slurmctld")
            cluster.start_controller()
            wait(lambda: start.job() in cluster.jobs("RUNNING"), cluster.queue)
        closed.open()
        start.succeeds()
        assert "Trying to restart job" not in start.output
    assert "resuming" not in log(one), "it was not interrupted"
    check(one, undisturbed)


def test_slurm_a_held_job_waits_until_it_is_released_as_the_doctor_says(one, closed, shared, undisturbed):
    """As a controller holds a job whose start it cannot know of, since it crashed seconds later."""
    with Started(one, shared) as start:
        training, number = start.training(), start.job()
        shared("scontrol", "requeuehold", number)
        await_end(training)
        closed.open()
        wait(lambda: f"{number} PENDING" in shared.queue(), shared.queue)
        (line,) = [line for line in doctor(one, shared)[1] if line.startswith("FIX")]
        assert f"SLURM is holding jobs, so Snakemake would wait forever: {number} (" in line
        assert start.process.poll() is None
        shared(*line.rpartition(": ")[2].split())
        start.succeeds()
        assert "Trying to restart job" not in start.output
    assert GOES_ON in log(one)
    check(one, undisturbed)


def test_slurm_a_stack_of_measures_killed_midway_is_taken_again(two, closed, shared, undisturbed):
    """It is killed when its first measure is written and its second half; the next try takes both."""
    workflow.replace(two / "slurm/config.yaml", "stack: 1", "stack: 2")
    closed.open()
    (two / "kill").mkdir()
    (two / "kill/seed1.parquet").touch()
    with Started(two, shared) as start:
        start.succeeds()
        assert start.output.count("Trying to restart job") == 1
    assert list((two / "kill").iterdir()) == []
    log = (two / "results/tiny/logs/spectrum/spectrum_1_romo.log").read_text()
    assert [line.rpartition("/")[2] for line in log.splitlines() if "measured" in line] == [
        "seed0.parquet",
        "seed1.parquet",
    ]
    check(two, undisturbed, but=".tmp")


def test_slurm_a_cancelled_stack_keeps_its_finished_networks(two, closed, shared, undisturbed):
    """Both networks in one job; it is cancelled when the first is finished and the second midway."""
    workflow.replace(two / "slurm/config.yaml", "stack: 1", "stack: 2")
    closed.close(EPOCHS + gate.EPOCH)
    with Started(two, shared) as start:
        wait(closed.waiting, lambda: start.output)
        (training,), (number,) = closed.waiting(), shared.jobs("RUNNING")
        assert len(written(two)) == 1
        shared("scancel", number)
        assert shared.ended(number) == "CANCELLED"
        await_end(training)
        closed.open()
        start.succeeds()
    (path,) = two.glob("results/tiny/logs/train/train_1_romo.log")
    assert f"resuming from epoch {EPOCHS}\n" in path.read_text()
    assert GOES_ON in path.read_text()
    check(two, undisturbed)
