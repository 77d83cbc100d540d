"""The training kernel against a plain autograd loop: the same network, the same trials, one thread, in turn.

    python tests/benchmark.py [--epochs 40] [--rounds 9]

Prints milliseconds an epoch, trials included, their ratio, and the share of the flop limit: three products of
(trials, N) with (N, N) a step, at the speed of a large matrix product measured in the same run.
"""

import argparse
import time
from collections.abc import Callable
from itertools import islice
from statistics import median

import torch

from lowrank import tasks
from lowrank.initialization import initial_weights
from lowrank.kernels.reference import Stack
from lowrank.trials import batches
from reference import Autograd
from specs import spec as make_spec

TASKS = ("flipflop", "mante", "romo")


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def epochs(trainer, task, spec: dict, first: int, count: int) -> None:
    """Train `count` epochs from the epoch `first`, trials included."""
    for batch in islice(batches(task, [spec], first), count):
        trainer.step(batch)


def peak() -> float:
    """Floating-point operations a second of a 1024 x 1024 product, the best of several."""
    matrix = torch.randn(1024, 1024)
    return 2 * 1024**3 / min(seconds(lambda: matrix @ matrix) for _ in range(20))


def race(name: str, count: int, rounds: int) -> str:
    """One task's line."""
    spec = make_spec(name, n_neurons=256, batch=32)
    task = tasks.of(spec)
    weights = initial_weights(spec, task.n_in, task.n_out)
    ours, plain = Stack([spec], [weights]), Autograd(spec, task, weights)
    epochs(ours, task, spec, 0, 3), epochs(plain, task, spec, 0, 3)
    times = [
        [seconds(lambda t=trainer, r=r: epochs(t, task, spec, r * count, count)) / count for trainer in (ours, plain)]
        for r in range(rounds)
    ]
    fast, slow = (median(column) for column in zip(*times, strict=True))
    ratio = median(plain / ours for ours, plain in times)
    batch = next(batches(task, [spec], 0))
    rows = sum(batch.active[batch.first :])  # steps times trials that are computed at all
    limit = 3 * 2 * rows * spec["n_neurons"] ** 2 / peak()
    return f"{name:10} {fast * 1e3:8.1f} {slow * 1e3:9.1f} {ratio:7.2f} {limit / fast:9.0%}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{'task':10} {'ms/epoch':>8} {'autograd':>9} {'ratio':>7} {'of limit':>9}")
    for name in TASKS:
        print(race(name, arguments.epochs, arguments.rounds), flush=True)
