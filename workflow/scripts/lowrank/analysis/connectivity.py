"""What is done to connectivity matrices: singular values, truncation, shuffling. Arrays in, arrays out."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np


def finite(weights: Mapping[str, np.ndarray]) -> bool:
    """Whether a network, its weights by name, did not diverge."""
    return all(np.isfinite(weight).all() for weight in weights.values())


def singular_values(matrix: np.ndarray) -> np.ndarray:
    """The singular values in falling order, float64, N of an (N, N) or (4N, N) matrix; NaN if it is not finite."""
    if not np.isfinite(matrix).all():
        return np.full(min(matrix.shape), np.nan)
    return np.linalg.svd(matrix.astype(np.float64), compute_uv=False)


def change_singular_values(weights: dict[str, np.ndarray]) -> np.ndarray:
    """The N singular values of a network's dW: those that training kept, the others 0; or else of W - W0."""
    if "s" not in weights:
        return singular_values(weights["W"] - weights["W0"])
    kept = weights["s"]
    return np.concatenate([kept, np.full(len(weights["W"]) - len(kept), 0 if np.isfinite(kept).all() else np.nan)])


def eigenvalues(matrix: np.ndarray) -> np.ndarray:
    """The N eigenvalues, falling in modulus, of a pair the positive imaginary part first; NaN if not finite."""
    if not np.isfinite(matrix).all():
        return np.full(len(matrix), np.nan + 0j)
    values = np.linalg.eigvals(matrix.astype(np.float64)).astype(complex)
    return values[np.lexsort((-values.imag, -np.abs(values)))]


def change_eigenvalues(weights: dict[str, np.ndarray]) -> np.ndarray:
    """The N eigenvalues of a network's dW, in the order of `eigenvalues`.

    Of U s V', as training may have kept it, they are those of the small s V'U, and else 0.
    """
    if "s" not in weights:
        return eigenvalues(weights["W"] - weights["W0"])
    kept = eigenvalues(weights["s"][:, None] * (weights["V"].T @ weights["U"]))
    rest = 0 if np.isfinite(kept).all() else np.nan
    return np.concatenate([kept, np.full(len(weights["W"]) - len(kept), rest + 0j)])


def decomposition(weights: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The singular value decomposition of a network's dW, float64: U (N, r), s (r,) falling, and V' (r, N).

    The one that training kept, of rank r, else that of W - W0, with r = N.
    """
    if "s" in weights:
        return weights["U"], weights["s"], weights["V"].T
    return np.linalg.svd((weights["W"] - weights["W0"]).astype(np.float64))


def truncations(left: np.ndarray, values: np.ndarray, right: np.ndarray, ranks: Iterable[int]) -> Iterator[np.ndarray]:
    """The best approximations (N, N) of dW of these ranks (Eq. 4): its singular value decomposition cut off."""
    for rank in ranks:
        yield (left[:, :rank] * values[:rank]) @ right[:rank]


def shuffled(matrix: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """All elements of the matrix permuted: the same statistics, no correlation with what was learnt."""
    return rng.permutation(matrix.ravel()).reshape(matrix.shape)
