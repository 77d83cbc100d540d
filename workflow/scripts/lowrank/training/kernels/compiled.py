"""The CPU kernel for any task, network and optimiser.

Each epoch runs in C (`compiled/`). Results agree with the reference within rounding.
"""

from collections.abc import Iterator
from itertools import count, islice

import numpy as np

from ...compiled.epoch import Epoch
from ...compiled.network import WEIGHTS, SortedTrials, ordered
from ...compiled.update import Adam, Descent
from ...core.streams import stream
from ...tasks.base import Task
from .base import BLOCK, SHOWN, Row, State, learning_rate

Batch = list[SortedTrials]  # one epoch's trials, for each network of a stack


class Stack:
    """Networks of one task, trained one after the other within each epoch (see `base.Stack`)."""

    device, lag = "cpu", 1

    def __init__(self, specs: list[dict], weights: list[dict[str, np.ndarray]], device: str = "cpu"):
        self.networks = [Network(spec, weight) for spec, weight in zip(specs, weights, strict=True)]

    def step(self, batch: Batch) -> Row:
        """Train for one epoch and return its history row."""
        rows = [network.step(trials) for network, trials in zip(self.networks, batch, strict=True)]
        return {name: np.array([row[name] for row in rows]) for name in rows[0]}

    def read(self, rows: list[Row]) -> list[Row]:
        """Return the rows unchanged."""
        return rows

    def state(self, network: int) -> State:
        """Copy one network's weights and moments, under the same names as in `reference`."""
        return self.trained(network) | {name: moment.copy() for name, moment in self.networks[network].moments()}

    def restore(self, states: list[State]) -> None:
        """Restore the states of all networks, from this kernel or from `reference`."""
        for network, state in zip(self.networks, states, strict=True):
            for name, array in (*network.weights.items(), *network.moments()):
                array[...] = state[name]

    def trained(self, network: int) -> dict[str, np.ndarray]:
        """Copy one network's weights."""
        return {name: weight.copy() for name, weight in self.networks[network].weights.items()}


def batches(task: Task, specs: list[dict], first_epoch: int, device: str = "cpu") -> Iterator[Batch]:
    """Yield fresh trials for each epoch from `first_epoch` on, each network's from its own stream."""
    block, skipped = divmod(first_epoch, BLOCK)
    for number in count(block):
        drawn = [task.draw(stream(spec, "training trials", number), BLOCK * spec["batch"]) for spec in specs]
        epochs = zip(*(ordered(trials, specs[0]["batch"]) for trials in drawn), strict=True)
        yield from map(list, islice(epochs, skipped, None))
        skipped = 0


class Network:
    """One network in training."""

    def __init__(self, spec: dict, weights: dict[str, np.ndarray]):
        self.weights = {name: np.array(weights[name], order="C") for name in WEIGHTS}
        self.initial, self.linear = self.weights["W"].copy(), spec["nonlinearity"] == "identity"
        self.epoch = Epoch(self.weights, spec["dt"], spec["nonlinearity"])
        optimizer = Adam if spec["optimizer"] == "adam" else Descent
        self.optimizer = optimizer({name: self.weights[name] for name in spec["trained"]}, learning_rate(spec))

    def step(self, batch: SortedTrials) -> dict[str, float]:
        """Train for one epoch and return its history row."""
        loss, norm = self.epoch.run(batch)
        row = {"loss": loss, "gradient_norm": norm}
        if self.linear:
            row |= self._linear_row(batch)
        self.optimizer.step(self.epoch.gradients)
        return row

    def _linear_row(self, batch: SortedTrials) -> dict[str, float]:
        change, values = self.weights["W"] - self.initial, np.full(len(SHOWN), np.nan)
        if np.isfinite(change).all():
            found = np.linalg.svd(change, compute_uv=False)[: len(SHOWN)]
            values[: len(found)] = found
        single = len(batch.order) == len(self.epoch.last_outputs) == 1
        readout = self.epoch.last_outputs[0] if single else np.nan
        return {"readout": readout} | dict(zip(SHOWN, values, strict=True))

    def moments(self) -> Iterator[tuple[str, np.ndarray]]:
        """Yield the optimiser's state by name, such as `W.exp_avg`."""
        for name, moments in self.optimizer.moments.items():
            for key, moment in moments.items():
                yield f"{name}.{key}", moment
