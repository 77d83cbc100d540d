"""Figure 5: the LSTM; the published ranks of singular values count from 0."""

import numpy as np

from .base import Curve, Networks, Readings, Tables, interpolate, select

MATRICES = {"dW (layer 2)": "dW", "W (layer 2)": "W", "W0 (layer 2)": "W0"}
TRUNCATED = {"truncate dW": "dW", "truncate W": "W"}
SENTENCES = 872  # in the Treebank's validation set, over which accuracies are computed


def sample(curve: Curve, tables: Tables, networks: Networks) -> list[np.ndarray]:
    """Return each seed's LSTM."""
    if curve.panel == "a":
        rows = select(tables, "sentiment_spectrum", weight="W2", matrix=MATRICES[curve.series])
        return [interpolate(one, "index", "singular_value", curve.x + 1) for _, one in rows.groupby("seed")]
    rows = select(tables, "sentiment_truncation", truncated=TRUNCATED[curve.series])
    return [interpolate(one, "rank", "accuracy", curve.x) for _, one in rows.groupby("seed")]


READINGS = Readings(networks=1, sample=sample, fractions={"b": SENTENCES})
