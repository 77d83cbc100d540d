"""Shared by the claims of Section 3, on the linear network."""

from .base import NotTested, Result, Run

MEASURED_G = (0.0, 0.6)  # Figure 3


def targets(run: Run) -> dict[str, float]:
    """Return the targets of the linear tasks by name, smallest first."""
    found = {name: task["numbers"]["target"] for name, task in run.tasks.items() if task["module"] == "linear"}
    if not found:
        raise NotTested("this run has no linear networks")
    return dict(sorted(found.items(), key=lambda item: item[1]))


def each(run: Run, rule) -> Result:
    """Apply a rule to all linear tasks; it must hold for each."""
    found = {target: rule(name) for name, target in targets(run).items()}
    return Result(
        "; ".join(f"z^ = {t:g}: {f.measured}" for t, f in found.items()), all(f.holds for f in found.values())
    )


def last(run: Run, task: str, g: float):
    """Return the last history row of each network."""
    return run.rows("history", task=task, g=g).sort_values("epoch").groupby("seed").last()


def first(run: Run, task: str, g: float):
    """Return the first history row of each network."""
    return run.rows("history", task=task, g=g, epoch=0)
