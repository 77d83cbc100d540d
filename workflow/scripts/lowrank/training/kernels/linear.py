"""The kernel for the linear network of Section 3: gradient descent on W alone, one trial with a constant input.

W is never stored. It is W0 + dW, where the low-rank dW is kept as its singular value decomposition, which also gives
s1, s2, ... With the adjoints q[l] = (1 - dt + dt W')^l v of the output, which do not depend on the states, and
a[k] = dL/dx[k+1] = sum_j dL/dz[j] q[j-k], an epoch's gradient is

    dL/dW = dt sum_k a[k] x[k]' = dt (sum_k a[k]) x*' + dt sum_k a[k] (x[k] - x*)'

where x* is the last state. A term of the second sum vanishes once x is at rest, or while the end of the trial is so
far off that q has decayed. At small g no terms remain; at any g, few do.
"""

from collections.abc import Iterator
from itertools import repeat

import numpy as np

from ...compiled.linear import march
from ...core.streams import stream
from ...tasks.base import Task, Trials
from .base import SHOWN, Row, State, learning_rate

REST = 1e-7  # tolerance for states and adjoints at rest: float32 rounding
SKETCH = 16  # columns that span the range of a gradient's second sum
RANK = 20  # maximal rank of dW; the rest is rounding noise of the gradients
NOISE = 1e-15  # singular values below this, relative to the first, are dropped as well


class Stack:
    """Linear networks trained in lockstep on the CPU (see `base.Stack`)."""

    device, lag = "cpu", 1

    def __init__(self, specs: list[dict], weights: list[dict[str, np.ndarray]], device: str = "cpu"):
        self.networks = [LinearNetwork(spec, weight) for spec, weight in zip(specs, weights, strict=True)]

    def step(self, batch: Trials) -> Row:
        """Train for one epoch and return its history row."""
        rows = [network.step(batch) for network in self.networks]
        return {name: np.array([row[name] for row in rows]) for name in rows[0]}

    def read(self, rows: list[Row]) -> list[Row]:
        """Return the rows unchanged."""
        return rows

    def state(self, network: int) -> State:
        """Return the singular value decomposition of one network's dW."""
        return self.networks[network].change()

    def restore(self, states: list[State]) -> None:
        """Restore the states of all networks."""
        for network, state in zip(self.networks, states, strict=True):
            network.values = state["s"]  # restore the memory order too: the last bits may depend on it
            network.left, network.right = (np.ascontiguousarray(state[name].T) for name in ("U", "V"))

    def trained(self, network: int) -> dict[str, np.ndarray]:
        """Return one network's weights, and dW = U diag(s) V' as U (N, rank), s (rank,) and V (N, rank), float64."""
        return self.networks[network].trained()


def batches(task: Task, specs: list[dict], first_epoch: int, device: str = "cpu") -> Iterator[Trials]:
    """Repeat the single trial for every epoch; its input is constant from its onset on, see `compiled_for`."""
    return repeat(task.draw(stream(specs[0], "training trials"), 1))


def _onset(trial: Trials) -> int:
    there = (trial.inputs[0] != 0).any(axis=1)
    return int(there.argmax()) if there.any() else len(there)


