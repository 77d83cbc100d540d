"""Shared by the claims of Section 3, on the linear network."""

from .base import NotTested, Result, Run, together

TASKS = ("linear_z0.5", "linear_z1.0", "linear_z2.0")
MEASURED_G = (0.0, 0.6)  # Figure 3


def targets(run: Run) -> dict[str, float]:
    """Return the targets of the linear tasks of Figures 3 and 4 by name, smallest first."""
    found = {name: run.tasks[name]["numbers"]["target"] for name in TASKS if name in run.tasks}
    if not found:
        raise NotTested("this run has no linear networks")
    return dict(sorted(found.items(), key=lambda item: item[1]))


def each(run: Run, rule) -> Result:
    """Apply a rule to all linear tasks; it must hold for each."""
    return together({f"z^ = {target:g}": rule(name) for name, target in targets(run).items()}, "{}:")


def last(run: Run, task: str, g: float):
    """Return the last history row of each network."""
    return run.rows("history", task=task, g=g).sort_values("epoch").groupby("seed").last()


def first(run: Run, task: str, g: float):
    """Return the first history row of each network."""
    return run.rows("history", task=task, g=g, epoch=0)
