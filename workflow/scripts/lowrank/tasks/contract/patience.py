"""A time limit for task code that runs while the config is read, so that an endless loop is reported, too."""

import contextlib
import signal
import threading
from collections.abc import Iterator

SECONDS = 60  # enough to import numpy from a slow file system and draw a few trials


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Raise TimeoutError in a block that takes too long. Only the main thread, which gets signals, is limited."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(*_) -> None:
        raise TimeoutError(f"not done after {SECONDS} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, 1)  # repeats, in case the block catches the exception
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
