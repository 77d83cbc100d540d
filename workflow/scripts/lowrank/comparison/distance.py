"""How far our curves are from the published ones, in units of what two such sets of networks differ by."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from .ours import Curve, Tables, samples

SENTENCES = 872  # of the Treebank's validation set, on which an accuracy is a share
KEYS = ["figure", "panel", "series", "g", "target"]


def table(published: Iterable[pd.DataFrame], tables: Tables, linear: Mapping[float, str]) -> dict[str, np.ndarray]:
    """The columns of the table `comparison`: a row for each published point of networks that the run has, too."""
    parts = [_curve(Curve(*key, rows["x"].to_numpy(float)), rows, tables, linear) for key, rows in _curves(published)]
    whole = pd.concat(parts, ignore_index=True)
    return {name: whole[name].to_list() for name in whole}


def _curves(published: Iterable[pd.DataFrame]):
    """The published curves one by one: of points at single g, as in Figures 2 and 4, each is a curve."""
    points = pd.concat(published, ignore_index=True)
    return points.groupby(KEYS, dropna=False, sort=False)


def _curve(curve: Curve, rows: pd.DataFrame, tables: Tables, linear: Mapping[float, str]) -> pd.DataFrame:
    values = samples(curve, tables, linear)
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
    """The standard deviation of the difference of two means, of ours and of theirs, if all are draws from one lot.

    The networks' own variance is the mean of those on either side, as far as they are known; NaN if neither is. An
    accuracy is a share of sentences: its variance is p (1 - p) / n, at the least.
    """
    ours = values.var(axis=0, ddof=1) if len(values) > 1 else np.full(values.shape[1], np.nan)
    theirs = np.square(rows["sd"].to_numpy(float))
    count = np.isfinite(ours).astype(int) + np.isfinite(theirs)
    variance = np.where(count > 0, (np.nan_to_num(ours) + np.nan_to_num(theirs)) / np.maximum(count, 1), np.nan)
    if (curve.figure, curve.panel) == ("5", "b"):
        p = rows["published"].to_numpy(float)
        variance = np.fmax(variance, p * (1 - p) / SENTENCES)
    return np.sqrt(variance * (1 / max(len(values), 1) + 1 / rows["networks"].to_numpy(float)))
