"""The files that no recorded run needs, by reason. Considers only file names that the workflow produces."""

import contextlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from lowrank import measures
from lowrank.core.errors import UserError
from lowrank.core.spec import digest
from lowrank.store import checkpoint

from .recorded import NETWORKS, RESULTS, Requirements

LEFT_OUT = "Networks of a task, g or seed that no recorded run has"
NUMBERS = "Networks trained with other numbers than those of any recorded run"
CODE = "Networks of recorded runs, trained by other code than today's"
UNKNOWN = "Networks whose files do not record their spec"
DAMAGED = "Files set aside as damaged"
REMAINS = "Temporary files left by killed jobs"
OF_MEASURES = "Measures of networks that are not in the recorded config of their run"
GROUPS = (LEFT_OUT, NUMBERS, CODE, UNKNOWN, OF_MEASURES, DAMAGED, REMAINS)
OF_NETWORKS = (LEFT_OUT, NUMBERS, CODE, UNKNOWN)

NETWORK = re.compile(r"(seed\d+)-([0-9a-f]{12})\.(?:safetensors|parquet|state)(\.damaged)?")
MEASURE = re.compile(r"seed\d+\.parquet")
TEMPORARY = re.compile(r"\.(seed.+)\.\w+\.tmp")
FOLDER = re.compile(r"sentiment|[^/]+/g\d+(?:\.\d+)?(?:e[+-]?\d+)?")
WRITING_SECONDS = 3600.0  # younger remains may still be being written


@dataclass(frozen=True)
class Unused:
    """A file that no recorded run needs."""

    path: Path
    root: Path  # folders below it are removed once they are empty
    group: str
    size: int
    network: str | None = None  # the hash of the network; a job that trains it holds the lock of this name


@dataclass
class Found:
    """The search results."""

    unused: list[Unused] = field(default_factory=list)
    strange: list[Path] = field(default_factory=list)  # files with other names, and links to folders: left alone


def unused(requirements: Requirements) -> Found:
    """Find all files that no recorded run needs."""
    found = Found()
    reason = _reasons(requirements)
    for path in _files(NETWORKS, found.strange):
        if path != NETWORKS / ".lock":
            _judge_network(path, requirements, reason, found)
    for run, needed in requirements.runs.items():
        for kind in () if (RESULTS / run).is_symlink() else measures.folders():
            root = RESULTS / run / kind
            for path in _files(root, found.strange):
                _judge_measure(path, root, needed, found)
    return found


def _files(root: Path, strange: list[Path]) -> Iterator[Path]:
    """Yield the files below a folder; do not follow links to folders, whose contents others may use."""
    if root.is_symlink():
        strange.append(root)
        return
    for folder, below, names in os.walk(root):
        strange += [Path(folder, name) for name in sorted(below) if Path(folder, name).is_symlink()]
        below.sort()
        yield from (Path(folder, name) for name in sorted(names))


def _judge_network(path: Path, requirements: Requirements, reason, found: Found) -> None:
    written = TEMPORARY.fullmatch(path.name)
    match = NETWORK.fullmatch(written[1] if written else path.name)
    folder = path.parent.relative_to(NETWORKS).as_posix()
    if not (match and FOLDER.fullmatch(folder)):
        found.strange.append(path)
        return
    seed, name, damaged = match.groups()
    key = f"{folder}/{seed}"
    if written:
        group = _of_remains(path)
    elif damaged:
        group = DAMAGED
    else:
        group = (
            None if name in requirements.specs or key in requirements.any_at else reason(path.parent, seed, name, key)
        )
    _add(found, path, NETWORKS, group, name)


def _judge_measure(path: Path, root: Path, needed: set[Path], found: Found) -> None:
    written = TEMPORARY.fullmatch(path.name)
    is_ours = MEASURE.fullmatch(written[1] if written else path.name)
    if not (is_ours and FOLDER.fullmatch(path.parent.relative_to(root).as_posix())):
        found.strange.append(path)
    elif written:
        _add(found, path, root, _of_remains(path))
    elif path not in needed:
        _add(found, path, root, OF_MEASURES)


def _of_remains(path: Path) -> str | None:
    try:
        return REMAINS if time.time() - path.lstat().st_mtime > WRITING_SECONDS else None
    except FileNotFoundError:  # it was renamed meanwhile
        return None


def _add(found: Found, path: Path, root: Path, group: str | None, network: str | None = None) -> None:
    if group:
        with contextlib.suppress(FileNotFoundError):  # a job that ended meanwhile has removed it
            found.unused.append(Unused(path, root, group, path.lstat().st_size, network))


def _reasons(requirements: Requirements):
    """Return a function that says why a network (its folder, seed, hash and key) is not needed."""
    keys = requirements.keys
    numbers = {digest(_numbers(spec)) for spec in requirements.specs.values()}

    @cache
    def reason(folder: Path, seed: str, name: str, key: str) -> str:
        if key not in keys:
            return LEFT_OUT
        spec = _spec(name, (folder / f"{seed}-{name}{suffix}" for suffix in (".safetensors", ".state")))
        if spec is None:
            return UNKNOWN
        return CODE if digest(_numbers(spec)) in numbers else NUMBERS

    return reason


def _spec(name: str, paths: Iterable[Path]) -> dict | None:
    """Return the spec of the network `name` from the first file that contains it."""
    for path in paths:
        try:
            spec = checkpoint.read_about(path)["spec"]
        except UserError:
            continue
        if digest(spec) == name:
            return spec
    return None


def _numbers(spec: dict) -> dict:
    """Return a spec without code fingerprints, both of training and of preparing an LSTM's data."""
    return {
        key: _numbers(value) if key == "data" and isinstance(value, dict) else value
        for key, value in spec.items()
        if key != "code"
    }
