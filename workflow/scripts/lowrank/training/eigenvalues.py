"""Leading eigenvalues of W during training, recorded every few epochs for networks that ask for it."""

import numpy as np

from .kernels.base import Row, Stack

SHOWN = 5  # eigenvalues with the largest real parts
COLUMNS = tuple(f"eigenvalue{index}_{part}" for index in range(1, SHOWN + 1) for part in ("real", "imag"))
COLUMNS += ("fastest_real", "fastest_imag")  # the eigenvalue with the largest imaginary part: the fastest oscillation


class Recorder:
    """Record the eigenvalues of a stack of networks every `every` epochs; None: never."""

    def __init__(self, every: int | None):
        self.every, self.columns = every, COLUMNS if every else ()

    def row(self, epoch: int, stack: Stack, networks: int) -> Row:
        """Return the history's columns before the update of an epoch, (networks,) each; NaN in epochs between."""
        if not self.every:
            return {}
        due = epoch % self.every == 0
        rows = [leading(stack.trained(network)["W"]) if due else unknown() for network in range(networks)]
        return {name: np.array([row[name] for row in rows]) for name in COLUMNS}


def leading(connectivity: np.ndarray) -> dict[str, float]:
    """Return the columns for W (N, N), of a conjugate pair the positive one first; NaN if the network diverged."""
    if not np.isfinite(connectivity).all():
        return unknown()
    values = np.linalg.eigvals(connectivity.astype(float))
    first = values[np.lexsort((-values.imag, -values.real))][:SHOWN]
    fastest = values[np.lexsort((-values.real, -values.imag))][0]
    shown = [*first, *[np.nan] * (SHOWN - len(first)), fastest]
    return dict(zip(COLUMNS, np.array(shown, complex).view(float), strict=True))


def unknown() -> dict[str, float]:
    """Return the columns of an epoch at which nothing is recorded."""
    return dict.fromkeys(COLUMNS, np.nan)
