"""Written and checked at the start of the workflow, before the first job: the plan, the config, the folders."""

import contextlib
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path

import yaml

from ..core import fingerprint
from ..core.errors import UserError
from ..core.files import atomic
from ..core.spec import canonical, digest
from . import gathered

FOLDER = Path(".snakemake/lowrank")
PLANS = FOLDER / "plans"
UNUSABLE = str(FOLDER / "unusable")  # an input of existing files that must be remade, newer than all of them
REGATHER = FOLDER / "regather"  # an input of each table of all networks, newer than the table if it must be regathered
KEPT = 60 * 24 * 3600  # seconds; no job of an older plan is still queued on a cluster


def write_plan(plan: dict) -> str:
    """Write the plan where jobs find it, on any node, and return its name; delete plans that have long expired."""
    fingerprint.keep()
    for old in PLANS.glob("*.json"):
        with contextlib.suppress(OSError):  # another start may delete it at the same time
            if old.stat().st_mtime < time.time() - KEPT:
                old.unlink()
    name = digest(plan)
    with atomic(_file(name)) as temporary:
        temporary.write_text(canonical(plan), encoding="utf-8")
    return name


def read_plan(name: str) -> dict:
    """Return the plan of this name, for a job; raise UserError if it cannot be read."""
    try:
        return json.loads(_file(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(
            f"the plan of this start, {_file(name).resolve()}, cannot be read: start the workflow again"
        ) from error


def _file(name: str) -> Path:
    return PLANS / f"{name}.json"


def mark_unusable(plan: dict) -> None:
    """Touch the input that triggers remaking of unusable files, since an existing file would otherwise need no job.

    The input is newer than the files and its content always changes: both are compared.
    """
    if plan["unusable"]:
        with atomic(UNUSABLE) as temporary:
            temporary.write_text(f"{time.time_ns()}")


def regather(run: str, table: str) -> str:
    """Return the input that triggers regathering of a table even if none of its parts is newer."""
    return str(REGATHER / run / table)


def mark_regather(plan: dict) -> None:
    """Write these inputs: they always exist, so a table's inputs stay the same; only those to be regathered are new."""
    for name in gathered.names(plan["config"]):
        path = Path(regather(plan["config"]["run"], name))
        if name in plan["regather"]:
            with atomic(path) as temporary:
                temporary.write_text(f"{time.time_ns()}")
        elif not path.exists():
            with atomic(path) as temporary:
                temporary.touch()
            os.utime(path, (0, 0))


def check_folders(files: Iterable[str]) -> None:
    """Raise UserError naming the folders if any of the files cannot be written for lack of permission."""
    folders = {_existing(Path(file).parent) for file in files}
    closed = sorted(str(folder) for folder in folders if not os.access(folder, os.W_OK | os.X_OK))
    if closed:
        raise UserError(f"cannot write into {', '.join(closed)}: no permission, or a read-only file system")


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def record(raw: dict, path: str) -> None:
    """Write the config of a run's last start, as the user gave it, into the run's results."""
    text = yaml.safe_dump(raw, sort_keys=False, width=100)
    if not Path(path).exists() or Path(path).read_text(encoding="utf-8") != text:
        with atomic(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
