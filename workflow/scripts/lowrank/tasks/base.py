"""What a task is: named numbers, named periods, and trials drawn from a random stream."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np


@dataclass(frozen=True)
class Trials:
    """A batch of trials, `steps` Euler steps long."""

    inputs: np.ndarray  # (trials, steps, n_in) float32, u
    targets: np.ndarray  # (trials, steps, n_out) float32, z^; of no meaning outside the mask
    mask: np.ndarray  # (trials, steps, n_out) bool, where the output is judged
    phase: np.ndarray  # (trials, steps) uint8, index into the task's `phases`

    def ends(self) -> np.ndarray:
        """The step (trials,) after the last one that is judged; 0 for a trial that never is."""
        judged = reduce(np.logical_or, self.mask.transpose(2, 0, 1))  # any(axis=2) is ten times as slow
        return np.where(judged.any(axis=1), judged.shape[1] - judged[:, ::-1].argmax(axis=1), 0)

    def only(self, which: Sequence[int]) -> "Trials":
        """Some of the trials, in the order asked for."""
        return Trials(self.inputs[which], self.targets[which], self.mask[which], self.phase[which])


@dataclass(frozen=True)
class Task(ABC):
    """A task: a frozen dataclass whose fields are its numbers in config.yaml, checked against their types.

    A member states `n_in`, `n_out`, `phases` and `draw`, and asks `steps` for durations, so that a duration
    that does not fit the step is refused when the config is read.
    """

    __pydantic_config__: ClassVar[dict] = {"extra": "forbid", "allow_inf_nan": False}

    n_in: ClassVar[int]
    n_out: ClassVar[int]
    phases: ClassVar[tuple[str, ...]]  # in the order in which a trial goes through them
    deterministic: ClassVar[bool] = False  # whether all trials are the same: then one is enough to judge a network

    dt: float  # Euler step

    @property
    def expected_loss(self) -> float | None:
        """L0 where theory knows it; None: it is a network's own loss before training."""
        return None

    @abstractmethod
    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        """Draw trials independently; all randomness comes from `rng`."""

    def steps(self, name: str) -> int:
        """The steps of the duration in field `name`; ValueError unless it is a positive whole number of them."""
        duration = getattr(self, name)
        steps = round(duration / self.dt)
        if steps < 1 or abs(steps * self.dt - duration) > 1e-9 * duration:
            raise ValueError(f"{name} = {duration} is not a positive multiple of the step dt = {self.dt}")
        return steps

    def draw_steps(self, rng: np.random.Generator, name: str, size) -> np.ndarray:
        """Durations uniform in the range in field `name`, truncated to whole steps; int64 of shape `size`."""
        low, high = getattr(self, name)
        return np.floor(rng.uniform(low, high, size) / self.dt).astype(np.int64)

    def check_range(self, name: str) -> None:
        """ValueError unless field `name` is a rising pair of non-negative numbers."""
        low, high = getattr(self, name)
        if not 0 <= low <= high:
            raise ValueError(f"{name} = [{low}, {high}] is not a range from a smaller to a larger number, 0 at least")
