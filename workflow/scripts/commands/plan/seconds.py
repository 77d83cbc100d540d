"""Estimate core seconds of a job, from benchmarks of earlier jobs of its kind or else from the table in the repository.

The table holds seconds for one thread of the machine it names. An estimate is the startup time of the program plus, for
each unit of work (epoch, rank and trial, ...), the table's value at this number of neurons; a power law interpolates
and extrapolates. If a rule and task have benchmarks, or at least other tasks of the same module do, the estimate is
multiplied by the median ratio of measured to estimated seconds, so benchmarks count regardless of their epochs and N.
Rules that the table lacks, such as a user's own measures, are assumed to need the same time for each unit of work.
"""

import csv
from collections import defaultdict
from math import exp, log
from pathlib import Path
from statistics import median
from typing import NamedTuple

from .benchmarks import Measured
from .work import Work

SHIPPED = Path(__file__).parents[3] / "resources/seconds.csv"
POWER = 2.0  # exponent of N if the table has only one N: a matrix-vector product


class Point(NamedTuple):
    """A row of the table."""

    n_neurons: int
    start: float  # seconds of startup
    unit: float  # seconds per unit of work
    machine: str


class Estimate(NamedTuple):
    """Estimated core seconds and their source; None if unknown."""

    seconds: float | None
    machine: str  # in the table's row; empty if benchmarks were used
    benchmarks: frozenset = frozenset()  # the kinds of jobs and their counts


def shipped(path: Path = SHIPPED) -> dict[tuple, list[Point]]:
    """Read the table, by (rule, module, kernel, device)."""
    found = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            start, amount = float(row["start"]), int(row["amount"])
            unit = (float(row["seconds"]) - start) / amount
            key = (row["rule"], row["module"], row["kernel"], row["device"])
            found[key].append(Point(int(row["n_neurons"]), start, max(unit, 0.0), row["machine"]))
    return {key: sorted(points) for key, points in found.items()}


class Clock:
    """Estimates from the table and this machine's benchmarks."""

    def __init__(self, table: dict[tuple, list[Point]], measured: list[Measured]):
        self.table = table
        self.ratios: dict[tuple, list[float]] = defaultdict(list)
        for each in measured:
            self.add(each)

    def add(self, each: Measured) -> None:
        """Take the benchmark of another job into account."""
        expected = self._by_table(each.work) or each.work.amount or 1
        for kind in _kinds(each.work):
            self.ratios[kind].append(each.seconds / expected)

    def has_benchmarks(self, work: Work) -> bool:
        """Return True if there is a benchmark of a job of this kind."""
        return any(kind in self.ratios for kind in _kinds(work))

    def of(self, work: Work) -> Estimate:
        """Estimate the core seconds of a job."""
        expected = self._by_table(work)
        for kind in _kinds(work):
            if ratios := self.ratios.get(kind):
                return Estimate((expected or work.amount) * median(ratios), "", frozenset([(kind, len(ratios))]))
        return Estimate(expected, "" if expected is None else self._points(work)[0].machine)

    def _points(self, work: Work) -> list[Point]:
        """Return the table's rows for such a job; for a task that it lacks, those of another task."""
        key = (work.rule, work.module, work.kernel, work.device)
        alike = [name for name in self.table if name[0] == work.rule and name[2:] == key[2:]]
        return self.table.get(key) or (self.table[alike[0]] if alike else [])

    def _by_table(self, work: Work) -> float | None:
        points = self._points(work)
        if not points:
            return None
        return points[0].start + work.amount * _at(points, work.n_neurons)


def _kinds(work: Work) -> list[tuple]:
    """List the kinds of jobs whose benchmarks tell the seconds of this one: those of its task, then of its module."""
    by_name = ("task", work.task), ("module", work.module)
    return [(work.rule, name, work.kernel, work.device) for name in by_name]


def _at(points: list[Point], n: int) -> float:
    """Return the seconds per unit of work at N = n."""
    if len(points) == 1 or not n:
        near = points[0]
        return near.unit * (n / near.n_neurons) ** POWER if n and near.n_neurons else near.unit
    above = next((i for i, point in enumerate(points) if point.n_neurons >= n), len(points) - 1)
    low, high = points[max(above, 1) - 1], points[max(above, 1)]
    if not low.unit or not high.unit:
        return high.unit
    share = log(n / low.n_neurons) / log(high.n_neurons / low.n_neurons)
    return exp(log(low.unit) + share * log(high.unit / low.unit))
