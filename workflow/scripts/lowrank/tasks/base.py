"""Base classes of tasks. A task has named parameters, named phases, and trials drawn from a random stream."""

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
    targets: np.ndarray  # (trials, steps, n_out) float32, z^; meaningless outside the mask
    mask: np.ndarray  # (trials, steps, n_out) bool, True where the output enters the loss
    phase: np.ndarray  # (trials, steps) uint8, index into the task's `phases`

    def ends(self) -> np.ndarray:
        """Step (trials,) after each trial's last judged step; 0 for a trial without one."""
        judged = reduce(np.logical_or, self.mask.transpose(2, 0, 1))  # any(axis=2) is ten times as slow
        return np.where(judged.any(axis=1), judged.shape[1] - judged[:, ::-1].argmax(axis=1), 0)

    def only(self, which: Sequence[int]) -> "Trials":
        """Select trials, in the given order."""
        return Trials(self.inputs[which], self.targets[which], self.mask[which], self.phase[which])


@dataclass(frozen=True)
class Task(ABC):
    """A task: a frozen dataclass whose fields are its parameters in config.yaml, validated by their types.

    Subclasses define `n_in`, `n_out`, `phases` and `draw`. They convert durations with `steps`, so that a
    duration that is not a multiple of the time step is rejected when the config is read.
    """

    __pydantic_config__: ClassVar[dict] = {"extra": "forbid", "allow_inf_nan": False}

    n_in: ClassVar[int]
    n_out: ClassVar[int]
    phases: ClassVar[tuple[str, ...]]  # in the order of a trial
    deterministic: ClassVar[bool] = False  # True if all trials are identical: one then suffices for testing

    dt: float  # Euler step

    @property
    def expected_loss(self) -> float | None:
        """L0, if known from theory; None means each network's own loss before training."""
        return None

    def initial(self, weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the initial W (N, N), M (N, n_in) and v (N, n_out), given those drawn at random: by default these."""
        return weights

    @abstractmethod
    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        """Draw independent trials, with all randomness from `rng`."""

    def steps(self, name: str) -> int:
        """Convert the duration in field `name` to steps; ValueError unless it is a positive multiple of dt."""
        duration = getattr(self, name)
        steps = round(duration / self.dt)
        if steps < 1 or abs(steps * self.dt - duration) > 1e-9 * duration:
            raise ValueError(f"{name} = {duration} is not a positive multiple of the step dt = {self.dt}")
        return steps

    def draw_steps(self, rng: np.random.Generator, name: str, size) -> np.ndarray:
        """Draw durations uniformly from the range in field `name`, truncated to whole steps; int64, shape `size`."""
        low, high = getattr(self, name)
        return np.floor(rng.uniform(low, high, size) / self.dt).astype(np.int64)

    def check_range(self, name: str) -> None:
        """Raise ValueError unless field `name` is a non-decreasing pair of non-negative numbers."""
        low, high = getattr(self, name)
        if not 0 <= low <= high:
            raise ValueError(f"{name} = [{low}, {high}] is not a range from a smaller to a larger number, 0 at least")
