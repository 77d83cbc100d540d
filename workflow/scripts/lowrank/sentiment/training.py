"""Training the LSTM: its loss, the loop, stopping and going on to the same bits."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from ..core.problems import Stopped
from ..core.streams import stream
from ..training.device import device_of, name_of
from ..training.optimizers import Adam
from ..training.pace import REPORT_SECONDS, SAVE_SECONDS, Elapsed, Every
from .evaluation import accuracy_and_loss
from .lstm import initial_weights
from .sentences.data import Data, Sentences

HISTORY = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy")

State = dict[str, np.ndarray]


@dataclass
class Trained:
    """An LSTM at the end of its training. A loss that is not finite ends it: the network diverged."""

    initial: dict[str, np.ndarray]  # by the names in `lstm.shapes`
    weights: dict[str, np.ndarray]
    history: dict[str, np.ndarray]  # by column, (epochs,) float64: training with dropout, then validation without
    device: str  # cpu, or the name of the GPU


def train(
    spec: dict,
    data: Data,
    state: State | None = None,
    *,
    device: str = "cpu",
    save: Callable[[State], None] = lambda state: None,
    report: Callable[[int, float, float], None] = lambda epoch, loss, seconds_left: None,
    stopping: Callable[[], bool] = lambda: False,
    save_last: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Trained:
    """Train one LSTM, from `state` if it was stopped before; the result on the CPU is the same to the bit.

    `save` gets the state now and then, and when `stopping` says so; then Stopped is raised. With
    `save_last` also when all is done.
    """
    initial = initial_weights(spec)
    network, record = Network(spec, initial, data.vectors, device), Record()
    if state is not None:
        network.restore(state)
        record = Record.of(state)
    save_is_due, report_is_due = Every(SAVE_SECONDS, clock), Every(REPORT_SECONDS, clock)
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
    """How far training is: the updates that were made, finished epochs, and what the one under way has so far."""

    updates: int = 0
    loss: float = 0.0  # summed over the sentences of this epoch
    right: float = 0.0  # answers
    history: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in HISTORY})

    @property
    def diverged(self) -> bool:
        losses = self.history["train_loss"]
        return not np.isfinite(self.loss) or bool(losses and np.isnan(losses[-1]))

    @property
    def last_loss(self) -> float:
        """On the validation sentences; NaN in the first epoch."""
        return self.history["validation_loss"][-1] if self.history["validation_loss"] else np.nan

    def add(self, loss: float, right: float) -> None:
        """One more update."""
        self.updates += 1
        self.loss += loss
        self.right += right

    def end_epoch(self, n_sentences: int, accuracy: float, loss: float) -> None:
        """A row of the history, with accuracy and loss of the validation; null where training diverged."""
        row = [self.loss / n_sentences, self.right / n_sentences, loss, accuracy]
        for rows, value in zip(self.history.values(), row, strict=True):
            rows.append(np.nan if self.diverged else value)
        self.loss = self.right = 0.0

    def state(self) -> State:
        """All of it as arrays."""
        rows = {f"history.{name}": np.array(values, float) for name, values in self.history.items()}
        return rows | {name: np.array(getattr(self, name)) for name in ("updates", "loss", "right")}

    @classmethod
    def of(cls, state: State) -> "Record":
        """The record that gave a `state`."""
        history = {name: state[f"history.{name}"].tolist() for name in HISTORY}
        return cls(int(state["updates"]), float(state["loss"]), float(state["right"]), history)


def shuffled_batches(spec: dict, sentences: Sentences, epoch: int) -> list[np.ndarray]:
    """The sentences of each batch of an epoch, in random order; a batch's are of like lengths, so little is padded."""
    rng = stream(spec, "batches", epoch)
    mixed = rng.permutation(len(sentences))
    by_length = mixed[np.argsort(sentences.lengths[mixed], kind="stable")]
    cuts = range(0, len(sentences), spec["batch"])
    batches = [by_length[cut : cut + spec["batch"]] for cut in cuts]
    return [batches[index] for index in rng.permutation(len(batches))]


