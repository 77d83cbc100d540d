"""Stacks: several networks in one job give the same files as a job each, and lose nothing when one fails."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

import workflow
from gate import Gate
from lowrank.training import device
from once import once
from processes import trainings, wait, waiting_for_a_lock
from workflow import configure, planned, refused, run, start

SEEDS = [0, 1, 2, 3, 4]


def networks(folder: Path) -> dict[str, bytes]:
    """All networks and histories, and whatever else is there but the lock."""
    found = (folder / "results/networks").rglob("*")
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in found if path.is_file() and path.name != ".lock"
    }


def without_networks(folder: Path) -> Path:
    """A copy without the networks that it had."""
    for path in networks(folder):
        (folder / path).unlink()
    return folder


@pytest.fixture(scope="module")
def alone(finished_small, tmp_path_factory) -> Path:
    """Five networks, each trained by a job of its own; not to be changed."""

    def make(folder: Path) -> None:
        configure(workflow.copy(finished_small, folder), seeds=SEEDS)
        run(without_networks(folder))

    return once(tmp_path_factory, "alone", make)


@pytest.fixture
def five(alone, tmp_path) -> Path:
    """A copy of it."""
    return workflow.copy(alone, tmp_path / "five")


@pytest.mark.parametrize(("stack", "jobs"), [(2, 3), (5, 1)])
def test_stacks_give_the_same_bits(alone, five, stack, jobs):
    without_networks(five)
    made = run(five, "--until", *(f"train_{n}_romo" for n in range(1, jobs + 1)), "--config", f"stack={stack}")
    assert made.names == {f"train_{n}_romo" for n in range(1, jobs + 1)}
    assert networks(five) == networks(alone)


@pytest.mark.parametrize("stack", [2, 5])
def test_another_size_of_stacks_trains_nothing(alone, stack):
    assert planned(alone, "--config", f"stack={stack}").names == set()


def test_one_seed_more_trains_one_network(five):
    configure(five, seeds=[*SEEDS, 7], stack=5)
    before = networks(five)
    trained = {name for name in planned(five).names if name.startswith("train")}
    assert trained == {"train_1_romo"}
    run(five, "--until", "train_1_romo")
    after = networks(five)
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 2


def test_a_stack_is_of_one_task(project):
    configure(project, training={"batch": 5}, stack=3)
    trained = {name for name in planned(project).names if name.startswith("train_") and "sentiment" not in name}
    # flipflop has 2 g and 2 seeds, mante and romo 1 g and 2 seeds; the linear network has a batch of its own
    assert trained == {"train_1_flipflop", "train_2_flipflop", "train_3_mante", "train_4_romo"}


@pytest.mark.parametrize("first", ["stack", "singles"])
def test_two_starts_with_other_stacks_train_each_network_once(five, alone, tmp_path, first):
    """At the same time, in two clones that share their networks: the second finds all missing, and waits.

    In one folder Snakemake's lock forbids it; without that lock (--nolock) its own records are not made for two.
    """
    without_networks(five)
    clone = workflow.copy(five, tmp_path / "clone")
    shutil.rmtree(clone / "results/networks")
    (clone / "results/networks").symlink_to(five / "results/networks")
    for folder in (five, clone):
        shutil.rmtree(folder / "results/tiny/logs")
    gate = Gate(five).build(five / "workflow/scripts")
    starts = {"stack": ("train_1_romo", "stack=5", 1), "singles": ("train", "stack=1", 2)}
    (until, config, at_once), (until_too, config_too, at_once_too) = starts.pop(first), *starts.values()
    with ThreadPoolExecutor() as pool, gate.close():
        begun = pool.submit(start, five, "--cores", "2", "--until", until, "--config", config, afresh=True)
        wait(lambda: begun.done() or len(gate.waiting()) == at_once, lambda: "nothing waits at the gate")
        second = pool.submit(start, clone, "--cores", "2", "--until", until_too, "--config", config_too, afresh=True)
        wait(lambda: second.done() or len(lock_waits(clone)) == at_once_too, lambda: "nothing waits for a lock")
        assert not any(path.endswith(".safetensors") for path in networks(five))
        gate.open()
        processes = [begun.result(), second.result()]
    assert [process.returncode for process in processes] == [0, 0], processes
    assert networks(five) == networks(alone)
    assert (log(five) + log(clone)).count("training results/networks/romo") == len(SEEDS)
    assert "found results/networks/romo" in log(clone)


def lock_waits(folder: Path) -> set[int]:
    return waiting_for_a_lock().intersection(trainings(folder))


def log(folder: Path) -> str:
    """Of all trainings in a project."""
    return "".join(path.read_text() for path in (folder / "results/tiny/logs/train").rglob("*.log"))


def test_measures_taken_together_are_those_taken_alone(alone, five):
    """To the byte, their records included: whoever takes the next step finds nothing to do."""
    measures = [path.relative_to(five) for path in five.glob("results/tiny/[!t]*/romo/**/*.parquet")]
    measures += [path.relative_to(five) for path in five.glob("results/tiny/tr*/romo/**/*.parquet")]
    assert len(measures) == 4 * len(SEEDS)
    for path in measures:
        (five / path).unlink()
    made = run(five, "--config", "stack=3").names
    expected = {f"{rule}_{n}_romo" for rule in ("truncate", "shuffle", "spectrum", "trials") for n in (1, 2)}
    assert {name for name in made if name.endswith("_romo")} == expected
    assert [path for path in measures if (five / path).read_bytes() != (alone / path).read_bytes()] == []
    assert planned(five).names == planned(five, "--config", "stack=5").names == set()


def test_a_stack_measures_only_what_is_not_as_planned(five):
    (measure,) = five.glob("results/tiny/truncation/romo/g0.9/seed3.parquet")
    before = {path: path.read_bytes() for path in measure.parent.iterdir()}
    measure.write_bytes(b"cut short")
    made = run(five, "--config", "stack=5", "--until", "truncate_1_romo").names
    assert made == {"truncate_1_romo"}
    assert {path: path.read_bytes() for path in measure.parent.iterdir()} == before
    log = (five / "results/tiny/logs/truncate/truncate_1_romo.log").read_text()
    assert log.count("measured ") == 1


def test_what_is_set_for_training_holds_for_stacks(five):
    without_networks(five)
    jobs = planned(five, "--config", "stack=5", "--set-resources", "train:mem_mb=77")
    assert jobs.resources["train_1_romo"]["mem_mb"] == "77"


@pytest.mark.parametrize("stack", [1, 2])
def test_a_profile_sets_device_and_stack_beside_the_resources_of_training(project, stack):
    """There they outlive a --config on the command line; linear networks, whose kernel is for the CPU, get none."""
    configure(project, training={"batch": 5}, tasks={"linear_z0.5": {"epochs": 22}}, sentiment={"batch": 9})
    asked = ("train:device=cuda", f"train:stack={stack}", "train:runtime=33")
    jobs = planned(project, "--set-resources", *asked, "--config", "run=b").resources
    training = {name: resources for name, resources in jobs.items() if name.startswith("train")}
    assert len(training) == 1 + {1: 12, 2: 6}[stack]
    for name, resources in training.items():
        on_gpu = "linear" not in name
        assert resources.get("gpu") == str(int(on_gpu))
        assert (resources.get("runtime") == "33") == (on_gpu and name != "train_sentiment seed0")


def test_a_job_without_its_gpu_says_so(five):
    """One that sees a GPU trains on it: no such machine tests this."""
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    without_networks(five)
    output = refused(five, "--config", "device=cuda", "--until", "train")
    assert output.count("this job is to train on a GPU, and PyTorch") == len(SEEDS)
    assert "Execute 1 jobs..." in output
    assert "Execute 2 jobs..." not in output, "two cores, but one GPU"
    assert networks(five) == {}


def test_gpus_of_one_machine_are_shared_out(tmp_path, monkeypatch):
    monkeypatch.setattr(device, "_locks", [])
    assert [device.first_free(["a", "b"], tmp_path) for _ in range(3)] == [0, 1, 0]
    device._locks[0].close()
    assert device.first_free(["c", "a"], tmp_path) == 0
    assert device.first_free(["b", "a"], tmp_path) == 1
    for lock in device._locks:
        lock.close()
