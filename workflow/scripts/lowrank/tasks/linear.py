"""A constant input; the output must reach a target by the end of the trial (Section 3; Fig. 3 a)."""

from dataclasses import dataclass

import numpy as np

from .base import Task, Trials

FIXATION, STIMULUS, DECISION = range(3)


@dataclass(frozen=True)
class Linear(Task):
    """The input is 0 during fixation and 1 thereafter. The output is judged in the decision phase, the stimulus's end.

    Nothing is random, so there is only one distinct trial.
    """

    n_in = 1
    n_out = 1
    phases = ("fixation", "stimulus", "decision")
    deterministic = True

    fixation: float
    stimulus: float  # T, from stimulus onset to the end of the trial
    decision: float  # the last part of the stimulus
    target: float  # z^

    def __post_init__(self):
        for name in ("fixation", "stimulus", "decision"):
            self.steps(name)
        if self.decision > self.stimulus:
            raise ValueError(f"decision = {self.decision} is longer than stimulus = {self.stimulus}")

    @property
    def expected_loss(self) -> float:
        """L0 = z^2/2, with the target z: before training the output vanishes as N goes to infinity."""
        return self.target**2 / 2

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        onset, length = self.steps("fixation"), self.steps("fixation") + self.steps("stimulus")
        phase = np.full(length, STIMULUS, np.uint8)
        phase[:onset] = FIXATION
        phase[length - self.steps("decision") :] = DECISION
        inputs, mask = phase >= STIMULUS, phase == DECISION
        columns = inputs.astype(np.float32), (self.target * mask).astype(np.float32), mask
        return Trials(
            *(np.tile(column[:, None], (n_trials, 1, 1)) for column in columns), np.tile(phase, (n_trials, 1))
        )
