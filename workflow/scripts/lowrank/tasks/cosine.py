"""An oscillation learned without input, from an initial state (supplement; the linear network of Section 3)."""

from dataclasses import dataclass

import numpy as np

from .base import Task, Trials

JUDGED, CONTINUED = range(2)


@dataclass(frozen=True)
class Cosine(Task):
    """From the state x = M, the output must follow cos(2 pi t / period) while it is judged; there is no input then.

    An impulse brings the network there: the input is 1/dt in the first step, after which x is M exactly, whatever W is;
    that moment is t = 0. The readout lies along the input, v = M/N, so that the output is 1 at t = 0. Nothing is
    random, so there is only one distinct trial.
    """

    n_in = 1
    n_out = 1
    phases = ("judged", "continued")
    deterministic = True

    trial: float
    judged: float  # the first part of the trial; how the network continues is not judged
    period: float

    def __post_init__(self):
        for name in ("trial", "judged"):
            self.steps(name)
        if self.judged > self.trial:
            raise ValueError(f"judged = {self.judged} is longer than trial = {self.trial}")
        if self.period <= 0:
            raise ValueError(f"period = {self.period} is not positive")

    def initial(self, weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return weights | {"v": weights["M"] / np.float32(len(weights["M"]))}

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        step = np.arange(self.steps("trial"))
        phase = np.where(step < self.steps("judged"), JUDGED, CONTINUED).astype(np.uint8)
        inputs = np.where(step == 0, 1 / self.dt, 0).astype(np.float32)
        targets = np.cos(2 * np.pi * step * self.dt / self.period).astype(np.float32)
        columns = inputs, targets, phase == JUDGED
        return Trials(
            *(np.tile(column[:, None], (n_trials, 1, 1)) for column in columns), np.tile(phase, (n_trials, 1))
        )