class Network:
    """The LSTM of `lstm` in torch, with dropout between its layers and before its readout, and Adam."""

    def __init__(self, spec: dict, weights: dict[str, np.ndarray], vectors: np.ndarray, device: str = "cpu"):
        torch.set_num_threads(1)  # the last bits of a product depend on it
        self.place = place = device_of(device)
        self.device = name_of(place)
        n, dimensions = spec["n_neurons"], vectors.shape[1]
        self.dropout, self.vectors = spec["dropout"], torch.from_numpy(vectors).to(place)
        self.layers = [nn.LSTM(dimensions, n, device=place), nn.LSTM(n, n, device=place)]
        self.parameters = {"v": nn.Parameter(torch.empty(n, device=place))}
        self.parameters["b"] = nn.Parameter(torch.empty((), device=place))
        for number, layer in enumerate(self.layers, 1):
            names = {"U": "weight_ih_l0", "W": "weight_hh_l0", "b": "bias_ih_l0", "c": "bias_hh_l0"}
            self.parameters |= {f"{name}{number}": getattr(layer, theirs) for name, theirs in names.items()}
        self._set(weights)
        rate = spec["learning_rate"] / n
        self.optimizer = Adam(self.parameters, rate)

    def step(self, sentences: Sentences, chosen: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
        """One update on the chosen sentences; before it, their loss and right answers, summed."""
        words = torch.from_numpy(sentences.padded(chosen)).to(self.place)
        last = torch.from_numpy(sentences.lengths[chosen] - 1).long().to(self.place)
        labels = torch.from_numpy(sentences.labels[chosen]).float().to(self.place)
        logits = self.logits(words, last, rng)
        loss = binary_cross_entropy_with_logits(logits, labels)
        for weight in self.parameters.values():
            weight.grad = None
        loss.backward()
        self.optimizer.step({name: weight.grad for name, weight in self.parameters.items()})
        right = ((logits > 0) == (labels > 0)).sum()
        return loss.item() * len(chosen), right.item()

    def logits(self, words: torch.Tensor, last: torch.Tensor, rng: np.random.Generator | None) -> torch.Tensor:
        """The logit (batch,) of each sentence (steps, batch), read at its last word; dropout only with an rng."""
        hidden, _ = self.layers[0](self.vectors[words])
        hidden, _ = self.layers[1](self._dropped(hidden, rng))
        read = self._dropped(hidden[last, torch.arange(len(last), device=self.place)], rng)
        return read @ self.parameters["v"] + self.parameters["b"]

    def _dropped(self, hidden: torch.Tensor, rng: np.random.Generator | None) -> torch.Tensor:
        if rng is None or self.dropout == 0:
            return hidden
        kept = torch.from_numpy(rng.random(hidden.shape, dtype=np.float32) >= self.dropout).to(self.place)
        return hidden * kept.float().div_(1 - self.dropout)

    def weights(self) -> dict[str, np.ndarray]:
        """A copy of the weights."""
        return {name: weight.detach().cpu().numpy().copy() for name, weight in self.parameters.items()}

    def state(self) -> State:
        """A copy of weights and moments; a moment is named `W1.exp_avg` and the like."""
        moments = {
            f"{name}.{key}": moment.cpu().numpy().copy()
            for name, found in self.optimizer.moments.items()
            for key, moment in found.items()
        }
        return self.weights() | moments

    def restore(self, state: State) -> None:
        """Go on from a `state`."""
        self._set(state)
        for name, moments in self.optimizer.moments.items():
            for key, moment in moments.items():
                moment.copy_(torch.from_numpy(np.array(state[f"{name}.{key}"])))

    @torch.no_grad()
    def _set(self, weights: dict[str, np.ndarray]) -> None:
        for name, weight in self.parameters.items():
            weight.copy_(torch.from_numpy(np.array(weights[name])))
