"""Figure 1: one network per curve, in units of the L0 of the network without initial connectivity."""

import numpy as np
import pandas as pd

from .base import TASKS, Curve, Networks, Readings, Tables, interpolate, select

PIXEL = {"e": 7, "f": 40}  # epochs covered by one column of pixels


def sample(curve: Curve, tables: Tables, networks: Networks) -> list[np.ndarray]:
    """Return each seed's network."""
    task = TASKS[curve.series]
    if curve.panel in "ghi":
        values = select(tables, "spectrum", task=task, g=curve.g, matrix="dW")
        return [interpolate(rows, "index", "singular_value", curve.x) for _, rows in values.groupby("seed")]
    table, x = ("history", "epoch") if curve.panel in "def" else ("truncation", "rank")
    scales = select(tables, table, task=task, g=0.0, **{x: 0}).set_index("seed")["loss"]
    return [
        (midrange(rows, curve) if curve.panel in PIXEL else interpolate(rows, x, "loss", curve.x)) / scales[seed]
        for seed, rows in select(tables, table, task=task, g=curve.g).groupby("seed")
        if seed in scales
    ]


def midrange(history: pd.DataFrame, curve: Curve) -> np.ndarray:
    """Return the midrange of the losses in the pixel column around each epoch, as the published values were read."""
    half, values = PIXEL[curve.panel] / 2, []
    for epoch in curve.x:
        loss = history[(history["epoch"] - epoch).abs() <= half]["loss"]
        values.append((loss.min() + loss.max()) / 2 if epoch <= history["epoch"].max() else np.nan)
    return np.array(values)


READINGS = Readings(networks=1, sample=sample, extents="ef")
