"""Differences between two runs in the points of each panel.

A point's change is relative to the panel's largest value in the first run, so that the doubling of a loss near zero
does not outweigh a visible change.
"""

from typing import NamedTuple

import numpy as np
from pandas import Series

from commands.explain.runs import Run
from lowrank.figures.panels import Panel


class Difference(NamedTuple):
    """The largest change in a panel, and where; `change` is NaN if the runs have no points in common."""

    common: int
    alone: tuple[int, int]  # points only in the first or the second run
    change: float
    where: str
    values: tuple[float, float]


def points(panel: Panel, run: Run) -> Series:
    """Return the panel's points, means over seeds, indexed by curve and x."""
    rows = panel.rows(run.frame(panel.table))
    return rows.groupby([*panel.curves, panel.x])[panel.y].mean().astype(float).dropna()


def difference(panels: tuple[Panel, Panel], runs: tuple[Run, Run]) -> Difference:
    """Compare the same panel in both runs."""
    a, b = (points(panel, run) for panel, run in zip(panels, runs, strict=True))
    common = a.index.intersection(b.index)
    alone = (len(a) - len(common), len(b) - len(common))
    scale = np.abs(a).max() if len(a) else 0.0
    if not len(common) or not scale:
        return Difference(len(common), alone, 0.0 if len(common) else np.nan, "", (np.nan, np.nan))
    changes = (b[common] - a[common]).abs() / scale
    at = changes.idxmax()
    key = at if isinstance(at, tuple) else (at,)
    names = [*panels[0].curves, panels[0].x]
    where = ", ".join(f"{name} {_short(value)}" for name, value in zip(names, key, strict=True))
    return Difference(len(common), alone, float(changes[at]), where, (float(a[at]), float(b[at])))


def _short(value) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"
