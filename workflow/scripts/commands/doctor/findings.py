"""Findings of checks: a sentence if all is well, a UserError if something needs fixing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lowrank.core.errors import UserError


def found(check: Callable[..., str], *args) -> str | UserError:
    """Return a check's result, or the UserError it raises; operating system errors become UserErrors too."""
    try:
        return check(*args)
    except UserError as error:
        return error
    except ImportError as error:
        return UserError(f"{error.name or error} cannot be imported: rm -f .venv/ready, then make .venv/ready")
    except OSError as error:
        return UserError(f"{error.filename} cannot be used ({error.strerror}): check that it exists and who owns it")


def print_all(findings: Iterable[str | UserError]) -> bool:
    """Print each finding as it arrives; return True if all is well. A raised UserError is the last finding."""
    well, following = True, iter(findings)
    while finding := found(next, following, ""):
        wrong = isinstance(finding, UserError)
        print("FIX " if wrong else "ok  ", finding, flush=True)
        well = well and not wrong
    return well
