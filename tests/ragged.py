"""Trials that no task draws: worse than any real ones."""

from dataclasses import replace

import numpy as np

from lowrank.tasks.base import Task, Trials


class Ragged:
    """A task whose inputs start late and whose trials end early, each block at other steps: worse than any real one."""

    def __init__(self, task: Task):
        self.task = task

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        trials = self.task.draw(rng, n_trials)
        steps = np.arange(trials.mask.shape[1])
        silent = steps < rng.integers(1, 16)
        ends = rng.integers(0, len(steps) + 1, n_trials)
        kept = steps < ends[:, None]
        noisy = trials.inputs + rng.standard_normal(trials.inputs.shape, np.float32)
        inputs = np.where(silent[:, None], np.float32(0), noisy)
        return replace(trials, inputs=inputs, mask=(trials.mask | self.task.deterministic) & kept[..., None])
