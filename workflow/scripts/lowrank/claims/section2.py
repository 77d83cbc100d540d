"""Shared by the claims of Section 2, on the three neuroscience tasks."""

import numpy as np

from .base import NotTested, Result, Run, together

TASKS = ("flipflop", "mante", "romo")
STRONG = 0.9  # the g of Figure 1 besides 0

DECIDES = "none: the mean over seeds decides"
SEEDS = "scatter over seeds: its standard error stands beside the mean"
FIVE_PERCENT = "the paper's own threshold: 5 % of L0, for ranks 5 % of the rank-0 loss"


def present(run: Run) -> list[str]:
    """List which of the three tasks the run has."""
    tasks = [task for task in TASKS if task in run.tasks]
    if not tasks:
        raise NotTested("this run has none of the three tasks")
    return tasks


def each(run: Run, rule) -> Result:
    """Apply a rule to all tasks that the run has; it must hold for each."""
    return together({task: rule(task) for task in present(run)})


def trend(values) -> tuple[float, float]:
    """Fit a straight line to the means over g; return its slope and the slope's standard error from the residuals."""
    g, y = np.asarray(values.index, float), np.asarray(values, float)
    (slope, _), residuals, *_ = np.polyfit(g, y, 1, full=True)
    left = float(residuals[0]) if len(residuals) else 0.0
    slope = round(float(slope), 9)  # of equal means it is a rounding error
    return slope, float(np.sqrt(left / max(len(g) - 2, 1) / np.square(g - g.mean()).sum()))
