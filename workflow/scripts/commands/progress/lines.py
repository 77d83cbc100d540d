"""Not on a terminal: a line a minute."""

import threading
import time
from collections.abc import Callable
from typing import TextIO

from . import words

EVERY = 60.0  # seconds


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
        while True:
            self.say(f"{time.strftime('%H:%M:%S')}  {self.present(words.line)}")
            if self.ended.wait(self.every):
                return
