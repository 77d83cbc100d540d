"""Flip-flop: report the sign of the last pulse (Sussillo & Barak, Neural Computation 25, 2013; Fig. 1 a)."""

from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np

from .base import Task, Trials

FIXATION, PULSE, DECISION_DELAY, REPORT = range(4)


@dataclass(frozen=True)
class FlipFlop(Task):
    """Pulses arrive one after another; each has a random sign and one of two channels, all equally likely.

    From `decision_delay` after a pulse's onset until the next onset, the target of the pulsed channel is
    `amplitude` times the pulse's sign. The other channel's target is 0 (`memory: last_pulse`, as in the
    published figures) or the sign it remembers (`memory: per_channel`, as in the paper's text).
    """

    n_in = 2
    n_out = 2
    phases = ("fixation", "pulse", "decision delay", "report")

    trial: float
    fixation: float
    pulse: float
    decision_delay: float
    interval: tuple[float, float]
    amplitude: float
    memory: Literal["last_pulse", "per_channel"]

    def __post_init__(self):
        self.check_range("interval")
        first_report = self.fixation + self.decision_delay
        if self.steps("fixation") + self.steps("decision_delay") >= self.steps("trial"):
            raise ValueError(f"trial = {self.trial} ends before its first report, which is from {first_report} on")
        if self.steps("pulse") > self.steps("decision_delay"):
            raise ValueError(f"pulse = {self.pulse} outlasts decision_delay = {self.decision_delay}")

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        steps, fixation, delay = self.steps("trial"), self.steps("fixation"), self.steps("decision_delay")
        shortest = delay + int(self.interval[0] / self.dt)
        n_pulses = ceil((steps - fixation) / shortest)
        interval = delay + self.draw_steps(rng, "interval", (n_trials, n_pulses))
        channel = rng.integers(0, 2, (n_trials, n_pulses))
        sign = rng.integers(0, 2, (n_trials, n_pulses)).astype(np.float32) * 2 - 1
        onset = fixation + np.cumsum(interval, axis=1) - interval

        began = np.zeros((n_trials, steps), np.int64)
        trial, number = np.nonzero(onset < steps)
        began[trial, onset[trial, number]] = 1
        last = np.maximum(np.cumsum(began, axis=1) - 1, 0)  # index of the latest pulse at each step
        last += n_pulses * np.arange(n_trials)[:, None]  # numbered across all trials, for take()
        since = np.arange(steps) - onset.take(last)

        phase = np.full((n_trials, steps), PULSE, np.uint8)
        phase[since >= self.steps("pulse")] = DECISION_DELAY
        phase[since >= delay] = REPORT
        phase[:, :fixation] = FIXATION

        pulses = sign[..., None] * (channel[..., None] == np.arange(2))  # (trials, pulses, channels)
        inputs = _look_up(pulses, last) * (phase == PULSE)[..., None]
        remembered = pulses if self.memory == "last_pulse" else _hold(pulses)
        targets = _look_up(np.float32(self.amplitude) * remembered, last)
        mask = np.repeat((phase == REPORT)[..., None], self.n_out, axis=2)
        return Trials(inputs, targets, mask, phase)


def _look_up(pulses: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Look up pulses (trials, pulses, channels) by their numbers (trials, steps); (trials, steps, channels)."""
    return pulses.reshape(-1, pulses.shape[-1]).take(number, axis=0)


def _hold(pulses: np.ndarray) -> np.ndarray:
    """Hold each channel's latest non-zero pulse, 0 before the first; (trials, pulses, channels)."""
    number = np.arange(pulses.shape[1])[:, None]
    last = np.maximum.accumulate(np.where(pulses != 0, number, 0), axis=1)
    return np.take_along_axis(pulses, last, axis=1)
