"""Atomic file writes, and locks that give a network to one job at a time."""

import contextlib
import fcntl
import glob
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from .errors import UserError


@contextlib.contextmanager
def atomic(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` if the block succeeds.

    An existing file at `path` survives until then, even if the disk fills up or the process is killed.
    Raise UserError if the file cannot be written.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        os.close(handle)
        yield temporary
        temporary.chmod(0o666 & ~_umask())  # mkstemp creates files with mode 0o600
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def remove_leftovers(*paths: Path) -> None:
    """Remove temporary files left by killed writers of `paths`. No other process may be writing these files."""
    for path in paths:
        for remains in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
            remains.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def locked(names: Iterable[str], lock: str | os.PathLike) -> Iterator[None]:
    """Lock the networks with these names (hexadecimal) against all other processes, on any machine.

    Each name locks one byte of the file `lock`. The kernel releases these locks however the process dies, and
    network file systems support them. Locking in sorted order keeps jobs with overlapping networks from
    deadlocking. Do not nest: closing any descriptor of the file releases the process's POSIX locks.
    """
    lock = Path(lock)
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as file:
        for name in sorted(names):
            fcntl.lockf(file, fcntl.LOCK_EX, 1, int(name, 16))
        yield
