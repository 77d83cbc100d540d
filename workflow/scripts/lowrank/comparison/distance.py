"""Distances of our curves from the published ones, in units of the expected difference between two sets of networks."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from . import readings
from .base import Curve, Networks, Tables

KEYS = ["figure", "panel", "series", "g", "target"]


def table(published: Iterable[pd.DataFrame], tables: Tables, networks: Networks) -> dict[str, np.ndarray]:
    """Return the columns of the table `comparison`: one row per published point for which the run has networks."""
    parts = [_curve(Curve(*key, rows["x"].to_numpy(float)), rows, tables, networks) for key, rows in _curves(published)]
    whole = pd.concat(parts, ignore_index=True)
    return {name: whole[name].to_list() for name in whole}


def _curves(published: Iterable[pd.DataFrame]):
    """Group published points into curves; single points at one g, as in Figures 2 and 4, are curves of their own."""
    points = pd.concat(published, ignore_index=True)
    return points.groupby(KEYS, dropna=False, sort=False)


def _curve(curve: Curve, rows: pd.DataFrame, tables: Tables, networks: Networks) -> pd.DataFrame:
    values = readings(curve.figure).samples(curve, tables, networks)
    known = np.isfinite(values).all(axis=0) & (len(values) > 0)
    values, rows = values[:, known], rows[known]
    mean = values.mean(axis=0) if len(values) else np.empty(0)
    spread = _spread(curve, values, rows)
    series = curve.series if np.isnan(curve.target) else f"{curve.series}, target {curve.target:g}"
    return pd.DataFrame(
        {
            "figure": curve.figure,
            "panel": curve.panel,
            "series": series,
            "g": curve.g,
            "x": rows["x"],
            "published": rows["published"],
            "error": rows["error"],
            "ours": mean,
            "spread": spread,
            "distance": np.abs(mean - rows["published"]) / np.hypot(spread, rows["error"]),
        }
    )


def _spread(curve: Curve, values: np.ndarray, rows: pd.DataFrame) -> np.ndarray:
    """Return the standard deviation of the difference of two means, ours and theirs, for draws from one distribution.

    The variance over networks is the mean of ours and theirs, as far as known; NaN if neither is known. An accuracy is
    a fraction of sentences, so its variance is at least p (1 - p) / n.
    """
    ours = values.var(axis=0, ddof=1) if len(values) > 1 else np.full(values.shape[1], np.nan)
    theirs = np.square(rows["sd"].to_numpy(float))
    count = np.isfinite(ours).astype(int) + np.isfinite(theirs)
    variance = np.where(count > 0, (np.nan_to_num(ours) + np.nan_to_num(theirs)) / np.maximum(count, 1), np.nan)
    if sentences := readings(curve.figure).fractions.get(curve.panel):
        p = rows["published"].to_numpy(float)
        variance = np.fmax(variance, p * (1 - p) / sentences)
    return np.sqrt(variance * (1 / max(len(values), 1) + 1 / rows["networks"].to_numpy(float)))
