"""The run's networks sampled at the points of the published curves: (networks, points), for each panel."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from .published import TASKS

Tables = Mapping[str, pd.DataFrame]

PIXEL = {"e": 7, "f": 40}  # epochs covered by one column of pixels in Figures 1 e and f
MATRICES = {"dW (layer 2)": "dW", "W (layer 2)": "W", "W0 (layer 2)": "W0"}
TRUNCATED = {"truncate dW": "dW", "truncate W": "W"}
OF_FIGURE_2 = {"a": "convergence_epoch", "b": "norm_dW", "c": "shuffled_loss", "d": "functional_rank"}
OF_FIGURE_4 = {"a": "convergence_tau", "b": "norm_dW", "c": "mean_gradient_norm", "d": "shuffled_loss"}
MEASURES = [*OF_FIGURE_2.values(), *OF_FIGURE_4.values()]


class Curve(NamedTuple):
    """A published curve: its panel, its series, and the x of its points."""

    figure: str
    panel: str
    series: str
    g: float  # NaN for the LSTM
    target: float  # NaN except for linear networks
    x: np.ndarray


def samples(curve: Curve, tables: Tables, linear: Mapping[float, str]) -> np.ndarray:
    """Return our values (networks, points) at the curve's points, NaN where undefined; (0, points) without networks.

    `linear` maps targets to the linear network's tasks.
    """
    found = FIGURES[curve.figure](curve, tables, linear)
    return np.array(found, float).reshape(-1, len(curve.x))


def figure_1(curve: Curve, tables: Tables, linear: Mapping) -> list[np.ndarray]:
    """Return each seed's network, in units of the L0 of the network without initial connectivity."""
    task = TASKS[curve.series]
    if curve.panel in "ghi":
        values = of(tables, "spectrum", task=task, g=curve.g, matrix="dW")
        return [at(rows, "index", "singular_value", curve.x) for _, rows in values.groupby("seed")]
    table, x = ("history", "epoch") if curve.panel in "def" else ("truncation", "rank")
    scales = of(tables, table, task=task, g=0.0, **{x: 0}).set_index("seed")["loss"]
    return [
        dense(rows, curve) / scales[seed] if curve.panel in PIXEL else at(rows, x, "loss", curve.x) / scales[seed]
        for seed, rows in of(tables, table, task=task, g=curve.g).groupby("seed")
        if seed in scales
    ]


def dense(history: pd.DataFrame, curve: Curve) -> np.ndarray:
    """Return the midrange of the losses in the pixel column around each epoch, as the published values were read."""
    half, found = PIXEL[curve.panel] / 2, []
    for epoch in curve.x:
        loss = history[(history["epoch"] - epoch).abs() <= half]["loss"]
        found.append((loss.min() + loss.max()) / 2 if epoch <= history["epoch"].max() else np.nan)
    return np.array(found)


def figure_2(curve: Curve, tables: Tables, linear: Mapping) -> list[np.ndarray]:
    """Return each seed's network, if all seeds converged and have the measure."""
    rows = of(tables, "summary", task=TASKS[curve.series], g=curve.g)
    values = rows[OF_FIGURE_2[curve.panel]].astype(float)
    if curve.panel == "c":
        values = values / rows["initial_loss"]
    complete = rows["convergence_epoch"].notna().all() and values.notna().all()
    return [np.array([value]) for value in values] if complete else []


def figure_3(curve: Curve, tables: Tables, linear: Mapping) -> list[np.ndarray]:
    """Return each seed's network, interpolated linearly between epochs."""
    history = of(tables, "history", task=linear.get(curve.target), g=curve.g)
    y = curve.series.split()[0] if curve.panel in "de" else "loss"
    history = history.assign(time=history["tau"] / (1 - curve.g**2) ** 2)
    return [at(rows, "time", y, curve.x) for _, rows in history.groupby("seed")]


def figure_4(curve: Curve, tables: Tables, linear: Mapping) -> list[np.ndarray]:
    """Return each seed's network that did not diverge, over the mean at g = 0; in panel d over L0 = z^2/2."""
    measure, task = OF_FIGURE_4[curve.panel], linear.get(curve.target)
    values = of(tables, "summary", task=task, g=curve.g)[measure].dropna()
    at_zero = of(tables, "summary", task=task, g=0.0)[measure]
    scale = curve.target**2 / 2 if curve.panel == "d" else at_zero.mean()
    return [np.array([value / scale]) for value in values]


def figure_5(curve: Curve, tables: Tables, linear: Mapping) -> list[np.ndarray]:
    """Return each seed's LSTM; the published ranks of singular values count from 0."""
    if curve.panel == "a":
        rows = of(tables, "sentiment_spectrum", weight="W2", matrix=MATRICES[curve.series])
        return [at(one, "index", "singular_value", curve.x + 1) for _, one in rows.groupby("seed")]
    rows = of(tables, "sentiment_truncation", truncated=TRUNCATED[curve.series])
    return [at(one, "rank", "accuracy", curve.x) for _, one in rows.groupby("seed")]


FIGURES: dict[str, Callable] = {"1": figure_1, "2": figure_2, "3": figure_3, "4": figure_4, "5": figure_5}


def of(tables: Tables, name: str, **where) -> pd.DataFrame:
    """Select the rows of a table in which columns have these values; empty if the run lacks the table."""
    rows = tables.get(name)
    if rows is None:
        columns = dict.fromkeys(["seed", *where, "loss", "epoch", "tau", "initial_loss", *MEASURES])
        return pd.DataFrame(columns=list(columns), dtype=float)
    for column, value in where.items():
        rows = rows[np.isclose(rows[column], value) if column == "g" else rows[column] == value]
    return rows


def at(rows: pd.DataFrame, x: str, y: str, points: np.ndarray) -> np.ndarray:
    """Interpolate y linearly at the points; NaN outside the range of the rows."""
    rows = rows.sort_values(x)
    known, values = rows[x].to_numpy(float), rows[y].to_numpy(float, na_value=np.nan)
    return np.interp(points, known, values, left=np.nan, right=np.nan)
