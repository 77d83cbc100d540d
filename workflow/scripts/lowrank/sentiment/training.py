"""Training of the LSTM: its loss, and the training loop with stopping and bit-exact resuming."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial, reduce

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from ..core.errors import Stopped
from ..core.streams import stream
from ..training.device import device_of, name_of
from ..training.optimizers import Adam
from ..training.pace import REPORT_SECONDS, SAVE_SECONDS, Elapsed, Timer
from .evaluation import accuracy_and_loss
from .lstm import initial_weights
from .sentences.data import Data, Sentences

PARTS = 2  # of a batch, each on a core if there are as many; each has its dropout, so a GPU takes them, too

HISTORY = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")

State = dict[str, np.ndarray]


@dataclass
class Trained:
    """A trained LSTM. A non-finite loss ends training early: the network diverged."""

    initial: dict[str, np.ndarray]  # keys as in `lstm.shapes`
    weights: dict[str, np.ndarray]
    history: dict[str, np.ndarray]  # by column, (epochs,) float64: training with dropout, then validation without
    device: str  # cpu, or the name of the GPU


def train(
    spec: dict,
    data: Data,
    state: State | None = None,
    *,
    device: str = "cpu",
    threads: int = 1,
    save: Callable[[State], None] = lambda state: None,
    report: Callable[[int, float, float], None] = lambda epoch, loss, seconds_left: None,
    stopping: Callable[[], bool] = lambda: False,
    save_last: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Trained:
    """Train one LSTM, resuming from `state` if given; on the CPU, resuming gives bit-identical results.

    Up to PARTS `threads` of the CPU share the work; their number does not change the results.

    `save` receives the state periodically; when `stopping` returns True, before Stopped is raised; and, with
    `save_last`, at the end.
    """
    initial = initial_weights(spec)
    network, record = Network(spec, initial, data.vectors, device, threads), Record()
    if state is not None:
        network.restore(state)
        record = Record.of(state)
    save_is_due, report_is_due = Timer(SAVE_SECONDS, clock), Timer(REPORT_SECONDS, clock)
    elapsed, began_at = Elapsed(clock), record.updates
    per_epoch = -(-len(data.train) // spec["batch"])
    total = per_epoch * spec["epochs"]
    while record.updates < total and not record.diverged:
        if stopping():
            save(network.state() | record.state())
            raise Stopped(f"stopped after {record.updates} of {total} updates, state saved")
        epoch, number = divmod(record.updates, per_epoch)
        if number == 0 or record.updates == began_at:
            batches = shuffled_batches(spec, data.train, epoch)
        record.add(*network.step(data.train, batches[number], stream(spec, "dropout", record.updates)))
        if number + 1 == per_epoch or record.diverged:
            validation = accuracy_and_loss(network.weights(), data.validation, data.vectors)
            record.end_epoch(len(data.train), *validation)
        if save_is_due():
            save(network.state() | record.state())
        if report_is_due() or record.updates == total:
            left = elapsed() / (record.updates - began_at) * (total - record.updates)
            report(epoch, record.last_loss, left)
    if save_last:
        save(network.state() | record.state())
    history = {name: np.array(rows) for name, rows in record.history.items()}
    return Trained(initial, network.weights(), history, network.device)


@dataclass
class Record:
    """Progress of training: the number of updates, the finished epochs, and sums over the current epoch."""

    updates: int = 0
    loss: float = 0.0  # summed over this epoch's sentences so far
    right: float = 0.0  # correct answers in this epoch so far
    history: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in HISTORY})

    @property
    def diverged(self) -> bool:
        losses = self.history["train_loss"]
        return not np.isfinite(self.loss) or bool(losses and np.isnan(losses[-1]))

    @property
    def last_loss(self) -> float:
        """Latest loss on the validation sentences; NaN in the first epoch."""
        return self.history["validation_loss"][-1] if self.history["validation_loss"] else np.nan

    def add(self, loss: float, right: float) -> None:
        """Add the summed loss and correct answers of one update."""
        self.updates += 1
        self.loss += loss
        self.right += right

    def end_epoch(self, n_sentences: int, accuracy: float, loss: float) -> None:
        """Append a row to the history, with validation accuracy and loss; NaN if training diverged."""
        row = [self.loss / n_sentences, self.right / n_sentences, loss, accuracy]
        for rows, value in zip(self.history.values(), row, strict=True):
            rows.append(np.nan if self.diverged else value)
        self.loss = self.right = 0.0

    def state(self) -> State:
        """Return the record as named arrays."""
        rows = {f"history.{name}": np.array(values, float) for name, values in self.history.items()}
        return rows | {name: np.array(getattr(self, name)) for name in ("updates", "loss", "right")}

    @classmethod
    def of(cls, state: State) -> "Record":
        """Rebuild a record from its `state`."""
        history = {name: state[f"history.{name}"].tolist() for name in HISTORY}
        return cls(int(state["updates"]), float(state["loss"]), float(state["right"]), history)


def shuffled_batches(spec: dict, sentences: Sentences, epoch: int) -> list[np.ndarray]:
    """Draw an epoch's batches (sentence indices) in random order; similar lengths within each keep padding small."""
    rng = stream(spec, "batches", epoch)
    mixed = rng.permutation(len(sentences))
    by_length = mixed[np.argsort(sentences.lengths[mixed], kind="stable")]
    cuts = range(0, len(sentences), spec["batch"])
    batches = [by_length[cut : cut + spec["batch"]] for cut in cuts]
    return [batches[index] for index in rng.permutation(len(batches))]


