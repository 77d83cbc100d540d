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
    z = np.stack([rates(W, inputs_by, u, dt, nonlinearity) @ readout for W in connectivity])
    runs = np.arange(len(u))[:, None] < active
    return np.where(runs[..., None], z, np.float32(0))


def rates(connectivity, inputs_by, u: np.ndarray, dt: float, nonlinearity: str = "tanh") -> np.ndarray:
    """Compute the rates r = phi(x) (trials, steps, N) of one network in numpy: r[k] follows input u[k]; x begins at 0.

    Euler steps of Eq. 1, x' = -x + W r + M u.
    """
    recurrent, phi = np.ascontiguousarray(dt * connectivity.T, np.float32), NONLINEARITIES[nonlinearity]
    driven = u.astype(np.float32) @ (dt * inputs_by.T).astype(np.float32)
    x, rate = (np.zeros((len(u), len(recurrent)), np.float32) for _ in range(2))
    found = np.empty_like(driven)
    for k in range(u.shape[1]):
        x = np.float32(1 - dt) * x + rate @ recurrent + driven[:, k]
        found[:, k] = rate = phi(x)
    return found


def losses(z: np.ndarray, trials: Trials) -> np.ndarray:
    """Loss (n,), 1/2 sum(mask (z - z^)^2) / sum(mask), of outputs (n, trials, steps, n_out), float64."""
    error = (z.astype(np.float64) - trials.targets) * trials.mask
    return np.square(error).sum(axis=(1, 2, 3)) / (2 * trials.mask.sum())
