"""Figure 4: linear networks over g, in units of the mean at g = 0."""

import numpy as np

from .base import Curve, Networks, Readings, Tables, select

MEASURES = {"a": "convergence_tau", "b": "norm_dW", "c": "mean_gradient_norm", "d": "shuffled_loss"}


def sample(curve: Curve, tables: Tables, networks: Networks) -> list[np.ndarray]:
    """Return each seed's network that did not diverge; in panel d over L0 = z^2/2."""
    measure, task = MEASURES[curve.panel], networks.linear.get(curve.target)
    values = select(tables, "summary", task=task, g=curve.g)[measure].dropna()
    at_zero = select(tables, "summary", task=task, g=0.0)[measure]
    scale = curve.target**2 / 2 if curve.panel == "d" else at_zero.mean()
    return [np.array([value / scale]) for value in values]


READINGS = Readings(networks=5, sample=sample, along_g=True)
