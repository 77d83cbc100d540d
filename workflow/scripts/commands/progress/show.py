"""Show a run: take its events, keep its state, and present it, on a terminal or not."""

import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any, TextIO

from . import logs, words
from .left import Left, Prediction
from .lines import Lines
from .screen import Screen, is_drawable
from .state import Run


class Show:
    """Events come from one thread, and drawing is done in another."""

    def __init__(self, run: Run, cores: int, gpus: int | None, log: str, stream: TextIO, no_colour: bool):
        self.run, self.cores, self.gpus, self.log = run, cores, gpus, log
        self.lock = threading.Lock()  # of the run; nothing is printed while it is held
        self.told: set[str] = set()  # lines of logs of failed jobs
        self.display: Screen | Lines
        if is_drawable(stream):
            self.display = Screen(stream, self._present, self._is_news, no_colour)
        else:
            self.display = Lines(stream, self._present)

    def started(self, numbers: list[int]) -> None:
        """Take the start of jobs."""
        with self.lock:
            for number in numbers:
                self.run.started(number)

    def finished(self, number: int) -> None:
        """Take the end of a job."""
        with self.lock:
            self.run.finished(number)

    def failed(self, number: int, message: str, log: str) -> None:
        """Take the failure of a job, and tell it at once."""
        with self.lock:
            failure = self.run.failed(number, message, log)
        if failure:
            self.told |= {*logs.last_lines(self.run.steps[number].log)}
            self.display.say(words.failure(failure), "red")

    def interrupted(self) -> None:
        """Take that Snakemake ends all jobs."""
        with self.lock:
            self.run.interrupted()

    def say(self, text: str) -> None:
        """Print what Snakemake says."""
        self.display.say(text)

    def close(self) -> str:
        """End the display, and return how the run ended."""
        with self.lock:
            self.run.is_over = True
        self.display.close()
        return words.summary(self.run, self.log)

    @cached_property
    def prediction(self) -> Prediction:
        """Made when it is first needed, by the thread that draws, as it reads all benchmarks."""
        return Prediction(self.cores, self.gpus)

    def _is_news(self, line: str) -> bool:
        """Return True if a line that a job printed is to be shown: not if its log has it, nor if it was interrupted."""
        return not self.run.is_interrupted and line.strip() not in self.told

    def _present(self, how: Callable[[Run, Left], Any]) -> Any:
        with self.lock:
            self.run.look()
            return how(self.run, self.prediction.now(self.run))
