"""Figure 2: one network per seed, where all seeds have converged and have the measure."""

import numpy as np

from .base import TASKS, Curve, Networks, Readings, Tables, select

MEASURES = {"a": "convergence_epoch", "b": "norm_dW", "c": "shuffled_loss", "d": "functional_rank"}


def sample(curve: Curve, tables: Tables, networks: Networks) -> list[np.ndarray]:
    """Return each seed's network; in panel c over its own L0."""
    rows = select(tables, "summary", task=TASKS[curve.series], g=curve.g)
    values = rows[MEASURES[curve.panel]].astype(float)
    if curve.panel == "c":
        values = values / rows["initial_loss"]
    complete = rows["convergence_epoch"].notna().all() and values.notna().all()
    return [np.array([value]) for value in values] if complete else []


READINGS = Readings(networks=5, sample=sample, along_g=True)
