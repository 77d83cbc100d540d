"""Where the project's own files are, and how to work where its results are.

The library's paths, results/ and resources/, are relative to the working directory. A workflow that imports this one
may put them below a prefix: what reads or writes them then works inside it, and needs absolute paths of all else.
"""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]


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
