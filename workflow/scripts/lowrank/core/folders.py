"""Where the project's own files are, and how to work where its results are.

The library's paths, results/ and resources/, are relative to the working directory. A workflow that imports this one
may put them below a prefix: what reads or writes them then works inside it, and needs absolute paths of all else.
"""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from .problems import Problem

PROJECT = Path(__file__).resolve().parents[4]


@contextlib.contextmanager
def inside(prefix: str) -> Iterator[None]:
    """Work in the folder `prefix` ('': here); one that does not exist yet is taken for an empty one."""
    if not prefix:
        yield
        return
    with tempfile.TemporaryDirectory() as empty, contextlib.chdir(prefix if os.path.isdir(prefix) else empty):
        yield


def with_absolute_paths(raw: dict) -> dict:
    """Return the config with absolute paths of the files that it names."""
    settings = raw.get("sentiment")
    if not isinstance(settings, dict):
        return raw
    paths = {kind: settings.get(kind) for kind in ("treebank", "vectors")}
    # not those given by their checksum, nor what is no file: the config's checks say what is wrong with it
    found = {kind: str(Path(path).absolute()) for kind, path in paths.items() if path and os.path.exists(str(path))}
    return raw | {"sentiment": settings | found}


def check_kinds(paths: Iterable[str | os.PathLike]) -> None:
    """Problem if a file's name is held by what is neither file nor folder, which would be waited for, or lost."""
    strange = [f"{path} {what}" for path in paths if (what := _strange(Path(path)))]
    if strange:
        raise Problem("\n  ".join(["what stands in the place of results cannot be used:", *strange]))


def _strange(path: Path) -> str | None:
    """What is wrong with what stands under a name: a link to nothing or itself, a pipe, a socket, a device."""
    try:
        mode = path.lstat().st_mode
    except OSError:  # nothing there, or said by whoever reads it
        return None
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None
    if stat.S_ISLNK(mode) and not path.exists():
        return f"is a link to {os.readlink(path)}, which is not there: bring that back, or remove the link"
    if path.is_file() or path.is_dir():
        return None
    return "is neither a file nor a folder: remove it"
