"""The network in training: its initial weights, its recursion, its loss and their gradients through time.

Every array has a leading axis for a stack of networks. Forward Euler from x = 0 (Eqs. 2 and 3):

    x[k+1] = (1 - dt) x[k] + dt (W tanh(x[k]) + M u[k])          z[k] = v' tanh(x[k+1])

M and v are the effective input and readout vectors: the paper's sqrt(N) and 1/sqrt(N) are absorbed into them.
"""

from dataclasses import dataclass

import numpy as np
import torch

from .streams import stream

MATRICES = ("W", "M", "v")


def initial_weights(spec: dict, n_in: int, n_out: int) -> dict[str, np.ndarray]:
    """W0 (N, N), M0 (N, n_in) and v0 (N, n_out) of one network, float32.

    W0 has independent elements N(0, g^2/N). The columns of M and v are Gaussian directions of norm exactly
    sqrt(N) and 1/sqrt(N).
    """
    n = spec["n_neurons"]
    rng = stream(spec, "initialization")
    connectivity = rng.standard_normal((n, n)) * spec["g"] / np.sqrt(n)
    directions = rng.standard_normal((n, n_in + n_out))
    directions /= np.linalg.norm(directions, axis=0)
    weights = {"W": connectivity, "M": directions[:, :n_in] * np.sqrt(n), "v": directions[:, n_in:] / np.sqrt(n)}
    return {name: weight.astype(np.float32) for name, weight in weights.items()}


@dataclass(frozen=True)
class Batch:
    """The trials of one epoch for a stack of n networks, time before trials."""

    inputs: torch.Tensor  # (n, steps, trials, n_in)
    targets: torch.Tensor  # (n, steps, trials, n_out)
    mask: torch.Tensor  # (n, steps, trials, n_out), 0 or 1
    first: int  # no input comes before this step: the state is exactly 0 until then
    active: list[int]  # at each step, how many trials still have something to be judged, longest trials first


class Unrolled:
    """A stack of networks unrolled in time, with the buffers of its rates and of its states, then their adjoints."""

    def __init__(self, n: int, steps: int, trials: int, n_neurons: int, dt: float, dtype=torch.float32):
        self.dt, self.trials = dt, trials
        shape = (n, steps, trials, n_neurons)
        self.rate, self.state = (torch.zeros(shape, dtype=dtype) for _ in range(2))
        self.rate_at, self.state_at = self.rate.unbind(1), self.state.unbind(1)

    def _at(self, views: tuple[torch.Tensor, ...], k: int, count: int) -> torch.Tensor:
        return views[k] if count == self.trials else views[k][:, :count]

    def forward(self, weights: dict[str, torch.Tensor], batch: Batch) -> torch.Tensor:
        """The outputs z (n, steps, trials, n_out) where they are judged; keeps rate[k] = tanh(x[k+1])."""
        dt, at = self.dt, self._at
        x, r = self.state_at, self.rate_at
        self.rate[:, : batch.first] = 0
        _product(batch.inputs, dt * weights["M"].mT, out=self.state)  # the drive dt M u[k], to become x[k+1]
        recurrent = (dt * weights["W"].mT).contiguous()
        for k, count in enumerate(batch.active[batch.first :], batch.first):
            now = at(x, k, count)
            if k > batch.first:
                now.add_(at(x, k - 1, count), alpha=1 - dt)
                now.baddbmm_(at(r, k - 1, count), recurrent)
            torch.tanh(now, out=at(r, k, count))
        return _product(self.rate, weights["v"])

    def loss_and_gradients(
        self, weights: dict[str, torch.Tensor], batch: Batch
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """The loss (n,) = 1/2 sum(mask (z - z^)^2) / sum(mask), and its gradients with respect to W, M and v."""
        error = (self.forward(weights, batch) - batch.targets).mul_(batch.mask)
        count = batch.mask.sum((1, 2, 3), keepdim=True)
        loss = error.square().sum((1, 2, 3)) / (2 * count.view(-1))
        return loss, self._backward(weights, batch, error.div_(count))

    def _backward(self, weights, batch: Batch, error: torch.Tensor) -> dict[str, torch.Tensor]:
        """Gradients from error[k] = dL/dz[k], by the adjoints a[k] = dL/dx[k+1]:

        a[k] = (1 - dt) a[k+1] + (1 - rate[k]^2) (v error[k] + dt W' a[k+1])
        """
        dt, at = self.dt, self._at
        a, r = self.state_at, self.rate_at  # the states have served
        _product(error, weights["v"].mT, out=self.state)  # v error[k], to become a[k]
        recurrent = dt * weights["W"]
        first, last = batch.first, len(batch.active) - 1
        for k in range(last, first - 1, -1):
            now, later = at(a, k, batch.active[k]), None
            if k < last:
                count = batch.active[k + 1]
                later = at(a, k + 1, count)
                at(a, k, count).baddbmm_(later, recurrent)
            torch.ops.aten.tanh_backward.grad_input(now, at(r, k, batch.active[k]), grad_input=now)
            if k < last:
                at(a, k, count).add_(later, alpha=1 - dt)
        used, driven = slice(first, last + 1), slice(first + 1, last + 1)
        return {
            "W": _outer(self.state[:, driven], self.rate[:, first:last]).mul_(dt),
            "M": _outer(batch.inputs[:, used], self.state[:, used]).mT.mul_(dt),
            "v": _outer(error[:, used], self.rate[:, used]).mT,
        }


# Both products are laid out so that the long axis of a thin matrix is contiguous, which is five times faster.


def _product(left: torch.Tensor, right: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
    """left @ right at all steps and trials: (n, steps, trials, i) with (n, i, j) to (n, steps, trials, j)."""
    n, steps, trials, _ = left.shape
    right = right if out is not None else right.mT.contiguous().mT
    flat = torch.bmm(left.flatten(1, 2), right, out=None if out is None else out.flatten(1, 2))
    return flat.view(n, steps, trials, -1)


def _outer(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Outer products summed over steps and trials: (n, steps, trials, i) with (n, steps, trials, j) to (n, i, j)."""
    return torch.bmm(left.flatten(1, 2).mT, right.flatten(1, 2))
