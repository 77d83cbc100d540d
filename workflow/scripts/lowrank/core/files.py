"""Files that appear under their name only whole, and networks that one job at a time works on."""

import contextlib
import fcntl
import glob
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from .problems import Problem


@contextlib.contextmanager
def atomic(path: str | os.PathLike) -> Iterator[Path]:
    """A temporary path beside `path`; what was written there takes `path`'s name when the block ends well.

    Whatever stood at `path` stays until then, also when the disk is full or the process is killed.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        os.close(handle)
        yield temporary
        temporary.chmod(0o666 & ~_umask())  # mkstemp's own is 0o600
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise Problem(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def remove_remains(*paths: Path) -> None:
    """Remove what killed writers of these files left beside them; nobody else may be writing them."""
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
def held(names: Iterable[str], lock: str | os.PathLike) -> Iterator[None]:
    """Hold the networks of these names (hexadecimal) for this process alone, wherever others may run.

    A byte range of the file `lock` for each name: the kernel frees it at any death, and network file systems
    have it. In sorted order, so that overlapping stacks cannot wait for each other. POSIX locks fall when the
    process closes any descriptor of the file: do not nest.
    """
    lock = Path(lock)
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("ab") as file:
        for name in sorted(names):
            fcntl.lockf(file, fcntl.LOCK_EX, 1, int(name, 16))
        yield
