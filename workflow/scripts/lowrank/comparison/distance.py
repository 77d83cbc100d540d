"""Distances of our curves from the published ones, in units of the expected difference between two sets of networks."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from . import readings
from .base import Curve, Networks, Tables

KEYS = ["figure", "panel", "series", "g", "target"]  # of a curve
NUMBERS = ["x", "published", "error", "sd", "networks"]


def table(published: Iterable[pd.DataFrame], tables: Tables, networks: Networks) -> dict[str, np.ndarray]:
    """Return the columns of the table `comparison`: one row per published point for which the run has networks."""
    points = pd.concat(published, ignore_index=True)
    numbers = {name: points[name].to_numpy(float) for name in NUMBERS}
    parts = [
        _curve(Curve(*key, numbers["x"][at]), {name: values[at] for name, values in numbers.items()}, tables, networks)
        for key, at in points.groupby(KEYS, dropna=False, sort=False).indices.items()
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _curve(curve: Curve, points: dict[str, np.ndarray], tables: Tables, networks: Networks) -> dict[str, np.ndarray]:
    """Return the rows of a curve, by column; a single point at one g, as in Figures 2 and 4, is a curve of its own."""
    values = readings(curve.figure).samples(curve, tables, networks)
    known = np.isfinite(values).all(axis=0) & (len(values) > 0)
    values, points = values[:, known], {name: numbers[known] for name, numbers in points.items()}
    mean = values.mean(axis=0) if len(values) else np.empty(0)
    spread = _spread(curve, values, points)
    series = curve.series if np.isnan(curve.target) else f"{curve.series}, target {curve.target:g}"
    same = {"figure": curve.figure, "panel": curve.panel, "series": series, "g": curve.g}
    return {name: np.full(len(mean), value) for name, value in same.items()} | {
        "x": points["x"],
        "published": points["published"],
        "error": points["error"],
        "ours": mean,
        "spread": spread,
        "distance": np.abs(mean - points["published"]) / np.hypot(spread, points["error"]),
    }


def _spread(curve: Curve, values: np.ndarray, points: dict[str, np.ndarray]) -> np.ndarray:
    """Return the standard deviation of the difference of two means, ours and theirs, for draws from one distribution.

    The variance over networks is the mean of ours and theirs, as far as known; NaN if neither is known. An accuracy is
    a fraction of sentences, so its variance is at least p (1 - p) / n.
    """
    ours = values.var(axis=0, ddof=1) if len(values) > 1 else np.full(values.shape[1], np.nan)
    theirs = np.square(points["sd"])
    count = np.isfinite(ours).astype(int) + np.isfinite(theirs)
    variance = np.where(count > 0, (np.nan_to_num(ours) + np.nan_to_num(theirs)) / np.maximum(count, 1), np.nan)
    if sentences := readings(curve.figure).fractions.get(curve.panel):
        p = points["published"]
        variance = np.fmax(variance, p * (1 - p) / sentences)
    return np.sqrt(variance * (1 / max(len(values), 1) + 1 / points["networks"]))