def one_thread() -> None:
    """Have torch use one thread for what this thread computes: the last bits of a product depend on their number."""
    torch.set_num_threads(1)


class Network:
    """The LSTM of `lstm` in torch, with dropout between layers and before the readout, trained by Adam."""

    def __init__(
        self, spec: dict, weights: dict[str, np.ndarray], vectors: np.ndarray, device: str = "cpu", threads: int = 1
    ):
        one_thread()
        self.torch_device = torch_device = device_of(device)
        self.device = name_of(torch_device)
        self.map = map if threads == 1 else ThreadPoolExecutor(min(threads, PARTS), initializer=one_thread).map
        n, dimensions = spec["n_neurons"], vectors.shape[1]
        self.dropout, self.vectors = spec["dropout"], torch.from_numpy(vectors).to(torch_device)
        self.layers = [nn.LSTM(dimensions, n, device=torch_device), nn.LSTM(n, n, device=torch_device)]
        self.parameters = {"v": nn.Parameter(torch.empty(n, device=torch_device))}
        self.parameters["b"] = nn.Parameter(torch.empty((), device=torch_device))
        for number, layer in enumerate(self.layers, 1):
            names = {"U": "weight_ih_l0", "W": "weight_hh_l0", "b": "bias_ih_l0", "c": "bias_hh_l0"}
            self.parameters |= {f"{name}{number}": getattr(layer, theirs) for name, theirs in names.items()}
        self._set(weights)
        rate = spec["learning_rate"] / n
        self.optimizer = Adam(self.parameters, rate)

    def step(self, sentences: Sentences, chosen: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
        """Update on the chosen sentences; return their summed loss and number of correct answers, before the update."""
        gradients, loss, right = self.gradients(sentences, chosen, rng)
        self.optimizer.step(gradients)
        return loss, right

    def gradients(self, sentences: Sentences, chosen: np.ndarray, rng: np.random.Generator) -> tuple:
        """Return the gradients of the mean loss by weight, the summed loss and the number of correct answers."""
        parts = np.array_split(chosen, min(PARTS, len(chosen)))
        found = self.map(partial(self._part, sentences, len(chosen)), parts, rng.spawn(len(parts)))
        gradients, losses, right = zip(*found, strict=True)
        summed = (reduce(torch.add, of_parts) for of_parts in zip(*gradients, strict=True))
        return dict(zip(self.parameters, summed, strict=True)), sum(losses), sum(right)

    def _part(self, sentences: Sentences, n_batch: int, chosen: np.ndarray, rng: np.random.Generator) -> tuple:
        """Return what a part of a batch adds to the gradients, the loss and the number of correct answers."""
        words = torch.from_numpy(sentences.padded(chosen)).to(self.torch_device)
        last = torch.from_numpy(sentences.lengths[chosen] - 1).long().to(self.torch_device)
        labels = torch.from_numpy(sentences.labels[chosen]).float().to(self.torch_device)
        logits = self.logits(words, last, rng)
        loss = binary_cross_entropy_with_logits(logits, labels, reduction="sum")
        gradients = torch.autograd.grad(loss / n_batch, list(self.parameters.values()))
        return gradients, loss.item(), ((logits > 0) == (labels > 0)).sum().item()

    def logits(self, words: torch.Tensor, last: torch.Tensor, rng: np.random.Generator | None) -> torch.Tensor:
        """Compute the logit (batch,) of each sentence (steps, batch) at its last word; dropout only with an rng."""
        hidden, _ = self.layers[0](self.vectors[words])
        hidden, _ = self.layers[1](self._dropped(hidden, rng))
        read = self._dropped(hidden[last, torch.arange(len(last), device=self.torch_device)], rng)
        return read @ self.parameters["v"] + self.parameters["b"]

    def _dropped(self, hidden: torch.Tensor, rng: np.random.Generator | None) -> torch.Tensor:
        if rng is None or self.dropout == 0:
            return hidden
        kept = torch.from_numpy(rng.random(hidden.shape, dtype=np.float32) >= self.dropout).to(self.torch_device)
        return hidden * kept.float().div_(1 - self.dropout)

    def weights(self) -> dict[str, np.ndarray]:
        """Copy the weights."""
        return {name: weight.detach().cpu().numpy().copy() for name, weight in self.parameters.items()}

    def state(self) -> State:
        """Copy weights and moments; moments have names such as `W1.exp_avg`."""
        moments = {
            f"{name}.{key}": moment.cpu().numpy().copy()
            for name, found in self.optimizer.moments.items()
            for key, moment in found.items()
        }
        return self.weights() | moments

    def restore(self, state: State) -> None:
        """Restore a `state`."""
        self._set(state)
        for name, moments in self.optimizer.moments.items():
            for key, moment in moments.items():
                moment.copy_(torch.from_numpy(np.array(state[f"{name}.{key}"])))

    @torch.no_grad()
    def _set(self, weights: dict[str, np.ndarray]) -> None:
        for name, weight in self.parameters.items():
            weight.copy_(torch.from_numpy(np.array(weights[name])))
