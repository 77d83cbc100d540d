"""What the log of a job tells while the job runs."""

import os
import re
from pathlib import Path
from typing import NamedTuple

EPOCH = re.compile(r"epoch +(\d+) of (\d+) +loss (\S+) +(\d+) s left")  # as training jobs print it
TAIL = 4096  # bytes


class Epoch(NamedTuple):
    """How far a training is."""

    epoch: int
    epochs: int
    loss: str
    seconds_left: float


def version(log: str) -> tuple | None:
    """Return what changes whenever the log is written; None if there is no log."""
    try:
        found = os.stat(log)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def epoch(log: str) -> Epoch | None:
    """Return the latest epoch in a log; None if a network has just begun, or for jobs that have no epochs."""
    last = last_line(log)
    found = EPOCH.fullmatch(last)
    return Epoch(int(found[1]), int(found[2]), found[3], float(found[4])) if found else None


def last_line(log: str) -> str:
    """Return the last line of a log; empty if there is none."""
    return next(reversed(last_lines(log)), "")


def last_lines(log: str) -> list[str]:
    """Return the lines at the end of a log that are not blank."""
    try:
        with Path(log).open("rb") as file:
            file.seek(max(os.stat(log).st_size - TAIL, 0))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    return [line.strip() for line in lines if line.strip()]
