"""Compressed LSTM: the name of the random stream that regenerates W0, and a low-rank dW (Section 4)."""

import numpy as np

from ..analysis.connectivity import finite
from .evaluation import TRUNCATED, accuracy_and_loss, split, truncations
from .lstm import Weights, initial_weights
from .sentences.data import Sentences


def unpacked(spec: dict, arrays: dict[str, np.ndarray], rank: int) -> Weights:
    """Rebuild the trained weights: redraw W0 and add dW truncated at `rank`, in float32 as it would be stored."""
    initial, final = split(arrays)
    change = {name: final[name].astype(np.float64) - initial[name] for name in TRUNCATED}
    (kept,) = truncations({}, change, "W", [rank])
    drawn = initial_weights(spec)
    return final | {name: drawn[name] + kept[name] for name in TRUNCATED}


def row(spec: dict, arrays: dict[str, np.ndarray], rank: int, sentences: Sentences, vectors: np.ndarray) -> dict:
    """Loss and accuracy of the compressed network, as a row like those of `evaluation.by_rank`; NaN if it diverged."""
    accuracy, loss = np.nan, np.nan
    if finite(split(arrays)[1]):
        accuracy, loss = accuracy_and_loss(unpacked(spec, arrays, rank), sentences, vectors)
    return {"truncated": "compressed", "rank": rank, "loss": loss, "accuracy": accuracy}
