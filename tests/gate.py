"""A gate at which every training of a project waits before a given epoch, until the test opens it.

Whatever a test disturbs stands at the gate meanwhile, in the same state on the fastest and on the busiest machine:
states before that epoch are saved, no network of the stack it belongs to goes on. What waits there can be cancelled,
killed, stopped; told to stop (SIGTERM), it leaves the gate and stops before that very epoch.

A copy of this module lies beside the scripts of a project with a gate, since its trainings import it, too.
"""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

EPOCH = 20  # at which to wait, unless a test says otherwise
CLOSED, LINE = Path("gate/closed"), Path("gate/line")  # in the project; the line holds a file for each that waits


def before_each_epoch(stopping: Callable[[], bool]) -> Callable[[], bool]:
    """`stopping`, which a training asks before each epoch, made to wait at the gate while it is closed.

    The epochs of one process are counted: a stack's networks, trained one after the other, have theirs in a row.
    """
    calls = 0

    def stopping_or_waiting() -> bool:
        nonlocal calls
        calls += 1
        if _closed_at() == calls:
            entry = LINE / f"{os.getpid()}"
            entry.touch()
            while _closed_at() == calls and not stopping():
                time.sleep(0.05)
            entry.unlink(missing_ok=True)
        return stopping()

    return stopping_or_waiting


def _closed_at() -> int | None:
    """The epoch, counted from 1, before which the gate is closed."""
    try:
        return int(CLOSED.read_text())
    except FileNotFoundError:
        return None


class Gate:
    """A project's gate: open at first, and after a block that begins with its being closed."""

    def __init__(self, project: Path):
        self.closed, self.line = project / CLOSED, project / LINE

    def build(self, scripts: Path) -> "Gate":
        """Put it on the way of the trainings. Networks keep their names: none of this is in a code fingerprint."""
        self.build_line()
        shutil.copy(__file__, scripts / "gate.py")
        script = scripts / "train.py"
        text = script.read_text()
        ways = {"from job import": "import gate\nfrom job import", "stopping, ": "gate.before_each_epoch(stopping), "}
        for way, gated in ways.items():
            assert text.count(way) == 1, script
            text = text.replace(way, gated)
        script.write_text(text)
        return self

    def build_line(self) -> "Gate":
        """The place to wait, where the trainings' scripts lie elsewhere."""
        self.line.mkdir(parents=True, exist_ok=True)
        return self

    def __enter__(self) -> "Gate":
        return self

    def __exit__(self, *_) -> None:
        self.open()

    def close(self, epoch: int = EPOCH) -> "Gate":
        """Before an epoch, counted from 0: as many are done, as a log says it that goes on from a state."""
        temporary = self.closed.with_name("closing")
        temporary.write_text(f"{epoch + 1}")
        temporary.replace(self.closed)
        return self

    def open(self) -> None:
        self.closed.unlink(missing_ok=True)

    def waiting(self) -> set[int]:
        """The processes that wait at the gate; killed ones leave their files in the line."""
        return {int(path.name) for path in self.line.iterdir() if _is_alive(path.name)}


def _is_alive(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""  # as that of one that was killed
    except (FileNotFoundError, ProcessLookupError):
        return False
