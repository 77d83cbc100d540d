"""Curves of the linear networks, from simulations and theory, for the figures that show them over learning time."""

from collections.abc import Sequence

import numpy as np
from pandas import DataFrame

from .. import theory as expansion
from ..core.errors import UserError
from .style import values


def available(history: DataFrame, task: str, strengths: list[float]) -> list[float]:
    """Return the strengths that the run contains; raise UserError if there are none."""
    there = set(history[history["task"] == task]["g"])
    found = [g for g in strengths if g in there]
    if not found:
        raise UserError(
            f"Figure 3 shows g = {strengths} of {task}, which the run lacks: set figures.fig3.g to what it has"
        )
    return found


def until(history: DataFrame, task: str, strengths: list[float], end: float | None) -> DataFrame:
    """Return the rows of a task's networks up to the effective learning time `end`, with it as `effective_time`.

    Networks that diverged are excluded.
    """
    rows = history[(history["task"] == task) & history["g"].isin(strengths)]
    rows = rows[rows.groupby(["g", "seed"])["loss"].transform(lambda loss: loss.notna().all())]
    rows = rows.assign(effective_time=expansion.effective_time(rows["tau"], rows["g"]))
    return rows[rows["effective_time"] <= (end or np.inf) * (1 + 1e-9)]


def simulation(
    history: DataFrame, task: str, g: float, end: float | None, singular_values: Sequence[str] = ("s1", "s2")
) -> dict[str, np.ndarray]:
    """Return mean and standard deviation over seeds, (2, epochs) each, over effective learning time `x` up to `end`.

    Networks that diverged are excluded.
    """
    groups = until(history, task, [g], end).groupby("epoch")
    names = ["loss", *singular_values]
    spread = {name: np.stack([groups[name].mean(), groups[name].std(ddof=0)]) for name in names}
    return {"x": groups["effective_time"].mean().to_numpy(), **spread}


def theory(table: DataFrame, target: float, g: float, end: float | None) -> dict[str, np.ndarray]:
    """Return the third-order theory, held constant once z first exceeds the target: there the expansion breaks down."""
    rows = table[(table["target"] == target) & (table["g"] == g) & (table["order"] == 3)].sort_values("tau")
    rows = rows.assign(x=expansion.effective_time(rows["tau"], g))
    rows = rows[rows["x"] <= (end or np.inf) * (1 + 1e-9)]
    passed = np.flatnonzero(values(rows, "readout") > target)
    clipped = np.minimum(np.arange(len(rows)), passed[0] if len(passed) else len(rows))
    return {"x": values(rows, "x")} | {name: values(rows, name)[clipped] for name in ("loss", "s1", "s2")}
