"""An LSTM kept as little: the name of the stream that its W0 is drawn from, and a few ranks of dW (Section 4)."""

import numpy as np

from .evaluation import TRUNCATED, accuracy_and_loss, split, truncations
from .lstm import Weights, initial_weights
from .sentences.data import Sentences


def unpacked(spec: dict, arrays: dict[str, np.ndarray], rank: int) -> Weights:
    """The trained weights with W0 drawn anew, and on it dW at a rank, in the float32 in which it would be kept."""
    initial, final = split(arrays)
    change = {name: final[name].astype(np.float64) - initial[name] for name in TRUNCATED}
    (kept,) = truncations({}, change, "W", [rank])
    drawn = initial_weights(spec)
    return final | {name: drawn[name] + kept[name] for name in TRUNCATED}


def row(spec: dict, arrays: dict[str, np.ndarray], rank: int, sentences: Sentences, vectors: np.ndarray) -> dict:
    """What a network kept so is worth, as a row like those of `evaluation.by_rank`."""
    accuracy, loss = accuracy_and_loss(unpacked(spec, arrays, rank), sentences, vectors)
    return {"truncated": "compressed", "rank": rank, "loss": loss, "accuracy": accuracy}