class LinearNetwork:
    """One network in training; arrays of vectors have shape (vectors, N)."""

    def __init__(self, spec: dict, weights: dict[str, np.ndarray]):
        self.initial, self.drive, self.readout = weights["W"], weights["M"][:, 0], weights["v"][:, 0].copy()
        self.dt, self.rate, self.precision = spec["dt"], learning_rate(spec), self.initial.dtype.type
        self.sketch = stream(spec, "sketch").standard_normal((SKETCH, len(self.initial)), self.initial.dtype)
        self.left = self.right = np.zeros((0, len(self.initial)))  # orthonormal, float64
        self.values = np.zeros(0)
        self.states = self.adjoints = None

    def step(self, trial: Trials) -> dict[str, float]:
        """Train for one epoch and return its history row."""
        with np.errstate(over="ignore", invalid="ignore"):  # for a network that diverges
            states, adjoints = self._march(trial)
            judged = np.flatnonzero(trial.mask[0, :, 0]) - _onset(trial)
            output = states[np.minimum(judged + 1, len(states) - 1)] @ self.readout.astype(float)
            error = output - trial.targets[0, trial.mask[0, :, 0], 0]
            left, right = self._gradient(states, adjoints, judged, error / len(error))
            row = {
                "loss": np.square(error).mean() / 2,
                "gradient_norm": np.sqrt(max(0, np.vdot(left @ left.T, right @ right.T))),
                "readout": output[-1],
            }
            row |= dict(zip(SHOWN, [*self.values[: len(SHOWN)], *np.zeros(len(SHOWN))], strict=False))
            self._descend(left, right)
        return row

    def _march(self, trial: Trials) -> tuple[np.ndarray, np.ndarray]:
        """Return the states from input onset and the adjoints, (steps, N) each, until they are at rest."""
        onset, f = _onset(trial), self.precision
        steps = trial.inputs.shape[1] - onset
        if self.states is None:
            self.states = np.empty((steps + 1, len(self.readout)), f)
            self.adjoints = np.empty((steps, len(self.readout)), f)
        left, right = (self.values[:, None] * self.left).astype(f), self.right.astype(f)
        drive = self.drive * f(trial.inputs[0, onset, 0])
        last = march(self.initial, left, right, drive, self.readout, f(self.dt), f(REST), self.states, self.adjoints)
        return self.states[: last[0] + 1], self.adjoints[: last[1] + 1]

    def _gradient(self, states, adjoints, judged, by_output) -> tuple[np.ndarray, np.ndarray]:
        """Return dL/dW = left' right, as (columns, N) each; `by_output` is dL/dz at the `judged` steps."""
        pull = np.zeros(len(adjoints), self.precision)  # weight of each adjoint in the sum of all a[k]
        for step, factor in zip(judged, by_output, strict=True):
            pull[: step + 1] += factor
        first = max(0, judged[0] - len(adjoints) + 1)
        moving = slice(first, max(first, len(states) - 1))
        a = np.zeros((moving.stop - first, len(self.readout)), self.precision)
        for step, factor in zip(judged, by_output, strict=True):
            ks = np.arange(max(first, step - len(adjoints) + 1), min(moving.stop, step + 1))
            a[ks - first] += self.precision(factor) * adjoints[step - ks]
        left, right = self._compressed(a, states[moving] - states[-1])
        return self.dt * np.vstack([pull @ adjoints, left]), np.vstack([states[-1], right])

    def _compressed(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Compress left' right to at most SKETCH columns by projecting onto the range of its random sketch."""
        if len(left) <= SKETCH:
            return left, right
        basis = _orthonormal((self.sketch @ right.T) @ left)[0]
        return basis, (basis @ left.T) @ right

    def _descend(self, left: np.ndarray, right: np.ndarray) -> None:
        """Update dW to dW - eta dL/dW, kept as its singular value decomposition."""
        left = np.vstack([self.values[:, None] * self.left, -self.rate * left])
        right = np.vstack([self.right, right])
        if not (np.isfinite(left).all() and np.isfinite(right).all()):
            self.left, self.right, self.values = left[:1], right[:1], np.full(1, np.nan)
            return
        (left, by_left), (right, by_right) = _orthonormal(left), _orthonormal(right)
        u, values, v = np.linalg.svd(by_left @ by_right.T)
        rank = min(RANK, max(1, int((values > NOISE * values[0]).sum())))
        self.left, self.values, self.right = u.T[:rank] @ left, values[:rank], v[:rank] @ right

    def change(self) -> dict[str, np.ndarray]:
        """Return U, s and V of dW = U diag(s) V'."""
        return {"U": self.left.T, "s": self.values, "V": self.right.T}

    def trained(self) -> dict[str, np.ndarray]:
        """Return W, M, v and the decomposition from `change`."""
        change = (self.left.T * self.values) @ self.right
        weights = {"W": self.initial + change, "M": self.drive[:, None], "v": self.readout[:, None]}
        return {name: weight.astype(np.float32) for name, weight in weights.items()} | self.change()


def _orthonormal(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Orthonormalize rows: vectors = combination' basis. Return basis and combination."""
    basis, combination = np.linalg.qr(vectors.T)
    return basis.T, combination
