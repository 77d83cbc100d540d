"""Figure 3: the history of each linear network over the learning time."""

import numpy as np

from .base import Curve, Networks, Readings, Tables, interpolate, select


def sample(curve: Curve, tables: Tables, networks: Networks) -> list[np.ndarray]:
    """Return each seed's network, interpolated linearly between epochs."""
    history = select(tables, "history", task=networks.linear.get(curve.target), g=curve.g)
    y = curve.series.split()[0] if curve.panel in "de" else "loss"
    history = history.assign(time=history["tau"] / (1 - curve.g**2) ** 2)
    return [interpolate(rows, "time", y, curve.x) for _, rows in history.groupby("seed")]


READINGS = Readings(networks=5, sample=sample)
