"""Context-dependent integration (Mante, Sussillo, Shenoy & Newsome, Nature 503, 2013; Fig. 1 b)."""

from dataclasses import dataclass

import numpy as np

from .base import Task, Trials

FIXATION, STIMULUS, DELAY, DECISION = range(4)


@dataclass(frozen=True)
class Mante(Task):
    """Report the sign of one of two noisy signals, selected by context. Inputs: context 1, 2, signal 1, 2.

    During the stimulus one context input is 1 and each signal has a constant mean, its coherence. The target
    is 0 until the stimulus ends, and `amplitude` times the sign of the relevant coherence in the decision.
    """

    n_in = 4
    n_out = 1
    phases = ("fixation", "stimulus", "delay", "decision")

    fixation: float
    stimulus: float
    delay: float
    decision: float
    coherences: tuple[float, ...]
    noise: float
    amplitude: float

    def __post_init__(self):
        for name in self.phases:
            self.steps(name)
        if not self.coherences or min(self.coherences) <= 0:
            raise ValueError(f"coherences = {list(self.coherences)} must be positive numbers, one at least")
        if self.noise < 0:
            raise ValueError(f"noise = {self.noise} is negative")

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        phase = np.repeat(np.arange(4, dtype=np.uint8), [self.steps(name) for name in self.phases])
        context = rng.integers(0, 2, n_trials)
        size = rng.choice(np.asarray(self.coherences), (n_trials, 2))
        coherence = size * (rng.integers(0, 2, (n_trials, 2)) * 2 - 1)
        noise = rng.standard_normal((n_trials, len(phase), 2), np.float32)

        stimulus = np.concatenate([context[:, None] == np.arange(2), coherence], axis=1, dtype=np.float32)
        inputs = np.zeros((n_trials, len(phase), 4), np.float32)
        np.multiply(noise, np.float32(self.noise / np.sqrt(self.dt)), out=inputs[..., 2:])
        inputs[:, phase == STIMULUS] += stimulus[:, None]

        relevant = np.take_along_axis(coherence, context[:, None], axis=1)[..., None]
        targets = self.amplitude * np.sign(relevant) * (phase == DECISION)[None, :, None]
        mask = np.broadcast_to((phase != DELAY)[None, :, None], targets.shape)
        return Trials(inputs, targets.astype(np.float32), mask, np.broadcast_to(phase, targets.shape[:2]))
