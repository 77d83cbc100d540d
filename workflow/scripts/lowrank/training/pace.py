"""When to do what is done now and then while a network trains."""

from collections.abc import Callable

SAVE_SECONDS = 30.0  # between two saved states
REPORT_SECONDS = 5.0  # between two lines of progress


class Every:
    """True when `seconds` have passed since it was last true, and when the clock went backwards."""

    def __init__(self, seconds: float, clock: Callable[[], float]):
        self.seconds, self.clock, self.last = seconds, clock, clock()

    def __call__(self) -> bool:
        now = self.clock()
        due = not 0 <= now - self.last < self.seconds
        if due:
            self.last = now
        return due


class Elapsed:
    """The seconds since it was made; while the clock goes backwards they stand still."""

    def __init__(self, clock: Callable[[], float]):
        self.clock, self.last, self.seconds = clock, clock(), 0.0

    def __call__(self) -> float:
        now = self.clock()
        self.seconds, self.last = self.seconds + max(now - self.last, 0), now
        return self.seconds
