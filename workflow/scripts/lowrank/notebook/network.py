"""A trained network in a notebook: its weights, what it does on trials, and its truncated and shuffled versions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from pandas import DataFrame

from .. import tasks
from ..analysis import connectivity, dynamics, evaluation
from ..core.streams import stream
from ..tasks.base import Task, Trials


class Activity(NamedTuple):
    """What a network does on a batch of trials."""

    rates: np.ndarray  # r = phi(x), (trials, steps, N) float32
    outputs: np.ndarray  # z = v' r, (trials, steps, n_out) float32


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """A trained network, x' = -x + W r + M u, z = v' r, in units of its time constant (Eqs. 2 and 3).

    `weights` maps W0, M0 and v0 (before training) and W, M and v (after it) to arrays, float32.
    """

    spec: dict  # everything that it depends on: task, g, seed, N, training, code
    weights: Mapping[str, np.ndarray]
    n_trials: int  # test trials on which the run evaluates its networks
    history: DataFrame  # a row per epoch of its training; columns as in the table `history`
    altered: str = ""  # how it differs from the trained network

    @property
    def W0(self) -> np.ndarray:
        """Connectivity before training, (N, N)."""
        return self.weights["W0"]

    @property
    def W(self) -> np.ndarray:
        """Connectivity, (N, N)."""
        return self.weights["W"]

    @property
    def M(self) -> np.ndarray:
        """Input vectors, (N, n_in)."""
        return self.weights["M"]

    @property
    def v(self) -> np.ndarray:
        """Readout vectors, (N, n_out)."""
        return self.weights["v"]

    @property
    def dW(self) -> np.ndarray:
        """Change of the connectivity by training, W - W0, (N, N)."""
        return self.W - self.W0

    @property
    def singular_values(self) -> np.ndarray:
        """Singular values of dW in descending order, (N,) float64."""
        return connectivity.change_singular_values(self.weights)

    @property
    def task(self) -> Task:
        """The task that it was trained on, with the parameters of its spec."""
        return tasks.of(self.spec)

    def trials(self, n: int | None = None) -> Trials:
        """Return `n` test trials, by default those of the run: the same at every g, and for altered networks."""
        return evaluation.test_trials(self.spec, self.task, n or self.n_trials)

    def run(self, trials: Trials | None = None) -> Activity:
        """Run the network on trials, by default the test trials, over all their steps."""
        u = (trials or self.trials()).inputs
        rates = dynamics.rates(self.W, self.M, u, self.spec["dt"], self.spec["nonlinearity"])
        return Activity(rates, rates @ self.v)

    def loss(self, trials: Trials | None = None) -> float:
        """Return the loss, 1/2 the mean squared error where the output is judged; NaN if the network diverged."""
        if not connectivity.finite(self.weights):
            return float("nan")
        (loss,) = evaluation.losses_with(self.weights, [self.W], self.spec, trials or self.trials())
        return float(loss)

    def truncated(self, rank: int) -> "Network":
        """Return the network with dW truncated to a rank (Eq. 4); W0, M and v are kept."""
        if not 0 <= rank <= len(self.W):
            raise ValueError(f"rank = {rank} is not between 0 and N = {len(self.W)}")
        (change,) = connectivity.truncations(*connectivity.decomposition(self.weights), [rank])
        return self._with({"W": self.W0 + change}, f"dW truncated to rank {rank}")

    def shuffled(self, repetition: int = 0) -> "Network":
        """Return the network with the elements of W0 permuted and dW kept; `repetition` as in the table `shuffle`."""
        initial = connectivity.shuffled(self.W0, stream(self.spec, "shuffling", repetition))
        return self._with({"W0": initial, "W": initial + self.dW}, f"W0 shuffled, permutation {repetition}")

    def functional_rank(self, threshold: float = 0.05) -> int | None:
        """Return the smallest rank of dW at which the loss is below `threshold` of that at rank 0; None without one."""
        if not connectivity.finite(self.weights):
            return None
        changes = connectivity.truncations(*connectivity.decomposition(self.weights), range(len(self.W) + 1))
        altered, trials = (self.W0 + change for change in changes), self.trials()
        losses = (float(evaluation.losses_with(self.weights, [W], self.spec, trials)[0]) for W in altered)
        limit = threshold * next(losses)
        return next((rank for rank, loss in enumerate(losses, 1) if loss < limit), None)

    def _with(self, weights: dict[str, np.ndarray], altered: str) -> "Network":
        kept = {name: array for name, array in self.weights.items() if name not in ("U", "s", "V")}
        kept |= {name: np.asarray(array, np.float32) for name, array in weights.items()}
        return replace(self, weights=kept, altered=f"{self.altered}, {altered}".removeprefix(", "))

    def __repr__(self) -> str:
        spec, altered = self.spec, f", {self.altered}" if self.altered else ""
        return f"<{spec['task']}, g = {spec['g']}, seed {spec['seed']}: N = {len(self.W)}{altered}>"
