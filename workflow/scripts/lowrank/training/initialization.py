"""Initial weights of the networks."""

import numpy as np

from ..core.streams import stream

WEIGHTS = ("W", "M", "v")  # connectivity (N, N), effective input (N, n_in) and readout vectors (N, n_out)


def initial_weights(spec: dict, n_in: int, n_out: int) -> dict[str, np.ndarray]:
    """Draw W0 (N, N), M0 (N, n_in) and v0 (N, n_out) of one network, float32, under the keys W, M and v.

    W0 has independent elements N(0, g^2/N). The columns of M and v are Gaussian directions with norms of exactly
    sqrt(N) and 1/sqrt(N): the paper's sqrt(N) and 1/sqrt(N) in Eqs. 2 and 3 are absorbed into them.
    """
    n = spec["n_neurons"]
    rng = stream(spec, "initialization")
    connectivity = rng.standard_normal((n, n)) * spec["g"] / np.sqrt(n)
    directions = rng.standard_normal((n, n_in + n_out))
    directions /= np.linalg.norm(directions, axis=0)
    weights = {"W": connectivity, "M": directions[:, :n_in] * np.sqrt(n), "v": directions[:, n_in:] / np.sqrt(n)}
    return {name: weight.astype(np.float32) for name, weight in weights.items()}
