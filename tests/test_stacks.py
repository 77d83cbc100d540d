"""Stacks: several networks in one job give the same files as a job each, and lose nothing when one fails."""

from pathlib import Path

import pytest

import workflow
from workflow import configure, network, planned, refused, run

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
    folder = workflow.copy(finished_small, tmp_path_factory.mktemp("stacks") / "alone")
    configure(folder, seeds=SEEDS)
    run(without_networks(folder))
    return folder


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


def test_a_stack_that_fails_keeps_its_finished_networks(five, alone):
    """What they had is written again at once, whatever is trained together then."""
    seed3 = network(five, "romo/g0.9/seed3")
    without_networks(five)
    seed3.mkdir()  # nothing can be written there
    (seed3 / "in the way").touch()
    configure(five, stack=5)
    refused(five, "--until", "train_1_romo")
    assert sorted(Path(name).suffix for name in networks(five) if "seed3" not in name)[:3] == [".state"] * 3
    (seed3 / "in the way").unlink()
    seed3.rmdir()
    configure(five, stack=2)
    run(five, "--until", "train_1_romo", "train_2_romo", "train_3_romo")
    assert networks(five) == networks(alone)
    (log,) = (five / "results/tiny/logs/train").glob("train_1_romo.log")
    assert log.read_text().count("going on from epoch 21") == 2, "they were trained again"


def test_what_is_set_for_training_holds_for_stacks(five):
    without_networks(five)
    output = planned(five, "--config", "stack=5", "--set-resources", "train:mem_mb=77", "--verbose").output
    assert "mem_mb=77" in output
