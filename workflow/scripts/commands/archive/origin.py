"""The origin of a run: the commit, whether the tree was clean, the machine, the installed versions."""

import platform
import shutil
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from lowrank.core.errors import UserError
from lowrank.core.hardware import processor

PINNED = ("lowrank", "workflow")  # sections of envs/pins.toml that a run needs


def tree(root: Path) -> dict:
    """Return {commit, date, clean, state, changed, untracked, note} of the workflow's files; None if unknown."""
    unknown = {"commit": None, "date": None, "clean": None, "changed": [], "untracked": [], "state": "unknown"}
    if not (root / ".git").exists():
        return unknown | {"note": "the workflow was not a git checkout: only the archived files identify it"}
    if not shutil.which("git"):
        return unknown | {"note": "git was not installed where the archive was made"}
    printed = _git(root, "status", "--porcelain", "--no-renames", "--untracked-files=all", "-z")
    printed = printed.encode(errors="surrogateescape").decode(errors="backslashreplace")  # names may not be UTF-8
    status = [line for line in printed.split("\0") if line]
    changed = sorted(line[3:] for line in status if not line.startswith("??"))
    untracked = sorted(line[3:] for line in status if line.startswith("??"))
    state = ["with changes, see workflow.diff"] if changed else []
    state += [f"with untracked files: {listed(untracked)}"] if untracked else []
    return {
        "commit": _git(root, "rev-parse", "HEAD").strip(),
        "date": _git(root, "show", "--no-patch", "--format=%cI", "HEAD").strip(),
        "clean": not status,
        "state": "; ".join(state) or "without changes",
        "changed": changed,
        "untracked": untracked,
        "note": "the commit when the archive was made; each network's spec names the code that trained it",
    }


def listed(names: list[str], most: int = 20) -> str:
    """List names in a sentence, as many as are readable."""
    return ", ".join([*names[:most], *([f"and {len(names) - most} more"] if len(names) > most else [])])


def difference(root: Path) -> str:
    """Return all changes to tracked files since the commit, in a form that `git apply` accepts."""
    return _git(root, "diff", "--binary", "--no-color", "--no-ext-diff", "--no-renames", "HEAD")


def _git(root: Path, *arguments: str) -> str:
    # another user's clone, e.g. on a shared disk: we already trust it enough to run its code
    options = ["-c", "core.quotePath=false", "-c", "safe.directory=*"]
    command = ["git", "--no-optional-locks", "-C", str(root), *options, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="surrogateescape")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        reason = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1])  # hints follow it
        raise UserError(f"git {arguments[0]} fails in {root}: {reason}")
    return done.stdout


def machine() -> dict:
    """Return what determines the last bits of a training: the system, the machine type and its processor."""
    return {"system": platform.system(), "machine": platform.machine(), "processor": processor()}


def pins(root: Path) -> dict[str, str]:
    """Return the versions pinned by the workflow."""
    sections = tomllib.loads((root / "envs/pins.toml").read_text(encoding="utf-8"))
    return {name: pin for section in PINNED for name, pin in sections[section].items()}


def installed(names) -> dict[str, str | None]:
    """Return the installed versions, including Python's."""
    return {"python": platform.python_version()} | {name: _version(name) for name in names}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
