"""Spectrum: singular values and eigenvalues of a network's W0, W and dW."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..analysis.connectivity import change_eigenvalues, change_singular_values, eigenvalues, singular_values
from ..core.columns import Column
from .base import Measure, Network

MATRICES = ("W0", "W", "dW")


@dataclass(frozen=True)
class Spectrum(Measure):
    """N rows per matrix; for dW the values stored by training, if any.

    The eigenvalues of W0 and W are NaN for linear networks, which are so large that they would cost more than training.
    """

    holds = "singular values and eigenvalues of networks"
    columns: ClassVar = {
        "matrix": Column("string", "W0, W or dW = W - W0"),
        "index": Column("int", "position from 1: singular values fall, and so do the moduli of eigenvalues"),
        "singular_value": Column("float", "singular value; null if the network diverged"),
        "eigenvalue_real": Column("float", "real part of the eigenvalue; null where it is not computed"),
        "eigenvalue_imag": Column("float", "its imaginary part; of a pair the positive one comes first"),
    }
    runs_task = False

    def compute(self, network: Network) -> dict:
        weights, size = network.weights, len(network.weights["W"])
        singular = [singular_values(weights[name]) for name in ("W0", "W")] + [change_singular_values(weights)]
        unknown, linear = np.full(size, np.nan + 0j), network.spec["nonlinearity"] == "identity"
        values = [unknown if linear else eigenvalues(weights[name]) for name in ("W0", "W")]
        values = np.concatenate([*values, change_eigenvalues(weights)])
        return {
            "matrix": np.repeat(MATRICES, size),
            "index": np.tile(np.arange(1, size + 1), len(MATRICES)),
            "singular_value": np.concatenate(singular),
            "eigenvalue_real": values.real,
            "eigenvalue_imag": np.where(np.isnan(values), np.nan, values.imag),
        }

    def size(self, n_neurons: int) -> int:
        return 90 * n_neurons
