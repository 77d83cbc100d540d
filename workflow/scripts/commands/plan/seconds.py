"""The seconds of a job: by the benchmarks of earlier jobs of its kind, else by a table that comes with the project.

The table's seconds are those of one thread of the machine that it names. A job's are the start of its program, and for
each epoch (rank and trial, ...) what the table says at its number of neurons; between two numbers, and beyond them, a
power law. Where there are benchmarks of a rule and task, the estimate is multiplied by the median of measured over
estimated seconds of those: so they count whatever their epochs and N were.
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
POWER = 2.0  # of N, where the table has one N alone: a product of a matrix and vectors


class Point(NamedTuple):
    """A row of the table."""

    n_neurons: int
    start: float  # seconds until the work begins
    unit: float  # seconds for each of the amount
    machine: str


class Estimate(NamedTuple):
    """Seconds, and who says so; None: nobody knows."""

    seconds: float | None
    machine: str  # of the table's line; empty if there are benchmarks
    benchmarks: frozenset = frozenset()  # which ones: their kind and how many


def shipped(path: Path = SHIPPED) -> dict[tuple, list[Point]]:
    """The table, by (rule, module, kernel, device)."""
    found = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            start, amount = float(row["start"]), int(row["amount"])
            unit = (float(row["seconds"]) - start) / amount
            key = (row["rule"], row["module"], row["kernel"], row["device"])
            found[key].append(Point(int(row["n_neurons"]), start, max(unit, 0.0), row["machine"]))
    return {key: sorted(points) for key, points in found.items()}


class Clock:
    """Estimates, by the table and the benchmarks of this machine."""

    def __init__(self, table: dict[tuple, list[Point]], measured: list[Measured]):
        self.table = table
        self.ratios: dict[tuple, list[float]] = defaultdict(list)
        for each in measured:
            expected = self._by_table(each.work)
            if expected:
                self.ratios[self._kind(each.work)].append(each.seconds / expected)

    def of(self, work: Work) -> Estimate:
        """The seconds of a job."""
        expected = self._by_table(work)
        if expected is None:
            return Estimate(None, "")
        kind = self._kind(work)
        if kind in self.ratios:
            ratios = self.ratios[kind]
            return Estimate(expected * median(ratios), "", frozenset([(kind, len(ratios))]))
        return Estimate(expected, self._points(work)[0].machine)

    def _kind(self, work: Work) -> tuple:
        return work.rule, work.task, work.kernel, work.device

    def _points(self, work: Work) -> list[Point]:
        """The table's rows for such a job; of a task that it does not have, those of another."""
        key = (work.rule, work.module, work.kernel, work.device)
        alike = [name for name in self.table if name[0] == work.rule and name[2:] == key[2:]]
        return self.table.get(key) or (self.table[alike[0]] if alike else [])

    def _by_table(self, work: Work) -> float | None:
        points = self._points(work)
        if not points:
            return None
        return points[0].start + work.amount * _at(points, work.n_neurons)


def _at(points: list[Point], n: int) -> float:
    """Seconds for one of the amount at N = n."""
    if len(points) == 1 or not n:
        near = points[0]
        return near.unit * (n / near.n_neurons) ** POWER if n and near.n_neurons else near.unit
    above = next((i for i, point in enumerate(points) if point.n_neurons >= n), len(points) - 1)
    low, high = points[max(above, 1) - 1], points[max(above, 1)]
    if not low.unit or not high.unit:
        return high.unit
    share = log(n / low.n_neurons) / log(high.n_neurons / low.n_neurons)
    return exp(log(low.unit) + share * log(high.unit / low.unit))
