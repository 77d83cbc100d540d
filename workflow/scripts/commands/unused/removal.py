"""Delete files that no recorded run needs, but never one that a job may be writing or about to read."""

import contextlib
import errno
import fcntl
from collections.abc import Iterable, Iterator
from pathlib import Path

from lowrank.core.errors import UserError
from lowrank.plan import start

from .recorded import NETWORKS
from .unused import Unused

LOCK = NETWORKS / ".lock"  # in which a training job locks one byte for each of its networks, see `core.files.locked`
OF_SNAKEMAKE = Path(".snakemake/locks")


@contextlib.contextmanager
def not_in_training(names: Iterable[str], deleting: bool) -> Iterator[set[str]]:
    """Lock those networks that no job is training, so that none can start to; yield their names.

    Without write permission, a listing that deletes nothing treats all networks as free.
    """
    try:
        file = LOCK.open("r+b")
    except OSError as error:
        if deleting and LOCK.exists():
            raise _unknown(error) from error
        yield set(names)
        return
    with file:
        yield {name for name in sorted(names) if _hold(file, name)}


def _hold(file, name: str) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, int(name, 16))
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN):
            raise _unknown(error) from error
        return False
    return True


def _unknown(error: OSError) -> UserError:
    return UserError(f"cannot tell which networks are in training: {LOCK}: {error.strerror}; nothing was deleted")


def check(files: list[Unused]) -> None:
    """Raise UserError, before the first deletion, if the files may not or cannot be deleted now."""
    if OF_SNAKEMAKE.is_dir() and any(OF_SNAKEMAKE.iterdir()):
        raise UserError(
            f"the workflow is running in {Path.cwd()}: wait for its end, or, if it was killed, run "
            "snakemake --unlock; nothing was deleted"
        )
    start.check_folders(str(file.path) for file in files)


def delete(files: list[Unused]) -> None:
    """Delete the files, and folders left empty; a link is deleted, never its target."""
    for number, file in enumerate(files):
        try:
            file.path.unlink(missing_ok=True)
        except OSError as error:
            progress = f"{number} of {len(files)} files were deleted"
            raise UserError(f"cannot delete {file.path}: {error.strerror}; {progress}") from error
        for folder in file.path.parents:
            if folder == file.root:
                break
            with contextlib.suppress(OSError):  # not empty
                folder.rmdir()
