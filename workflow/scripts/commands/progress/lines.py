"""Not on a terminal: a line a minute."""

import threading
import time
from collections.abc import Callable
from typing import TextIO

from . import words

EVERY = 60.0  # seconds
LOOK = 5.0  # seconds between looks at the logs, which tell when a cluster's jobs begin and end


class Lines:
    """Print a line at once and then each minute, and what is said in between."""

    def __init__(self, stream: TextIO, present: Callable, every: float = EVERY):
        self.stream, self.present, self.every, self.ended = stream, present, every, threading.Event()
        self.thread = threading.Thread(target=self._print, daemon=True)
        self.thread.start()

    def say(self, text: str, style: str = "") -> None:
        """Print a text."""
        print(text, file=self.stream, flush=True)

    def close(self) -> None:
        """Print no more."""
        self.ended.set()
        self.thread.join()

    def _print(self) -> None:
        due = time.monotonic()
        while True:
            line = self.present(words.line)
            if time.monotonic() >= due:
                due += self.every
                self.say(f"{time.strftime('%H:%M:%S')}  {line}")
            if self.ended.wait(min(LOOK, self.every)):
                return
