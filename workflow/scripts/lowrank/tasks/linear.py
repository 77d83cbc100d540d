"""A constant input, and an output that has to reach a target at the trial's end (Section 3; Fig. 3 a)."""

from dataclasses import dataclass

import numpy as np

from .base import Task, Trials

FIXATION, STIMULUS, DECISION = range(3)


@dataclass(frozen=True)
class Linear(Task):
    """The input is 0 in the fixation and 1 from then on; the output is judged in the decision that ends the stimulus.

    Nothing is random: there is one trial.
    """

    n_in = 1
    n_out = 1
    phases = ("fixation", "stimulus", "decision")
    deterministic = True

    fixation: float
    stimulus: float  # T, from the input's onset to the trial's end
    decision: float  # the stimulus's last part
    target: float  # z^

    def __post_init__(self):
        for name in ("fixation", "stimulus", "decision"):
            self.steps(name)
        if self.decision > self.stimulus:
            raise ValueError(f"decision = {self.decision} is longer than stimulus = {self.stimulus}")

    @property
    def expected_loss(self) -> float:
        """L0 = z^2/2: without training the output vanishes for N to infinity."""
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
