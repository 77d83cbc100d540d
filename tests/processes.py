"""Processes that tests look for and wait for."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PATIENCE = 420  # seconds, for what happens sooner or later, beside others on two cores


def wait(until: Callable[[], Any], otherwise: Callable[[], str], seconds: float = PATIENCE) -> Any:
    """Wait until something is true, and return it; or fail."""
    end = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < end, otherwise()
        time.sleep(0.1)
    return found


def await_end(*pids: int) -> None:
    """Wait until processes are gone that somebody else has told to end."""
    wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), lambda: f"{pids} still run")


def trainings(folder: Path) -> Iterator[int]:
    """The trainings in a folder: processes of Python that run a copy of train.py."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and os.readlink(entry / "cwd") == str(folder):
                program, *arguments = (entry / "cmdline").read_bytes().decode().split("\0")
                if Path(program).name.startswith("python") and ".train.py" in arguments[0]:
                    yield int(entry.name)


def waiting_for_a_lock() -> set[int]:
    """The processes that wait for a lock that another one holds."""
    return {int(line.split()[5]) for line in Path("/proc/locks").read_text().splitlines() if "->" in line}
