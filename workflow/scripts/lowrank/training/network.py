"""The network in training: its recursion, its loss, and backpropagation through time.

Every array has a leading axis for a stack of networks. Forward Euler steps from x = 0 (Eqs. 2 and 3):

    x[k+1] = (1 - dt) x[k] + dt (W phi(x[k]) + M u[k])          z[k] = v' phi(x[k+1])

phi is tanh, or the identity in the linear network of Section 3. M and v are the effective input and readout vectors:
the paper's sqrt(N) and 1/sqrt(N) are absorbed into them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

TANH_DERIVATIVE = torch.ops.aten.tanh_backward.grad_input


@dataclass(frozen=True)
class Nonlinearity:
    """The rate phi(x), in numpy on the CPU and in torch on a GPU, and its backward pass, dL/dx from dL/dphi."""

    rate: Callable  # (state, out=rate)
    rate_on_gpu: Callable
    derivative: Callable  # (dL/drate, rate, grad_input=dL/dstate)


NONLINEARITIES = {
    "tanh": Nonlinearity(np.tanh, torch.tanh, TANH_DERIVATIVE),  # numpy's tanh is a third faster than torch's
    "identity": Nonlinearity(  # Section 3
        np.positive, lambda state, out: out.copy_(state), lambda pull, rate, grad_input: grad_input.copy_(pull)
    ),
}


@dataclass(frozen=True)
class Batch:
    """One epoch's trials for a stack of n networks, time before trials."""

    inputs: torch.Tensor  # (n, steps, trials, n_in)
    targets: torch.Tensor  # (n, steps, trials, n_out)
    mask: torch.Tensor  # (n, steps, trials, n_out), 0 or 1
    first: int  # first step with an input: the state is exactly 0 until then
    active: list[int]  # number of trials still judged at each step or later; trials are sorted longest first


class Unrolled:
    """A stack of networks unrolled in time.

    The factors of each step lie side by side in memory, so that one product suffices: rates and inputs,
    [phi(x[k]), u[k]], in forward step k; adjoints and errors, [dL/dx[k+2], dL/dz[k]], in backward step k.
    """

    def __init__(self, batch: Batch, n_neurons: int, dt: float, nonlinearity: str):
        """Allocate buffers for batches of the same shape, precision and device as `batch`."""
        self.dt, self.n_neurons, self.phi = dt, n_neurons, NONLINEARITIES[nonlinearity]
        n, steps, trials, n_in = batch.inputs.shape
        n_out, like = batch.targets.shape[-1], {"dtype": batch.inputs.dtype, "device": batch.inputs.device}
        self.forth = _rows(n, steps + 1, trials, n_neurons + n_in, **like)
        self.back = _rows(n, steps + 1, trials, n_neurons + n_out, **like)
        self.rate, self.adjoint = self.forth[..., :n_neurons], self.back[..., :n_neurons]
        self.state, self.pull = (torch.zeros(n, trials, n_neurons, **like) for _ in range(2))
        # The nonlinearity with its arguments; on the CPU as numpy arrays that share the tensors' memory.
        self.to_rate, self.states, self.rates = self.phi.rate_on_gpu, self.state, self.rate.unbind(1)
        if batch.inputs.device.type == "cpu":
            self.to_rate, self.states = self.phi.rate, self.state.numpy()
            self.rates = [part.numpy() for part in self.rates]
        self.by_step = [part.unbind(1) for part in (self.forth, self.rate, self.back, self.adjoint)]

    def forward(self, weights: dict[str, torch.Tensor], batch: Batch) -> torch.Tensor:
        """Return the outputs z (n, steps, trials, n_out), valid where they are judged."""
        forth = self.by_step[0]
        self.forth[:, :-1, :, self.n_neurons :] = batch.inputs
        self.rate[:, : batch.first + 1] = 0
        self.state.zero_()
        product = torch.cat([weights["W"].mT, weights["M"].mT], dim=1).mul_(self.dt)
        for k, count in enumerate(batch.active[batch.first :], batch.first):
            _top(self.state, count).baddbmm_(_top(forth[k], count), product, beta=1 - self.dt)
            self.to_rate(_top(self.states, count), out=_top(self.rates[k + 1], count))
        readout = weights["v"].mT.contiguous().mT  # five times as fast with the long axis contiguous
        return torch.bmm(self.rate[:, 1:].flatten(1, 2), readout).unflatten(1, batch.inputs.shape[1:3])

    def loss_and_gradients(
        self, weights: dict[str, torch.Tensor], batch: Batch
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Return the loss (n,), 1/2 sum(mask (z - z^)^2) / sum(mask), and its gradients with respect to W, M and v."""
        self.output = self.forward(weights, batch)
        error = (self.output - batch.targets).mul_(batch.mask)
        count = batch.mask.sum((1, 2, 3), keepdim=True)
        loss = error.square().sum((1, 2, 3)) / (2 * count.view(-1))
        return loss, self._backward(weights, batch, error.div_(count))

    def readout(self, batch: Batch) -> torch.Tensor:
        """Return the output (n,) where it is judged last; NaN unless there is one trial and one output."""
        n, steps, trials, n_out = self.output.shape
        if trials * n_out > 1:
            return torch.full((n,), torch.nan, device=self.output.device)
        judged = batch.mask[:, :, 0, 0] * torch.arange(steps, device=self.output.device)
        return self.output[torch.arange(n, device=self.output.device), judged.argmax(1), 0, 0]

    def _backward(self, weights, batch: Batch, error: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the gradients, given error[k] = dL/dz[k], using the adjoints a[k] = dL/dx[k+1]:

        a[k] = (1 - dt) a[k+1] + phi'(x[k+1]) (dt W' a[k+1] + v error[k])
        """
        _, rate, back, adjoint = self.by_step
        self.back[:, 1:, :, self.n_neurons :] = error  # back[k+1] is [a[k+1], error[k]]
        product = torch.cat([self.dt * weights["W"], weights["v"].mT], dim=1)
        adjoint[len(batch.active)].zero_()
        for k in range(len(batch.active) - 1, batch.first - 1, -1):
            count = batch.active[k]
            pull = torch.bmm(_top(back[k + 1], count), product, out=_top(self.pull, count))
            a = _top(adjoint[k], count)
            self.phi.derivative(pull, _top(rate[k + 1], count), grad_input=a)
            a.add_(_top(adjoint[k + 1], count), alpha=1 - self.dt)
            if count < self.pull.shape[1]:
                adjoint[k][:, count:] = 0
        used, after = slice(batch.first, len(batch.active)), slice(batch.first + 1, len(batch.active) + 1)
        by_weights = _outer(self.adjoint[:, used], self.forth[:, used]).mul_(self.dt)
        return {
            "W": by_weights[..., : self.n_neurons],
            "M": by_weights[..., self.n_neurons :],
            "v": _outer(error[:, used], self.rate[:, after]).mT,  # five times as fast in this order
        }


def _rows(n: int, steps: int, trials: int, width: int, **like) -> torch.Tensor:
    """Allocate zeros (n, steps, trials, width), with each row aligned to a cache line."""
    return torch.zeros(n, steps, trials, -(-width // 16) * 16, **like)[..., :width]


def _top(part, count: int):
    """Select the first `count` trials of (n, trials, ...)."""
    return part if count == part.shape[1] else part[:, :count]


def _outer(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Sum outer products over steps and trials: (n, steps, trials, i) and (n, steps, trials, j) give (n, i, j)."""
    return torch.bmm(left.flatten(1, 2).mT, right.flatten(1, 2))
