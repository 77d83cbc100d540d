"""Means over seeds of what networks have in the table summary, for the figures that show them over g."""

from collections.abc import Sequence

import numpy as np
from pandas import DataFrame, Series

from .style import values

TASK_AND_G = ("task", "g")


def converged(summary: DataFrame) -> DataFrame:
    """Select the (task, g) of which all seeds converged or were imported, as floats; add the shuffled loss over L0."""
    numbers = ["convergence_epoch", "norm_dW", "shuffled_loss", "initial_loss", "functional_rank"]
    networks = summary[["task", "g", "seed"]].copy()
    for name in numbers:
        networks[name] = values(summary, name)
    networks["shuffled_ratio"] = networks["shuffled_loss"] / networks["initial_loss"]
    return whole(networks, networks["convergence_epoch"].notna() | summary["epochs"].isna())


def complete(networks: DataFrame, measure: str, by: Sequence[str] = TASK_AND_G) -> DataFrame:
    """Select the (task, g), or other groups, for which all seeds have the measure."""
    return whole(networks, networks[measure].notna(), by)


def whole(networks: DataFrame, has: Series, by: Sequence[str] = TASK_AND_G) -> DataFrame:
    """Select the (task, g), or other groups, of which `has` is True for all seeds."""
    return networks[has.groupby([networks[name] for name in by]).transform("all")]


def spread(networks: DataFrame, measure: str, by: Sequence[str] = TASK_AND_G) -> DataFrame:
    """Return mean and standard deviation (ddof = 0) over seeds for each group; the latter is NaN for a single seed."""
    groups = complete(networks, measure, by).groupby([*by])[measure]
    points = DataFrame({"mean": groups.mean(), "sd": groups.std(ddof=0)})
    points.loc[groups.count() < 2, "sd"] = np.nan
    return points.reset_index()
