"""What a start of the workflow writes and checks before its first job: its plan, its config, its folders."""

import contextlib
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path

import yaml

from ..core.files import atomic
from ..core.problems import Problem
from ..core.spec import canonical, digest
from . import gathered

FOLDER = Path(".snakemake/lowrank")
PLANS = FOLDER / "plans"
UNUSABLE = str(FOLDER / "unusable")  # an input of files that are there and have to be made anew, newer than any
REGATHER = FOLDER / "regather"  # an input of each table of all networks, newer than it if it has to be gathered anew
KEPT = 60 * 24 * 3600  # seconds: no job of an older plan is still in a cluster's queue


def write_plan(plan: dict) -> str:
    """Write the plan where its jobs, on whatever node, find it; its name. Plans that are long out of date go."""
    for old in PLANS.glob("*.json"):
        with contextlib.suppress(OSError):  # another start removes it, too
            if old.stat().st_mtime < time.time() - KEPT:
                old.unlink()
    name = digest(plan)
    with atomic(_file(name)) as temporary:
        temporary.write_text(canonical(plan), encoding="utf-8")
    return name


def read_plan(name: str) -> dict:
    """The plan of this name, as a job reads it; Problem if it is not there."""
    try:
        return json.loads(_file(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(
            f"the plan of this start, {_file(name).resolve()}, cannot be read: start the workflow again"
        ) from error


def _file(name: str) -> Path:
    return PLANS / f"{name}.json"


def mark_unusable(plan: dict) -> None:
    """Write the input that has unusable files made anew: to the rules, a file that is there needs no job.

    It is newer than they are, and its content is never the same: both are compared.
    """
    if plan["unusable"]:
        with atomic(UNUSABLE) as temporary:
            temporary.write_text(f"{time.time_ns()}")


def regather(run: str, table: str) -> str:
    """The input that has a table of all networks gathered anew, though none of its parts is younger."""
    return str(REGATHER / run / table)


def mark_regather(plan: dict) -> None:
    """Write these inputs: always there, so that a table's inputs stay the same; new where it has to be gathered."""
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
    """Problem if one of the files cannot be written for want of permission: it names the folders."""
    folders = {_existing(Path(file).parent) for file in files}
    closed = sorted(str(folder) for folder in folders if not os.access(folder, os.W_OK | os.X_OK))
    if closed:
        raise Problem(f"cannot write into {', '.join(closed)}: no permission, or a read-only file system")


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def record(raw: dict, path: str) -> None:
    """Write the config that a run was last started with, as the user gave it, where its results are."""
    text = yaml.safe_dump(raw, sort_keys=False, width=100)
    if not Path(path).exists() or Path(path).read_text(encoding="utf-8") != text:
        with atomic(path) as temporary:
            temporary.write_text(text, encoding="utf-8")
