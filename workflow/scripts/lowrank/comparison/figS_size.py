"""The supplementary figure on network size: one network per seed and size, where all seeds have the measure."""

import numpy as np

from .base import TASKS, Curve, Networks, Readings, Tables, select

MEASURES = {
    **dict.fromkeys("abc", "convergence_epoch"),
    **dict.fromkeys("def", "norm_dW"),
    **dict.fromkeys("jkl", "functional_rank"),
}


def sample(curve: Curve, tables: Tables, networks: Networks) -> list[np.ndarray]:
    """Return each seed's networks at the sizes N; NaN at a size where a network lacks the measure."""
    names = networks.sizes.get(TASKS[curve.series], [])
    rows = select(tables, "summary", g=curve.g)
    rows = rows[rows["task"].isin(names) & rows["n_neurons"].isin(curve.x)]
    values = rows.assign(value=rows[MEASURES[curve.panel]].astype(float))
    by_seed = values.pivot(index="seed", columns="n_neurons", values="value").reindex(columns=curve.x)
    return list(by_seed.to_numpy(float))


READINGS = Readings(networks=5, sample=sample, title="The supplement's figure on network size")
