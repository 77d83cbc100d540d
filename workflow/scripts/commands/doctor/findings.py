"""Findings of checks: a sentence if all is well, a Problem if something needs fixing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lowrank.core.problems import Problem


def found(check: Callable[..., str], *args) -> str | Problem:
    """Return a check's result, or the Problem it raises; operating system errors become Problems too."""
    try:
        return check(*args)
    except Problem as problem:
        return problem
    except ImportError as error:
        return Problem(f"{error.name or error} cannot be imported: rm -f .venv/ready, then make .venv/ready")
    except OSError as error:
        return Problem(f"{error.filename} cannot be used ({error.strerror}): see whether it is there, and whose it is")


def told(findings: Iterable[str | Problem]) -> bool:
    """Print each finding as it arrives; return True if all is well. A raised Problem is the last finding."""
    well, following = True, iter(findings)
    while finding := found(next, following, ""):
        wrong = isinstance(finding, Problem)
        print("FIX " if wrong else "ok  ", finding, flush=True)
        well = well and not wrong
    return well
