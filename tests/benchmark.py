"""The kernels that train against a plain autograd loop: the same network, the same trials, one thread, in turn.

    python tests/benchmark.py [--epochs 40] [--rounds 9] [--device cuda] [--only flipflop mante romo linear lstm]

Prints milliseconds an epoch, trials included, their ratio, and of the nonlinear tasks the share of the flop limit:
three products of (trials, N) with (N, N) a step, at the speed of a large matrix product measured in the same run.

The linear network (N = 1024) is raced along its whole training of 200 epochs, which get slower as the network learns.
Its fast kernel also computes the singular values of dW, the loop does not.

With `--device cuda` the nonlinear tasks are raced instead on a GPU: all their networks in one stack, against one
network at a time there, and against one on a core of the CPU; seconds for the whole task at the paper's size, by what
an epoch takes.

The LSTM's update (milliseconds a batch) is raced against PyTorch's on packed sequences of batches as they come; its
evaluation, all validation sentences at once, against the same without gradients. Sentences are random, of lengths like
the Treebank's.
"""

import argparse
import sys
import time
from collections.abc import Callable
from itertools import islice
from statistics import median

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from lowrank import tasks
from lowrank.device import device_of
from lowrank.initialization import initial_weights
from lowrank.kernels import linear as fast
from lowrank.kernels.reference import Stack
from lowrank.problems import Problem
from lowrank.sentiment import lstm, training
from lowrank.sentiment.data import Sentences
from lowrank.trials import BLOCK, batches
from reference import Autograd, PackedLSTM
from specs import RAW
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


def race_stack(name: str, count: int, rounds: int) -> str:
    """One task's line: all its networks in a stack on the GPU, one at a time there, one at a time on the CPU."""
    entry, seeds = RAW["tasks"][name], RAW["seeds"]
    sizes = {key: RAW["training"][key] for key in ("n_neurons", "batch")} | {"epochs": entry["epochs"]}
    specs = [make_spec(name, g=g, seed=seed, **sizes) for g in entry["g"] for seed in seeds]
    task = tasks.of(specs[0])
    trainers = [Along(specs, task, "cuda"), Along(specs[:1], task, "cuda"), Along(specs[:1], task, "cpu")]
    for trainer in trainers:
        trainer.epochs(BLOCK)
    times = [[seconds(lambda t=trainer: t.epochs(count)) / count for trainer in trainers] for _ in range(rounds)]
    together, alone, cpu = (median(column) * entry["epochs"] for column in zip(*times, strict=True))
    alone, cpu = alone * len(specs), cpu * len(specs)
    ratios = f"{alone / together:9.1f} {cpu / together:10.1f}"
    return f"{name:12} {len(specs):8} {together:10.1f} {alone:10.1f} {cpu:10.1f} {ratios}"


class Along:
    """Networks in training on a device, as far as they have come."""

    def __init__(self, specs: list[dict], task, device: str):
        weights = [initial_weights(spec, task.n_in, task.n_out) for spec in specs]
        self.stack, self.batches = Stack(specs, weights, device), batches(task, specs, 0, device)

    def epochs(self, count: int) -> None:
        """Some more epochs; their rows are read as in training."""
        for _ in range(0, count, self.stack.lag):
            self.stack.read([self.stack.step(batch) for batch in islice(self.batches, self.stack.lag)])


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
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--only", nargs="+", choices=(*TASKS, "linear", "lstm"), default=(*TASKS, "linear", "lstm"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.device == "cuda":
        try:
            device_of("cuda")
        except Problem as problem:
            sys.exit(f"{problem}")
        print(f"{torch.cuda.get_device_name()}; seconds a task at the paper's size")
        print(f"{'task':12} networks  one stack one by one   CPU core     ratio  CPU ratio")
        for name in filter(arguments.only.__contains__, TASKS):
            print(race_stack(name, arguments.epochs, arguments.rounds), flush=True)
        sys.exit()
    print(f"{'task':20} {'ms/epoch':>8} {'autograd':>9} {'ratio':>7} {'of limit':>9}")
    for name in filter(arguments.only.__contains__, TASKS):
        print(race(name, arguments.epochs, arguments.rounds), flush=True)
    for g in LINEAR[1] if "linear" in arguments.only else ():
        with threadpool_limits(1, user_api="blas"):
            print(race_linear(LINEAR[0], g), flush=True)
    if "lstm" in arguments.only:
        with threadpool_limits(1, user_api="blas"):
            print(race_lstm(arguments.rounds), flush=True)
