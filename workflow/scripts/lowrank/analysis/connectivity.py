"""Operations on connectivity matrices: singular values, eigenvalues, truncation, shuffling. Arrays in, arrays out."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np


def finite(weights: Mapping[str, np.ndarray]) -> bool:
    """Return True if all of a network's weights are finite, that is, if it did not diverge."""
    return all(np.isfinite(weight).all() for weight in weights.values())


def singular_values(matrix: np.ndarray) -> np.ndarray:
    """Singular values in descending order, float64: N for an (N, N) or (4N, N) matrix; NaN if it is not finite."""
    if not np.isfinite(matrix).all():
        return np.full(min(matrix.shape), np.nan)
    return np.linalg.svd(matrix.astype(np.float64), compute_uv=False)


def change_singular_values(weights: dict[str, np.ndarray]) -> np.ndarray:
    """The N singular values of a network's dW: from training, if stored, padded with 0; else from W - W0."""
    if "s" not in weights:
        return singular_values(weights["W"] - weights["W0"])
    kept = weights["s"]
    return np.concatenate([kept, np.full(len(weights["W"]) - len(kept), 0 if np.isfinite(kept).all() else np.nan)])


def eigenvalues(matrix: np.ndarray) -> np.ndarray:
    """The N eigenvalues by descending modulus, conjugates with positive imaginary part first; NaN if not finite."""
    if not np.isfinite(matrix).all():
        return np.full(len(matrix), np.nan + 0j)
    values = np.linalg.eigvals(matrix.astype(np.float64)).astype(complex)
    return values[np.lexsort((-values.imag, -np.abs(values)))]


def change_eigenvalues(weights: dict[str, np.ndarray]) -> np.ndarray:
    """The N eigenvalues of a network's dW, ordered as in `eigenvalues`.

    If training stored dW as U s V', its non-zero eigenvalues are those of the small matrix s V'U.
    """
    if "s" not in weights:
        return eigenvalues(weights["W"] - weights["W0"])
    kept = eigenvalues(weights["s"][:, None] * (weights["V"].T @ weights["U"]))
    rest = 0 if np.isfinite(kept).all() else np.nan
    return np.concatenate([kept, np.full(len(weights["W"]) - len(kept), rest + 0j)])


def decomposition(weights: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Singular value decomposition of a network's dW, float64: U (N, r), s (r,) descending, and V' (r, N).

    Use the one stored by training, of rank r, if there is one; else decompose W - W0, with r = N.
    """
    if "s" in weights:
        return weights["U"], weights["s"], weights["V"].T
    return np.linalg.svd((weights["W"] - weights["W0"]).astype(np.float64))


def truncations(left: np.ndarray, values: np.ndarray, right: np.ndarray, ranks: Iterable[int]) -> Iterator[np.ndarray]:
    """Yield the best approximation (N, N) of dW at each rank (Eq. 4), its truncated singular value decomposition."""
    for rank in ranks:
        yield (left[:, :rank] * values[:rank]) @ right[:rank]


def shuffled(matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Permute all elements of a matrix: same statistics, but uncorrelated with the learned dW."""
    return rng.permutation(matrix.ravel()).reshape(matrix.shape)
