"""The kernels that train against a plain autograd loop: the same network, the same trials, one thread, in turn.

    python tests/benchmark.py [--epochs 40] [--rounds 9]

Prints milliseconds an epoch, trials included, their ratio, and of the nonlinear tasks the share of the flop limit:
three products of (trials, N) with (N, N) a step, at the speed of a large matrix product measured in the same run.

The linear network (N = 1024) is raced along its whole training of 200 epochs, which get slower as the network learns.
Its fast kernel also computes the singular values of dW, the loop does not.

The LSTM's update (milliseconds a batch) is raced against PyTorch's on packed sequences of batches as they come; its
evaluation, all validation sentences at once, against the same without gradients. Sentences are random, of lengths like
the Treebank's.
"""

import argparse
import time
from collections.abc import Callable
from itertools import islice
from statistics import median

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from lowrank import tasks
from lowrank.initialization import initial_weights
from lowrank.kernels import fast
from lowrank.kernels.reference import Stack
from lowrank.sentiment import lstm, training
from lowrank.sentiment.data import Sentences
from lowrank.trials import batches
from reference import Autograd, PackedLSTM
from specs import spec as make_spec

TASKS = ("flipflop", "mante", "romo")
LINEAR = ("linear_z0.5", (0.0, 0.5, 0.9))
LINEAR_ROUNDS, LINEAR_EPOCHS, LINEAR_AUTOGRAD = 10, 20, 2  # epochs a round of the kernel and of the loop


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
    quick, slow = (median(column) for column in zip(*times, strict=True))
    ratio = median(plain / ours for ours, plain in times)
    batch = next(batches(task, [spec], 0))
    rows = sum(batch.active[batch.first :])  # steps times trials that are computed at all
    limit = 3 * 2 * rows * spec["n_neurons"] ** 2 / peak()
    return f"{name:20} {quick * 1e3:8.1f} {slow * 1e3:9.1f} {ratio:7.2f} {limit / quick:9.0%}"


def race_linear(name: str, g: float) -> str:
    """One g's line: the medians over rounds that go along the training."""
    spec = make_spec(name, n_neurons=1024, g=g, epochs=LINEAR_ROUNDS * LINEAR_EPOCHS)
    task = tasks.of(spec)
    weights = initial_weights(spec, task.n_in, task.n_out)
    ours, plain = fast.Stack([spec], [weights]), Autograd(spec, task, weights)
    trial, batch = next(fast.batches(task, [spec], 0)), next(batches(task, [spec], 0))
    fast.Stack([spec], [weights]).step(trial)  # compiles
    times = []
    for _ in range(LINEAR_ROUNDS):
        kernel = seconds(lambda: [ours.step(trial) for _ in range(LINEAR_EPOCHS)]) / LINEAR_EPOCHS
        loop = seconds(lambda: [plain.step(batch) for _ in range(LINEAR_AUTOGRAD)]) / LINEAR_AUTOGRAD
        times.append((kernel, loop))
    quick, slow = (median(column) for column in zip(*times, strict=True))
    ratio = median(loop / kernel for kernel, loop in times)
    return f"{f'{name} g = {g}':20} {quick * 1e3:8.1f} {slow * 1e3:9.1f} {ratio:7.2f}"


def random_sentences(number: int, vectors: np.ndarray, rng: np.random.Generator) -> Sentences:
    """Of 2 to 52 words, 19 in the mean."""
    lengths = np.clip(rng.normal(19, 9, number).round(), 2, 52).astype(np.int32)
    words = rng.integers(len(vectors), size=lengths.sum(), dtype=np.int32)
    return Sentences(words, lengths, rng.integers(2, size=number, dtype=np.int8))


def race_lstm(rounds: int) -> str:
    """The LSTM's two lines."""
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((1000, 100), np.float32)
    sentences, validation = random_sentences(1280, vectors, rng), random_sentences(872, vectors, rng)
    spec = {"run_seed": 0, "task": "sentiment", "seed": 0, "data": {"dimensions": 100}, "code": ""}
    spec |= {"n_neurons": 256, "dropout": 0.5, "batch": 64, "learning_rate": 0.001}
    weights = lstm.initial_weights(spec)
    ours, plain = training.Network(spec, weights, vectors), PackedLSTM(spec, vectors)
    batches = training.shuffled_batches(spec, sentences, 0)
    as_they_come = np.array_split(rng.permutation(len(sentences)), len(batches))
    lines = []
    for name, count, quick, slow in (
        (
            "lstm update",
            len(batches),
            lambda: [ours.step(sentences, batch, rng) for batch in batches],
            lambda: [plain.step(sentences, batch) for batch in as_they_come],
        ),
        (
            "lstm evaluation",
            1,
            lambda: lstm.logits(weights, validation, vectors),
            lambda: plain.evaluate(validation, spec["batch"]),
        ),
    ):
        times = [(seconds(quick) / count, seconds(slow) / count) for _ in range(rounds)]
        fast, loop = (median(column) for column in zip(*times, strict=True))
        ratio = median(slow / quick for quick, slow in times)
        lines.append(f"{name:20} {fast * 1e3:8.1f} {loop * 1e3:9.1f} {ratio:7.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{'task':20} {'ms/epoch':>8} {'autograd':>9} {'ratio':>7} {'of limit':>9}")
    for name in TASKS:
        print(race(name, arguments.epochs, arguments.rounds), flush=True)
    for g in LINEAR[1]:
        with threadpool_limits(1, user_api="blas"):
            print(race_linear(LINEAR[0], g), flush=True)
    with threadpool_limits(1, user_api="blas"):
        print(race_lstm(arguments.rounds), flush=True)
