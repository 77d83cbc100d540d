"""What checks find: a sentence where all is well, a Problem where there is something to mend."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lowrank.core.problems import Problem


def found(check: Callable[..., str], *args) -> str | Problem:
    """What a check returns, or the Problem that it raises; what the system refuses is a Problem, too."""
    try:
        return check(*args)
    except Problem as problem:
        return problem
    except ImportError as error:
        return Problem(f"{error.name or error} cannot be imported: rm -f .venv/ready, then make .venv/ready")
    except OSError as error:
        return Problem(f"{error.filename} cannot be used ({error.strerror}): see whether it is there, and whose it is")


def told(findings: Iterable[str | Problem]) -> bool:
    """Print each finding as it is made; whether all is well. A Problem that is raised is the last one."""
    well, following = True, iter(findings)
    while finding := found(next, following, ""):
        wrong = isinstance(finding, Problem)
        print("FIX " if wrong else "ok  ", finding, flush=True)
        well = well and not wrong
    return well
