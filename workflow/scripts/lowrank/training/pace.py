"""Timers for periodic work during training."""

from collections.abc import Callable

SAVE_SECONDS = 30.0  # between saved states
REPORT_SECONDS = 5.0  # between progress lines


class Timer:
    """Return True when called if `seconds` have passed since the last True, or if the clock went backwards."""

    def __init__(self, seconds: float, clock: Callable[[], float]):
        self.seconds, self.clock, self.last = seconds, clock, clock()

    def __call__(self) -> bool:
        now = self.clock()
        due = not 0 <= now - self.last < self.seconds
        if due:
            self.last = now
        return due


class Elapsed:
    """Seconds elapsed since creation; robust to a clock that jumps backwards."""

    def __init__(self, clock: Callable[[], float]):
        self.clock, self.last, self.seconds = clock, clock(), 0.0

    def __call__(self) -> float:
        now = self.clock()
        self.seconds, self.last = self.seconds + max(now - self.last, 0), now
        return self.seconds
