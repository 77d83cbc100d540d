"""A limit to the time that a task's own code may take while the config is read: one that never returns is told, too."""

import contextlib
import signal
import threading
from collections.abc import Iterator

SECONDS = 60  # to import numpy from a slow file system, and draw a few trials


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Raise TimeoutError in the code within that is not done in time, where signals reach it: in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(*_) -> None:
        raise TimeoutError(f"not done after {SECONDS} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, 1)  # and again, if the code within catches it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
