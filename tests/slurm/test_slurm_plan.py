"""A run on a cluster from nothing to the figures; and jobs do what was planned, whatever is edited meanwhile."""

import re

from started import Started, results

import workflow
from processes import wait


def test_slurm_the_whole_run_gives_the_bits_of_one_without_a_cluster(one, shared, tmp_path):
    """Training and measures on the cluster, all else here; afterwards there is nothing to be done."""
    alone = workflow.copy(one, tmp_path / "alone")
    workflow.run(alone)
    with Started(one, shared, "all") as start:
        start.succeeds()
    assert results(one) == results(alone)
    figures = sorted(path.relative_to(alone) for path in (alone / "results/tiny/figures").iterdir())
    assert all((one / path).read_bytes() == (alone / path).read_bytes() for path in figures)
    submitted = set(re.findall(r"slurm_logs/rule_(\w+)/", start.output))
    assert submitted == {"train", "truncate", "shuffle", "spectrum", "trials"}
    with Started(one, shared, "all") as again:
        again.succeeds()
        assert "Nothing to be done" in again.output


def test_slurm_training_asks_for_a_gpu_and_nothing_else_does(one, shared):
    """None of these is a real one, as the job notices; what it says is in its log."""
    profile = one / "slurm/config.yaml"
    workflow.replace(profile, "device: cpu", "device: cuda")
    workflow.replace(profile, "retries: 2", "retries: 0")
    with Started(one, shared) as start:
        assert start.ended() != 0
        assert shared.asked_for_gpus()[start.job()]
    (log,) = one.glob("results/tiny/logs/train/romo/g0.9/seed0-*.log")
    assert "this job is to train on a GPU, and PyTorch" in log.read_text()
    workflow.replace(profile, "device: cuda", "device: cpu")
    before = shared.asked_for_gpus()
    with Started(one, shared) as start:
        start.succeeds()
    others = {pid: asked for pid, asked in shared.asked_for_gpus().items() if pid not in before}
    assert len(others) == 2
    assert not any(others.values())


def test_slurm_a_job_does_what_was_planned_though_the_config_was_edited(one, own, undisturbed):
    """Between submission and start: there is no node yet."""
    cluster = own()
    cluster.start_controller()
    with Started(one, cluster) as start:
        wait(lambda: len(cluster.jobs("PENDING")) == 1, lambda: start.output)
        workflow.configure(one, seeds=[0, 1], training={"n_neurons": 14}, tasks={"romo": {"epochs": 9}})
        cluster.start_node("n1")
        start.succeeds()
    assert results(one) == undisturbed[1]


def test_slurm_a_job_whose_code_was_edited_refuses(one, own):
    cluster = own()
    cluster.start_controller()
    workflow.replace(one / "slurm/config.yaml", "retries: 2", "retries: 0")
    with Started(one, cluster) as start:
        wait(lambda: len(cluster.jobs("PENDING")) == 1, lambda: start.output)
        workflow.replace(workflow.library(one) / "training/loop.py", "SAVE_SECONDS, clock", "2 * SAVE_SECONDS, clock")
        cluster.start_node("n1")
        assert start.ended() != 0
    assert list(one.glob("results/networks/romo/**/*.safetensors")) == []
    (log,) = one.glob("results/tiny/logs/train/romo/g0.9/seed0-*.log")
    assert "changed" in log.read_text()
    assert "Traceback" not in log.read_text()
    with Started(one, cluster) as again:
        again.succeeds()
