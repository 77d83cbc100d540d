"""Evaluation of the trained LSTM: accuracy and loss, with full or truncated weights."""

from collections.abc import Iterable, Iterator

import numpy as np

from ..analysis.connectivity import finite, singular_values
from .lstm import MATRICES, Weights, logits
from .sentences.data import Sentences

TRUNCATED = ("W1", "U2", "W2")  # together: recurrent weights of both layers, input weights of layer 2 (Fig. 5)


def split(arrays: dict[str, np.ndarray]) -> tuple[Weights, Weights]:
    """Split the arrays of a network's file into initial and final weights."""
    initial = {name.removeprefix("initial."): a for name, a in arrays.items() if name.startswith("initial.")}
    return initial, {name: arrays[name] for name in initial}


def by_rank(arrays: dict[str, np.ndarray], ranks: list[int], sentences: Sentences, vectors: np.ndarray) -> dict:
    """Accuracy and loss with dW and with W truncated at each rank, as columns: truncated, rank, loss, accuracy."""
    initial, final = split(arrays)
    rows = []
    for what in ("dW", "W"):
        if finite(final):
            judged = (accuracy_and_loss(w, sentences, vectors) for w in truncations(initial, final, what, ranks))
        else:
            judged = [(np.nan, np.nan)] * len(ranks)
        rows += [(what, rank, loss, accuracy) for rank, (accuracy, loss) in zip(ranks, judged, strict=True)]
    return dict(zip(("truncated", "rank", "loss", "accuracy"), zip(*rows, strict=True), strict=True))


def spectra(arrays: dict[str, np.ndarray]) -> dict:
    """Singular values of the weight matrices before (W0) and after training (W), and of their difference (dW).

    Columns: weight, matrix, index, singular_value. Each matrix stacks all gates, 4N x n.
    """
    initial, final = split(arrays)
    rows = []
    for weight in MATRICES:
        matrices = {"W0": initial[weight], "W": final[weight], "dW": final[weight] - initial[weight]}
        for name, matrix in matrices.items():
            rows += [(weight, name, index, value) for index, value in enumerate(singular_values(matrix), 1)]
    return dict(zip(("weight", "matrix", "index", "singular_value"), zip(*rows, strict=True), strict=True))


def accuracy_and_loss(weights: Weights, sentences: Sentences, vectors: np.ndarray) -> tuple[float, float]:
    """Return the fraction of correct answers and the binary cross-entropy; NaN if the weights are not finite."""
    if not finite(weights):
        return np.nan, np.nan
    logit, positive = logits(weights, sentences, vectors).astype(np.float64), sentences.labels > 0
    loss = np.logaddexp(0, np.where(positive, -logit, logit))
    return float(((logit > 0) == positive).mean()), float(loss.mean())


def truncations(initial: Weights, final: Weights, what: str, ranks: Iterable[int]) -> Iterator[Weights]:
    """Yield the trained weights with `what` truncated at each rank: W itself, or dW with W0 kept (Eq. 4).

    Each matrix stacks all gates, 4N x N.
    """
    kept = {name: initial[name].astype(np.float64) if what == "dW" else 0 for name in TRUNCATED}
    parts = {name: np.linalg.svd(final[name] - kept[name], full_matrices=False) for name in TRUNCATED}
    for rank in ranks:
        cut = {name: (left[:, :rank] * values[:rank]) @ right[:rank] for name, (left, values, right) in parts.items()}
        yield final | {name: (kept[name] + cut[name]).astype(np.float32) for name in TRUNCATED}
