"""The reference kernel for any task, network and optimiser: backpropagation through time in torch, on CPU or GPU."""

import numpy as np
import torch

from ..device import device_of, name_of
from ..initialization import WEIGHTS
from ..network import Unrolled
from ..optimizers import Adam, Descent
from ..trials import BLOCK, Batch, batches
from .base import SHOWN, Row, State, learning_rate
from .graph import recorded

__all__ = ["Stack", "batches"]


class Stack:
    """Networks of one task trained in lockstep, with their optimiser (see `base.Stack`).

    Every tensor has a leading axis for the networks.
    """

    def __init__(self, specs: list[dict], weights: list[dict[str, np.ndarray]], device: str = "cpu"):
        torch.set_num_threads(1)  # the last bits of a product depend on the number of threads
        spec, torch_device = specs[0], device_of(device)
        on_gpu = torch_device.type == "cuda"
        self.device = name_of(torch_device)
        self.lag = BLOCK if on_gpu else 1
        self.weights = {
            name: torch.from_numpy(np.stack([w[name] for w in weights])).to(torch_device) for name in WEIGHTS
        }
        self.initial = self.weights["W"].clone()
        self.optimized = {name: self.weights[name] for name in spec["trained"]}
        self.optimizer = _optimizer(self.optimized, specs)
        self.dt, self.n_neurons, self.nonlinearity = spec["dt"], spec["n_neurons"], spec["nonlinearity"]
        self.records = on_gpu and self.nonlinearity != "identity"  # the singular value decomposition cannot be recorded
        self.epoch = None

    @torch.no_grad()
    def step(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Train for one epoch and return its history row, without waiting for the GPU."""
        if self.epoch is None:
            self.unrolled = Unrolled(batch, self.n_neurons, self.dt, self.nonlinearity)
            self.epoch = recorded(self._epoch, batch, self._changed()) if self.records else self._epoch
        return self.epoch(batch)

    def read(self, rows: list[dict[str, torch.Tensor]]) -> list[Row]:
        """Return the rows as numpy arrays, with one copy from the device per column."""
        columns = {name: torch.stack([row[name] for row in rows]).cpu().numpy() for name in rows[0]}
        return [{name: column[epoch] for name, column in columns.items()} for epoch in range(len(rows))]

    def _changed(self) -> list[torch.Tensor]:
        """List the tensors that an epoch changes and the next one needs."""
        moments = [moment for moments in self.optimizer.moments.values() for moment in moments.values()]
        return [*self.optimized.values(), *moments]

    def _epoch(self, batch: Batch) -> dict[str, torch.Tensor]:
        loss, gradients = self.unrolled.loss_and_gradients(self.weights, batch)
        row = {"loss": loss, "gradient_norm": torch.linalg.vector_norm(gradients["W"], dim=(1, 2))}
        if self.nonlinearity == "identity":
            row |= self._linear_row(batch)
        self.optimizer.step(gradients)
        return row

    def _linear_row(self, batch: Batch) -> dict[str, torch.Tensor]:
        change = self.weights["W"] - self.initial
        values = change.new_full((len(change), len(SHOWN)), torch.nan)
        for network in torch.nonzero(torch.isfinite(change).all(dim=(1, 2))).flatten():
            values[network] = torch.linalg.svdvals(change[network])[: len(SHOWN)]
        return {"readout": self.unrolled.readout(batch)} | dict(zip(SHOWN, values.unbind(1), strict=True))

    def state(self, network: int) -> State:
        """Copy one network's weights and moments; moments have names such as `W.exp_avg`."""
        state = self.trained(network)
        for name, moments in self.optimizer.moments.items():
            for key, moment in moments.items():
                state[f"{name}.{key}"] = (moment[network] if moment.dim() else moment).cpu().numpy().copy()
        return state

    def restore(self, states: list[State]) -> None:
        """Restore the states of all networks, all of the same epoch."""
        for name, weight in self.weights.items():
            weight.copy_(torch.from_numpy(np.stack([state[name] for state in states])))
        for name, moments in self.optimizer.moments.items():
            for key, moment in moments.items():
                saved = [state[f"{name}.{key}"] for state in states]
                moment.copy_(torch.from_numpy(np.stack(saved) if moment.dim() else np.array(saved[0])))

    def trained(self, network: int) -> dict[str, np.ndarray]:
        """Copy one network's weights."""
        return {name: weight[network].cpu().numpy().copy() for name, weight in self.weights.items()}


def _optimizer(weights: dict[str, torch.Tensor], specs: list[dict]) -> Adam | Descent:
    rates = [learning_rate(spec) for spec in specs]
    if specs[0]["optimizer"] == "adam":
        (rate,) = set(rates)
        return Adam(weights, rate)
    return Descent(weights, rates)
