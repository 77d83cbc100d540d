"""The reference kernel: any task, network and optimiser; gradients through time in torch."""

import numpy as np
import torch

from ..initialization import WEIGHTS
from ..network import Unrolled
from ..trials import Batch, batches
from .base import SHOWN, Row, State, learning_rate

__all__ = ["Stack", "batches"]


class Stack:
    """Networks of one task that train in lockstep, with their optimiser (see `base.Stack`).

    Every tensor has a leading axis for the networks.
    """

    def __init__(self, specs: list[dict], weights: list[dict[str, np.ndarray]]):
        torch.set_num_threads(1)  # the last bits of a product depend on it
        spec = specs[0]
        self.weights = {name: torch.from_numpy(np.stack([w[name] for w in weights])) for name in WEIGHTS}
        self.initial = torch.from_numpy(np.stack([w["W"] for w in weights]))
        self.optimized = {name: self.weights[name] for name in spec["trained"]}
        self.optimizer = _optimizer(list(self.optimized.values()), specs)
        self.dt, self.n_neurons, self.nonlinearity = spec["dt"], spec["n_neurons"], spec["nonlinearity"]
        self.unrolled = None

    @torch.no_grad()
    def step(self, batch: Batch) -> Row:
        """One epoch: what the history holds of it."""
        if self.unrolled is None:
            self.unrolled = Unrolled(batch, self.n_neurons, self.dt, self.nonlinearity)
        loss, gradients = self.unrolled.loss_and_gradients(self.weights, batch)
        row = {"loss": loss, "gradient_norm": torch.linalg.vector_norm(gradients["W"], dim=(1, 2))}
        if self.nonlinearity == "identity":
            row |= self._linear_row()
        for name, weight in self.optimized.items():
            weight.grad = gradients[name].contiguous()  # fused Adam goes through memory, whatever the strides
        self.optimizer.step()
        return {name: values.numpy() for name, values in row.items()}

    def _linear_row(self) -> dict[str, torch.Tensor]:
        change = self.weights["W"] - self.initial
        values = torch.full((len(change), len(SHOWN)), torch.nan)
        for network in torch.nonzero(torch.isfinite(change).all(dim=(1, 2))).flatten():
            values[network] = torch.linalg.svdvals(change[network])[: len(SHOWN)]
        return {"readout": self.unrolled.readout()} | dict(zip(SHOWN, values.unbind(1), strict=True))

    def state(self, network: int) -> State:
        """A copy of one network's weights and moments; a moment is named `W.exp_avg` and the like."""
        state = self.trained(network)
        for name, weight in self.optimized.items():
            for key, moment in self.optimizer.state[weight].items():
                if moment is not None:
                    state[f"{name}.{key}"] = (moment[network] if moment.dim() else moment).numpy().copy()
        return state

    def restore(self, states: list[State]) -> None:
        """Go on from `state`s of all networks, taken at the same epoch."""
        for name, weight in self.weights.items():
            weight.copy_(torch.from_numpy(np.stack([state[name] for state in states])))
        for name, weight in self.optimized.items():
            keys = [key.partition(".")[2] for key in states[0] if key.startswith(f"{name}.")]
            for key in keys:
                moments = [state[f"{name}.{key}"] for state in states]
                stacked = np.stack(moments) if moments[0].ndim else moments[0]
                self.optimizer.state[weight][key] = torch.from_numpy(np.array(stacked))

    def trained(self, network: int) -> dict[str, np.ndarray]:
        """A copy of one network's weights."""
        return {name: weight[network].numpy().copy() for name, weight in self.weights.items()}


class Descent(torch.optim.Optimizer):
    """Plain gradient descent, with a rate (n,) for each network of a stack."""

    def __init__(self, weights: list[torch.Tensor], rates: list[float]):
        super().__init__(weights, {})
        self.rates = torch.tensor(rates, dtype=weights[0].dtype).view(-1, 1, 1)

    def step(self) -> None:
        for weight in self.param_groups[0]["params"]:
            weight.addcmul_(self.rates, weight.grad, value=-1)


def _optimizer(weights: list[torch.Tensor], specs: list[dict]) -> torch.optim.Optimizer:
    """Adam with PyTorch's defaults, or gradient descent."""
    rates = [learning_rate(spec) for spec in specs]
    if specs[0]["optimizer"] == "adam":
        (rate,) = set(rates)
        return torch.optim.Adam(weights, lr=rate, fused=True)
    return Descent(weights, rates)
