"""The definition of a claim, and access to a run's tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

HOLDS, FAILS, NOT_TESTED = "holds", "fails", "not tested"
UNTOLD = "cannot be told"  # from the published figures


class NotTested(Exception):
    """Raised if the run lacks what a claim is about; the message says what."""


class Result(NamedTuple):
    """What was measured, in words and numbers, and whether the claim holds."""

    measured: str
    holds: bool
    effect: Mapping[str, float] = {}  # the numbers that the rule compares, by task if there are several


@dataclass(frozen=True)
class Claim:
    """A statement of the paper and the rule that judges it."""

    number: int
    section: str
    statement: str  # paraphrased
    expected: str  # a value or a relation
    tolerance: str
    reason: str  # why this tolerance
    source: str  # the table, and its rows
    published: str  # the number of the published figure by which the rule can judge, too; "" if there is none
    replaces: str  # the claim in whose place this rule stands, and why: "31: ..."; "" if none
    rule: Callable[["Run"], Result]


CLAIMS: list[Claim] = []


def claim(
    number: int,
    section: str,
    statement: str,
    *,
    expected: str,
    tolerance: str,
    reason: str,
    source: str,
    published: str = "",
    replaces: str = "",
):
    """Register the decorated function as the rule of this claim."""

    def add(rule: Callable[[Run], Result]) -> Callable[[Run], Result]:
        CLAIMS.append(Claim(number, section, statement, expected, tolerance, reason, source, published, replaces, rule))
        return rule

    return add


class Run:
    """A run's tables, by name; raises NotTested for missing ones."""

    def __init__(self, tables: Mapping[str, pd.DataFrame], tasks: Mapping[str, dict]):
        """Store the tables and `tasks`, each task's settings by name as in the config."""
        self.tables, self.tasks = tables, tasks

    def rows(self, table: str, **where) -> pd.DataFrame:
        """Select the rows of a table in which columns have these values."""
        if table not in self.tables:
            raise NotTested(f"this run has no table {table}")
        frame = self.tables[table]
        if where:
            frame = frame[np.logical_and.reduce([_equal(frame, *condition) for condition in where.items()])]
        if frame.empty:
            raise NotTested(f"this run has no {', '.join(f'{k} = {v}' for k, v in where.items())} in the table {table}")
        return frame

    def by_g(self, task: str, column: str) -> pd.Series:
        """Return the mean over seeds of a summary column by g, where all seeds have a value."""
        groups = self.rows("summary", task=task).groupby("g")[column]
        whole = groups.mean()[groups.count() == groups.size()]
        if len(whole) < 3:
            raise NotTested(f"{column} of {task} is known at {len(whole)} values of g, 3 are needed")
        return whole

    def singular_values(self, task: str, g: float, matrix: str = "dW") -> np.ndarray:
        """Return singular values (seeds, index), in descending order."""
        rows = self.rows("spectrum", task=task, g=g, matrix=matrix)
        return rows.pivot(index="seed", columns="index", values="singular_value").to_numpy()


def _equal(frame: pd.DataFrame, column: str, value) -> np.ndarray:
    return np.abs(frame[column].to_numpy() - value) < 1e-9 if column == "g" else frame[column].to_numpy() == value


def mean(values) -> float:
    """Return the mean of the non-NaN values."""
    return float(np.nanmean(np.asarray(values, float)))


def standard_error(values) -> float:
    """Return the standard error of the mean; infinite for fewer than two values."""
    values = np.asarray(values, float)
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else np.inf


def formatted(values) -> str:
    """Format mean, standard error and number of values."""
    values = np.asarray(values, float)
    error = f" ± {standard_error(values):.2g}" if len(values) > 1 else ""
    return f"{mean(values):.3g}{error} ({len(values)} network{'s' if len(values) != 1 else ''})"


def together(found: Mapping[str, Result], named: str = "{}") -> Result:
    """Join the results of a rule by task (or target); the claim holds if all do."""
    return Result(
        "; ".join(f"{named.format(of)} {one.measured}" for of, one in found.items()),
        all(one.holds for one in found.values()),
        {f"{of} {name}".strip(): value for of, one in found.items() for name, value in one.effect.items()},
    )


def equals(values, expected: float, allowed: float = 0.0) -> Result:
    """Check that a mean equals the expected value within `allowed` plus two standard errors."""
    room = allowed + (2 * standard_error(values) if len(values) > 1 else 0.0)
    return Result(formatted(values), abs(mean(values) - expected) <= room, {"": mean(values)})
