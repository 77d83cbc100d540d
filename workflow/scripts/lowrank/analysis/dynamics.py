"""The recursion and the loss, forward pass only and without torch, for the measures.

The equations are those of `training.network`, for networks that share input and readout vectors and see the same
trials. They run in C, or in numpy where C cannot be compiled.
"""

import numpy as np

from ..compiled.outputs import Outputs
from ..core.errors import UserError
from ..tasks.base import Trials

NONLINEARITIES = {"tanh": np.tanh, "identity": np.positive}  # phi; `positive` copies its argument


def outputs(
    connectivity: np.ndarray,
    inputs_by: np.ndarray,
    readout: np.ndarray,
    u: np.ndarray,
    dt: float,
    active: np.ndarray | None = None,
    nonlinearity: str = "tanh",
) -> np.ndarray:
    """Compute the outputs z (n, trials, steps, n_out) of networks W (n, N, N) that share M (N, n_in), v (N, n_out).

    The inputs u are (trials, steps, n_in). Step k runs only the first active[k] trials; active must never increase.
    The other outputs are 0.
    """
    trials, steps, _ = u.shape
    active = np.full(steps, trials) if active is None else active
    shared = {"M": np.ascontiguousarray(inputs_by, np.float32), "v": np.ascontiguousarray(readout, np.float32)}
    try:
        each = (Outputs({"W": W, **shared}, dt, nonlinearity) for W in np.ascontiguousarray(connectivity, np.float32))
        return np.stack([network.run(u, active) for network in each])
    except UserError as error:
        print(f"{error}; computed in numpy")
        return outputs_in_numpy(connectivity, inputs_by, readout, u, dt, active, nonlinearity)


def outputs_in_numpy(connectivity, inputs_by, readout, u, dt, active, nonlinearity) -> np.ndarray:
    """Compute the same as `outputs` in numpy, within rounding."""
    n, (trials, steps, _) = len(connectivity), u.shape
    z = np.zeros((n, trials, steps, readout.shape[1]), np.float32)
    for network in range(n):  # one after another, so that a network's state stays in cache
        _run(
            dt * connectivity[network].T,
            dt * inputs_by.T,
            readout,
            u,
            np.float32(1 - dt),
            active,
            NONLINEARITIES[nonlinearity],
            z[network],
        )
    return z


def _run(recurrent, drive, readout, u, leak, active, phi, z) -> None:
    """Write one network's outputs to z (trials, steps, n_out); rows are trials. Before the first input x is 0."""
    states, rates, sums = (np.zeros((len(u), len(recurrent)), np.float32) for _ in range(3))
    recurrent, drive = np.ascontiguousarray(recurrent, np.float32), drive.astype(np.float32)
    first = int(np.any(u != 0, axis=(0, 2)).argmax())
    for k in range(first, u.shape[1]):
        x, r, y = states[: active[k]], rates[: active[k]], sums[: active[k]]
        np.matmul(r, recurrent, out=y)
        x *= leak
        x += y
        np.matmul(u[: active[k], k], drive, out=y)
        x += y
        phi(x, out=r)
        np.matmul(r, readout, out=z[: active[k], k])


def losses(z: np.ndarray, trials: Trials) -> np.ndarray:
    """Loss (n,), 1/2 sum(mask (z - z^)^2) / sum(mask), of outputs (n, trials, steps, n_out), float64."""
    error = (z.astype(np.float64) - trials.targets) * trials.mask
    return np.square(error).sum(axis=(1, 2, 3)) / (2 * trials.mask.sum())
