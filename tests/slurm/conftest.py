"""Clusters to run on, a small project to run, and what its undisturbed run makes."""

import os
from pathlib import Path

import pytest
import yaml
from cluster import MISSING, Cluster
from started import EPOCHS, TARGET, results

import workflow
from gate import Gate
from once import once


def pytest_collection_modifyitems(items) -> None:
    reason = f"SLURM is not installed: {', '.join(MISSING)} missing (Debian: slurm-wlm)" if MISSING else None
    if os.geteuid() != 0:
        reason = "only root can start a SLURM with GPUs to give away"
    if reason:
        for item in items:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def shared(tmp_path_factory):
    """A cluster for all scenarios of a process that leave it as it is."""
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def own(tmp_path_factory):
    """Makes a cluster for one scenario alone; it is not started."""
    made = []

    def make(**how) -> Cluster:
        made.append(Cluster(tmp_path_factory.mktemp("cluster"), **how))
        return made[-1]

    yield make
    for cluster in made:
        cluster.stop()


# A writer is killed when half of a file is written, if a test says so for files of its kind or name. All projects here
# have this code, since a measure's file names the code that made it.
KILLED = """        for kill in filter(Path.is_file, (Path("kill", path.suffix), Path("kill", path.name))):
            kill.unlink()
            os.truncate(temporary, temporary.stat().st_size // 2)
            os.kill(os.getpid(), 9)
        temporary.chmod("""


def set_up(folder: Path, seeds: list[int]) -> Path:
    """The project with networks to train, a state saved each epoch, a gate, and a profile for these clusters."""
    workflow.copy_sources(folder)
    tasks = {"flipflop": None, "mante": None, "linear_z0.5": None, "romo": {"epochs": EPOCHS}}
    workflow.configure(folder, seeds=seeds, tasks=tasks, sentiment=None)
    workflow.replace(workflow.library(folder) / "training/pace.py", "SAVE_SECONDS = 30.0", "SAVE_SECONDS = 0.0")
    workflow.replace(workflow.library(folder) / "core/files.py", "        temporary.chmod(", KILLED)
    Gate(folder).build(folder / "workflow/scripts")
    path = folder / "slurm/config.yaml"
    profile = yaml.safe_load(path.read_text())
    profile |= {"slurm-init-seconds-before-status-checks": 2, "seconds-between-status-checks": 2}
    profile |= {"slurm-keep-successful-logs": True, "latency-wait": 10}
    profile["default-resources"] |= {"mem_mb": 50}
    profile["set-resources"]["train"] |= {"device": "cpu", "stack": 1, "mem_mb": 50, "cpus_per_task": 1}
    profile["set-resources"]["train_sentiment"] |= {"mem_mb": 50, "cpus_per_task": 1}
    path.write_text(yaml.safe_dump(profile))
    return folder


@pytest.fixture
def one(tmp_path) -> Path:
    """A project with one network to train; nothing is there yet."""
    return set_up(tmp_path / "project", [0])


@pytest.fixture
def two(tmp_path) -> Path:
    """The same with two."""
    return set_up(tmp_path / "project", [0, 1])


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory) -> dict[int, dict[str, bytes]]:
    """What a run without a cluster makes of one network and of two, by path."""

    def make(folder: Path) -> None:
        workflow.run(set_up(folder / "1", [0]), TARGET)
        workflow.configure(workflow.copy(folder / "1", folder / "2"), seeds=[0, 1])
        workflow.run(folder / "2", TARGET)

    folder = once(tmp_path_factory, "undisturbed", make)
    return {count: results(folder / str(count)) for count in (1, 2)}
