"""The spectrum of a trained network: singular values and eigenvalues of W0, W and dW."""

import numpy as np

from .connectivity import change_eigenvalues, change_singular_values, eigenvalues, singular_values

MATRICES = ("W0", "W", "dW")


def columns(weights: dict[str, np.ndarray], nonlinearity: str) -> dict[str, np.ndarray]:
    """The columns of the table, N rows a matrix; of dW the values that training kept, if it did.

    The eigenvalues of W0 and W are NaN for linear networks, which are large: they would cost more than the training.
    """
    size = len(weights["W"])
    singular = [singular_values(weights[name]) for name in ("W0", "W")] + [change_singular_values(weights)]
    unknown = np.full(size, np.nan + 0j)
    complex_ = [unknown if nonlinearity == "identity" else eigenvalues(weights[name]) for name in ("W0", "W")]
    complex_ = np.concatenate([*complex_, change_eigenvalues(weights)])
    return {
        "matrix": np.repeat(MATRICES, size),
        "index": np.tile(np.arange(1, size + 1), len(MATRICES)),
        "singular_value": np.concatenate(singular),
        "eigenvalue_real": complex_.real,
        "eigenvalue_imag": np.where(np.isnan(complex_), np.nan, complex_.imag),
    }
