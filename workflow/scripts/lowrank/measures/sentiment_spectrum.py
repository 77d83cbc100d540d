"""Spectrum of the LSTM: singular values of its weight matrices (Fig. 5 a)."""

from dataclasses import dataclass
from typing import ClassVar

from ..core.columns import Column
from ..sentiment import evaluation
from .base import Measure, Network


@dataclass(frozen=True)
class Spectrum(Measure):
    """Singular values of the weight matrices; each matrix stacks all gates, 4N x n."""

    rule = "spectrum_sentiment"
    holds = "singular values of the LSTM's weights"
    columns: ClassVar = {
        "weight": Column("string", "weight matrix: W of recurrent, U of input weights, 1 and 2 the layer"),
        "matrix": Column("string", "W0, W or dW = W - W0: before training, after it, its change"),
        "index": Column("int", "position from 1, singular values fall"),
        "singular_value": Column("float", "singular value; null if the LSTM diverged"),
    }

    def compute(self, network: Network) -> dict:
        return evaluation.spectra(network.weights)

    def size(self, n_neurons: int) -> int:
        return 130 * n_neurons
