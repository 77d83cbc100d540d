"""Delayed comparison of two pulses (Romo, Brody, Hernandez & Lemus, Nature 399, 1999; Fig. 1 c)."""

from dataclasses import dataclass

import numpy as np

from .base import Task, Trials

FIXATION, PULSE_1, DELAY, PULSE_2, DECISION_DELAY, DECISION, REST = range(7)


@dataclass(frozen=True)
class Romo(Task):
    """Report which of two pulses, separated by a random delay, was larger.

    In the decision the output for the larger pulse has target `amplitude`, the other 0. Both targets are 0
    until the second pulse ends. Each trial has its own delay; shorter trials are padded with rest.
    """

    n_in = 1
    n_out = 2
    phases = ("fixation", "pulse 1", "delay", "pulse 2", "decision delay", "decision", "rest")

    fixation: float
    pulse: float
    delay: tuple[float, float]
    decision_delay: float
    decision: float
    pulse_amplitude: tuple[float, float]
    difference: float
    amplitude: float

    def __post_init__(self):
        for name in ("fixation", "pulse", "decision_delay", "decision"):
            self.steps(name)
        self.check_range("delay")
        self.check_range("pulse_amplitude")
        low, high = self.pulse_amplitude
        if not 0 <= self.difference < high - low:
            raise ValueError(f"difference = {self.difference} is too large for pulse_amplitude = [{low}, {high}]")

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        delay = self.draw_steps(rng, "delay", n_trials)
        pulses = self._draw_pulses(rng, n_trials)

        fixed = {name: self.steps(name) for name in ("fixation", "pulse", "decision_delay", "decision")}
        steps = fixed["fixation"] + 2 * fixed["pulse"] + fixed["decision_delay"] + fixed["decision"]
        steps += int(self.delay[1] / self.dt)
        names = ("fixation", "pulse", "delay", "pulse", "decision_delay", "decision")
        ends = np.cumsum([np.full(n_trials, fixed[name]) if name in fixed else delay for name in names], axis=0)
        phase = np.zeros((n_trials, steps), np.uint8)  # number of phases that have ended
        for end in ends:
            phase += np.arange(steps) >= end[:, None]

        inputs = pulses[:, :1] * (phase == PULSE_1) + pulses[:, 1:] * (phase == PULSE_2)
        larger = pulses.argmax(axis=1)[:, None] == np.arange(2)
        targets = self.amplitude * larger[:, None, :] * (phase == DECISION)[..., None]
        mask = np.repeat(((phase <= PULSE_2) | (phase == DECISION))[..., None], self.n_out, axis=2)
        return Trials(inputs[..., None].astype(np.float32), targets.astype(np.float32), mask, phase)

    def _draw_pulses(self, rng: np.random.Generator, n_trials: int) -> np.ndarray:
        """Draw pairs of amplitudes (trials, 2), redrawing each until its two differ by at least `difference`."""
        pulses = rng.uniform(*self.pulse_amplitude, (n_trials, 2))
        while len(close := np.flatnonzero(np.abs(pulses[:, 0] - pulses[:, 1]) < self.difference)):
            pulses[close] = rng.uniform(*self.pulse_amplitude, (len(close), 2))
        return pulses
