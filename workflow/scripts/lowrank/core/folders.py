"""The project's folder, and working in the folder that holds its results.

The library's paths, results/ and resources/, are relative to the working directory. A workflow that imports this one
may put them below a prefix. Code that reads or writes them then runs inside the prefix and needs absolute paths for
everything else.
"""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from .errors import UserError

PROJECT = Path(__file__).resolve().parents[4]


@contextlib.contextmanager
def inside(prefix: str) -> Iterator[None]:
    """Change into the folder `prefix` ('': stay here). A missing folder is treated as an empty one."""
    if not prefix:
        yield
        return
    with tempfile.TemporaryDirectory() as empty, contextlib.chdir(prefix if os.path.isdir(prefix) else empty):
        yield


def with_absolute_paths(raw: dict) -> dict:
    """Return the config with the paths of its data files and imported networks made absolute."""
    return _with_absolute_data(_with_absolute_networks(raw))


def _with_absolute_data(raw: dict) -> dict:
    settings = raw.get("sentiment")
    if not isinstance(settings, dict):
        return raw
    paths = {kind: settings.get(kind) for kind in ("treebank", "vectors")}
    # Leave checksums and missing files alone; the config's validation reports the latter.
    found = {kind: str(Path(path).absolute()) for kind, path in paths.items() if path and os.path.exists(str(path))}
    return raw | {"sentiment": settings | found}


def _with_absolute_networks(raw: dict) -> dict:
    tasks = raw.get("tasks") if isinstance(raw.get("tasks"), dict) else {}
    found = {name: task for name, task in tasks.items() if isinstance(task, dict)}
    found = {name: task for name, task in found.items() if isinstance(task.get("imported"), dict)}
    for name, task in found.items():
        named = {key: path for key in ("files", "initial") if isinstance(path := task["imported"].get(key), str)}
        named = {key: str(Path(path).absolute()) for key, path in named.items()}
        found[name] = task | {"imported": task["imported"] | named}
    return raw | {"tasks": tasks | found} if found else raw


def check_kinds(paths: Iterable[str | os.PathLike]) -> None:
    """Raise UserError if a path is neither a file nor a folder; reading it could block, or writing could destroy it."""
    strange = [f"{path} {what}" for path in paths if (what := _strange(Path(path)))]
    if strange:
        raise UserError("\n  ".join(["these paths for results cannot be used:", *strange]))


def _strange(path: Path) -> str | None:
    """Describe an unusable path: a dangling or circular link, a pipe, a socket, a device; None if it is fine."""
    try:
        mode = path.lstat().st_mode
    except OSError:  # missing, or an error that the reader of the path will report
        return None
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return None
    if stat.S_ISLNK(mode) and not path.exists():
        return f"is a link to {os.readlink(path)}, which does not exist: restore it or remove the link"
    if path.is_file() or path.is_dir():
        return None
    return "is neither a file nor a folder: remove it"
