"""Shared by the claims of Section 2, on the three neuroscience tasks."""

import numpy as np

from .base import NotTested, Result, Run, mean, standard_error, together

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


def sizes(run: Run, task: str, g: float) -> dict[int, str]:
    """Return the names of a task at its numbers of neurons; raise NotTested for fewer than three that have this g."""
    like = {name: each for name, each in run.tasks.items() if name == task or name.startswith(f"{task}_N")}
    summary = run.rows("summary")
    there = set(summary[np.isclose(summary["g"], g)]["task"])
    found = {each["n_neurons"]: name for name, each in like.items() if name in there}
    if len(found) < 3:
        needed = "3 are needed: presets sizes, supplement"
        raise NotTested(f"this run has {task} with g = {g:g} at {len(found)} sizes, {needed}")
    return dict(sorted(found.items()))


def times_at_largest(run: Run, task: str, g: float) -> list[np.ndarray]:
    """Return the epochs to converge at the two largest sizes; raise NotTested for fewer than two networks at one."""
    names = list(sizes(run, task, g).values())[-2:]
    times = [run.rows("summary", task=name, g=g)["convergence_epoch"].dropna().to_numpy(float) for name in names]
    if min(map(len, times)) < 2:
        raise NotTested(f"this run has fewer than two networks of {task} with g = {g:g} that converged at a size")
    return times


def settled(small: np.ndarray, large: np.ndarray) -> bool:
    """Return whether times at two sizes differ by less than a fifth and two standard errors."""
    room = 0.2 * mean(small) + 2 * np.hypot(standard_error(small), standard_error(large))
    return bool(abs(mean(small) - mean(large)) < room)
