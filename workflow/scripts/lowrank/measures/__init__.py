"""Measures of trained networks, one per file, looked up by file name.

In: a network and the measure's settings. Out: the columns of a table. A measure may import the library's scientific
code and numpy, but never torch or pandas: its many short jobs must start fast.
"""

import importlib
import inspect
from functools import cache
from pathlib import Path

from ..core.errors import UserError
from .base import LSTM, Measure, Network

__all__ = ["LSTM", "Measure", "Network"]


def names() -> list[str]:
    """List all measures, that is, the files in this folder."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem not in ("__init__", "base"))


@cache
def load(name: str) -> type[Measure]:
    """Return the measure in the file `name`; UserError if the file does not define exactly one usable measure."""
    try:
        module = importlib.import_module(f"{__name__}.{name}")
    except Exception as error:  # a user's file may raise anything; name the file in one sentence
        raise UserError(f"measures/{name}.py cannot be imported: {type(error).__name__}: {error}") from error
    members = [member for _, member in inspect.getmembers(module, inspect.isclass) if issubclass(member, Measure)]
    own = [member for member in members if member.__module__ == module.__name__]
    if len(own) != 1:
        raise UserError(f"measures/{name}.py must define one measure, a subclass of Measure; it defines {len(own)}")
    if error := own[0].error():
        raise UserError(f"measures/{name}.py: {error}")
    return own[0]


@cache
def every() -> tuple[type[Measure], ...]:
    """Return all measures, sorted by file name; UserError if one is unusable or two share a rule."""
    found = {}
    for measure in map(load, names()):
        if measure.rule in found:
            other = found[measure.rule].name
            raise UserError(f"measures/{other}.py and measures/{measure.name}.py have the same rule, {measure.rule}")
        found[measure.rule] = measure
    return tuple(found.values())


def of(lstm: bool) -> list[type[Measure]]:
    """List the measures of the LSTM, or those of the tasks' networks."""
    return [measure for measure in every() if measure.of_lstm == lstm]


def of_run(settings: dict) -> list[type[Measure]]:
    """List the measures taken by a run with these settings."""
    return of(lstm=False) + (of(lstm=True) if settings["sentiment"] else [])


def folders() -> list[str]:
    """List the measures' folders in a run's results."""
    return sorted({measure.folder() for measure in every()})


def by_rule(rule: str) -> type[Measure] | None:
    """Return the measure taken by a rule; None if there is none."""
    return next((measure for measure in every() if measure.rule == rule), None)
