"""Code and commit: does this checkout match what made a file?"""

import subprocess
from dataclasses import dataclass
from functools import cache

from lowrank.core.fingerprint import fingerprint

SCIENCE = ("Snakefile", "config.yaml", "workflow", "envs")  # what a run depends on


def compared(code: str | None, roots: list[str]) -> str:
    """Describe a recorded fingerprint and whether this checkout's code matches it."""
    if not code:
        return "not recorded"
    try:
        here = fingerprint(*roots)
    except FileNotFoundError as error:
        return f"{code}; this checkout has {error}"
    same = "this checkout gives the same" if here == code else f"CHANGED SINCE: this checkout gives {here}"
    return f"{code}: {same} ({', '.join(roots)} and what they import)"


@dataclass(frozen=True)
class Commit:
    """The checkout's commit, from git."""

    name: str
    subject: str
    changed: int  # changed files among those that a run depends on

    def __str__(self) -> str:
        state = "clean" if not self.changed else f"not clean: {self.changed} files changed or new"
        return f"{self.name} “{self.subject}”, {state}"


@cache
def commit() -> Commit | None:
    """Return the commit of this checkout; None without git."""
    logged = _git("log", "-1", "--format=%h%n%s")
    if not logged:
        return None
    name, _, subject = logged.strip().partition("\n")
    changes = _git("status", "--porcelain", "--", *SCIENCE) or ""
    return Commit(name, subject, len(changes.splitlines()))


def _git(*words: str) -> str | None:
    try:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
