"""What is done to connectivity matrices: singular values, truncation, shuffling. Arrays in, arrays out."""

from collections.abc import Sequence

import numpy as np


def singular_values(matrix: np.ndarray) -> np.ndarray:
    """The N singular values in falling order, float64; NaN if the matrix is not finite."""
    if not np.isfinite(matrix).all():
        return np.full(len(matrix), np.nan)
    return np.linalg.svd(matrix.astype(np.float64), compute_uv=False)


def eigenvalues(matrix: np.ndarray) -> np.ndarray:
    """The N eigenvalues, falling in modulus, of a pair the positive imaginary part first; NaN if not finite."""
    if not np.isfinite(matrix).all():
        return np.full(len(matrix), np.nan + 0j)
    values = np.linalg.eigvals(matrix.astype(np.float64)).astype(complex)
    return values[np.lexsort((-values.imag, -np.abs(values)))]


def truncations(change: np.ndarray, ranks: Sequence[int]) -> np.ndarray:
    """The best approximations of dW of these ranks (Eq. 4): its singular value decomposition cut off; (ranks, N, N)."""
    left, values, right = np.linalg.svd(change.astype(np.float64))
    return np.stack([(left[:, :rank] * values[:rank]) @ right[:rank] for rank in ranks])


def shuffled(matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """All elements of the matrix permuted: the same statistics, no correlation with what was learnt."""
    return rng.permutation(matrix.ravel()).reshape(matrix.shape)
