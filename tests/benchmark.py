"""The kernels that train against one another and a plain autograd loop: same network and trials, one thread, in turn.

    python tests/benchmark.py [--epochs 40] [--rounds 9] [--device cuda] [--only flipflop mante romo linear lstm]
                              [--sizes 128 256 1024] [--cpu x86_64_v3]

Prints milliseconds an epoch of the kernel in C, of the reference in torch and of the loop, trials included; how many
times as fast as these two the kernel in C is; and its share of the flop limit: three products of (trials, N) with
(N, N) a step, for the trials that are judged then or later, at the speed of torch's product of two 1024 x 1024
matrices. All four are measured in turn, in each of the rounds; ratios are medians of those of the rounds. `--epochs` is
at N = 256. `--cpu` names a processor as the compiler does, for which the kernel in C is compiled instead of this one.

The linear network (N = 1024) is raced along its whole training of 200 epochs, which get slower as the network learns.
Its kernel also computes the singular values of dW, the loop does not.

With `--device cuda` the nonlinear tasks are raced instead on a GPU: all their networks in one stack, against one
network at a time there, and against one on a core of the CPU; seconds for the whole task at the paper's size, by what
an epoch takes.

The LSTM's update (milliseconds a batch), on one core and on two, is raced against PyTorch's on one, with packed
sequences of batches as they come; its evaluation, all validation sentences at once, against the same without gradients.
Sentences are random, of lengths like the Treebank's.
"""

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from statistics import median

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from lowrank import tasks
from lowrank.compiled import build, network
from lowrank.core.errors import UserError
from lowrank.sentiment import lstm, training
from lowrank.sentiment.sentences.data import Sentences
from lowrank.training.device import device_of
from lowrank.training.initialization import initial_weights
from lowrank.training.kernels import compiled, linear, reference
from lowrank.training.trials import BLOCK, batches
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


def epochs(trainer, kernel, task, spec: dict, first: int, count: int) -> None:
    """Train `count` epochs from the epoch `first`, trials included."""
    for batch in islice(kernel.batches(task, [spec], first), count):
        trainer.step(batch)


def race(name: str, n: int, count: int, rounds: int) -> str:
    """The line of one task and size."""
    spec = make_spec(name, n_neurons=n, batch=32)
    task, count = tasks.of(spec), max(1, round(count * (256 / n) ** 2))
    weights = initial_weights(spec, task.n_in, task.n_out)
    entered = [(compiled.Stack([spec], [weights]), compiled), (reference.Stack([spec], [weights]), reference)]
    entered.append((Autograd(spec, task, weights), reference))
    for trainer, kernel in entered:
        epochs(trainer, kernel, task, spec, 0, 2)
    (batch,), matrix = next(compiled.batches(task, [spec], 0)), torch.randn(1024, 1024)
    products = 3 * batch.active[batch.first :].sum() * n**2 / 1024**3  # of an epoch, in those of the large matrix
    times = []
    for r in range(rounds):
        row = [seconds(lambda e=e, r=r: epochs(*e, task, spec, r * count, count)) / count for e in entered]
        limit = products * min(seconds(lambda: matrix @ matrix) for _ in range(5))
        times.append([*row, row[1] / row[0], row[2] / row[0], limit / row[0]])
    ours, other, plain, by_other, by_plain, share = (median(column) for column in zip(*times, strict=True))
    milliseconds = f"{ours * 1e3:9.2f} {other * 1e3:9.2f} {plain * 1e3:9.2f}"
    return f"{f'{name}, N = {n}':20} {milliseconds} {by_other:9.2f} {by_plain:9.2f} {share:9.0%}"


def race_linear(name: str, g: float) -> str:
    """One g's line: the medians over rounds that go along the training."""
    spec = make_spec(name, n_neurons=1024, g=g, epochs=LINEAR_ROUNDS * LINEAR_EPOCHS)
    task = tasks.of(spec)
    weights = initial_weights(spec, task.n_in, task.n_out)
    ours, plain = linear.Stack([spec], [weights]), Autograd(spec, task, weights)
    trial, batch = next(linear.batches(task, [spec], 0)), next(batches(task, [spec], 0))
    linear.Stack([spec], [weights]).step(trial)  # compiles
    times = []
    for _ in range(LINEAR_ROUNDS):
        kernel = seconds(lambda: [ours.step(trial) for _ in range(LINEAR_EPOCHS)]) / LINEAR_EPOCHS
        loop = seconds(lambda: [plain.step(batch) for _ in range(LINEAR_AUTOGRAD)]) / LINEAR_AUTOGRAD
        times.append((kernel, loop))
    quick, slow = (median(column) for column in zip(*times, strict=True))
    ratio = median(loop / kernel for kernel, loop in times)
    return f"{f'{name}, g = {g}':20} {quick * 1e3:9.2f} {'':9} {slow * 1e3:9.2f} {'':9} {ratio:9.2f}"


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
        self.stack, self.batches = reference.Stack(specs, weights, device), batches(task, specs, 0, device)

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
    """The LSTM's three lines."""
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((1000, 100), np.float32)
    sentences, validation = random_sentences(1280, vectors, rng), random_sentences(872, vectors, rng)
    spec = {"run_seed": 0, "task": "sentiment", "seed": 0, "data": {"dimensions": 100}, "code": ""}
    spec |= {"n_neurons": 256, "dropout": 0.5, "batch": 64, "learning_rate": 0.001}
    weights = lstm.initial_weights(spec)
    ours, plain = training.Network(spec, weights, vectors), PackedLSTM(spec, vectors)
    on_two = training.Network(spec, weights, vectors, threads=2)
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
            "lstm update, 2 cores",
            len(batches),
            lambda: [on_two.step(sentences, batch, rng) for batch in batches],
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
        here, loop = (median(column) for column in zip(*times, strict=True))
        ratio = median(slow / quick for quick, slow in times)
        lines.append(f"{name:20} {here * 1e3:9.2f} {'':9} {loop * 1e3:9.2f} {'':9} {ratio:9.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--sizes", nargs="+", type=int, default=(128, 256, 1024), metavar="N")
    parser.add_argument("--cpu", default="native")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--only", nargs="+", choices=(*TASKS, "linear", "lstm"), default=(*TASKS, "linear", "lstm"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    network.library = partial(build.library, machine=(f"-mcpu={arguments.cpu}",))
    if arguments.device == "cuda":
        try:
            device_of("cuda")
        except UserError as error:
            sys.exit(f"{error}")
        print(f"{torch.cuda.get_device_name()}; seconds a task at the paper's size")
        print(f"{'task':12} networks  one stack one by one   CPU core     ratio  CPU ratio")
        for name in filter(arguments.only.__contains__, TASKS):
            print(race_stack(name, arguments.epochs, arguments.rounds), flush=True)
        sys.exit()
    columns = ("ms/epoch", "reference", "autograd", "to it", "to it", "of limit")
    print(f"{'what':20} " + " ".join(f"{column:>9}" for column in columns))
    for name in filter(arguments.only.__contains__, TASKS):
        for n in arguments.sizes:
            print(race(name, n, arguments.epochs, arguments.rounds), flush=True)
    for g in LINEAR[1] if "linear" in arguments.only else ():
        with threadpool_limits(1, user_api="blas"):
            print(race_linear(LINEAR[0], g), flush=True)
    if "lstm" in arguments.only:
        with threadpool_limits(1, user_api="blas"):
            print(race_lstm(arguments.rounds), flush=True)
