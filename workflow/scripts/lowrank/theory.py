"""The linear network of Section 3: gradient flow for any connectivity, and its expansion in learning time.

A network has connectivity W, input vector M, readout vector v and a constant input of 1. At the fixed point its output
is z = v' (I - W)^-1 M (Eq. 5). Training W on L = (z^ - z)^2/2 follows dW/dtau = -dL/dW (Eq. 6), where tau is the
learning rate times the epoch. M and v absorb the paper's sqrt(N) and 1/sqrt(N), which cancel wherever both occur.

As N goes to infinity, all scalars depend only on g and z^, up to deviations of order 1/sqrt(N). They are power series
in the effective learning time tau~ = beta^2 tau; `order` is the highest power kept, 1 to 3.
"""

from collections.abc import Sequence

import numpy as np
from numpy.polynomial import Polynomial

ORDERS = (1, 2, 3)


# Any connectivity


def fixed_point_readout(W: np.ndarray, M: np.ndarray, v: np.ndarray) -> float:
    """Eq. 5: output z at the fixed point, for W (N, N), M (N,) and v (N,); LinAlgError if I - W is singular."""
    return float(v @ np.linalg.solve(np.eye(len(W)) - W, M))


def flow(W: np.ndarray, M: np.ndarray, v: np.ndarray, target: float) -> np.ndarray:
    """Eq. 6: dW/dtau (N, N), of rank one."""
    inverse = np.eye(len(W)) - W
    output, adjoint = np.linalg.solve(inverse, M), np.linalg.solve(inverse.T, v)
    return (target - v @ output) * np.outer(adjoint, output)


def integrated(W0: np.ndarray, M: np.ndarray, v: np.ndarray, target: float, tau: float, steps: int) -> np.ndarray:
    """W (N, N) after learning time tau: integrate Eq. 6 by the classical Runge-Kutta method, error O((tau/steps)^4)."""
    W, h = W0.astype(float), tau / steps
    for _ in range(steps):
        k1 = flow(W, M, v, target)
        k2 = flow(W + h / 2 * k1, M, v, target)
        k3 = flow(W + h / 2 * k2, M, v, target)
        k4 = flow(W + h * k3, M, v, target)
        W = W + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return W


def expansion(W0: np.ndarray, M: np.ndarray, v: np.ndarray, target: float, order: int = 3) -> list[np.ndarray]:
    """Eq. 7 for given W0, M and v: W_1 ... W_order, so that dW = W_1 tau + W_2 tau^2/2 + ...; W_1 is Eq. 11.

    With W(tau) = sum C_k tau^k, C_k = W_k/k!, the vectors x = (I - W)^-1 M and y = (I - W')^-1 v are also series.
    Their coefficients follow from x = B (M + dW x) with B = (I - W0)^-1, and likewise for y. Eq. 6 then gives C_(k+1)
    from the coefficients up to k.
    """
    B = np.linalg.inv(np.eye(len(W0)) - W0)
    C, x, y, factorial = [np.zeros_like(B)], [B @ M], [B.T @ v], 1.0
    error = [target - v @ x[0]]
    coefficients = []
    for k in range(order):
        if k:
            x.append(B @ sum(C[j] @ x[k - j] for j in range(1, k + 1)))
            y.append(B.T @ sum(C[j].T @ y[k - j] for j in range(1, k + 1)))
            error.append(-v @ x[k])
        terms = ((i, j) for i in range(k + 1) for j in range(k + 1 - i))
        C.append(sum(error[i] * np.outer(y[j], x[k - i - j]) for i, j in terms) / (k + 1))
        factorial *= k + 1
        coefficients.append(factorial * C[-1])
    return coefficients


# Without initial connectivity


def coefficients(tau: float, target: float, order: int = 3) -> np.ndarray:
    """Eq. 10: A (2, 2) in dW = [v M] A [v M]' (Eq. 9, normalised v and M) for g = 0; order 1 is Eq. 8."""
    z = target
    a11 = Polynomial([0, 0, z**2 / 2, -(z**2) / 2])
    a12 = Polynomial([0, z, -z / 2, z * (1 + 2 * z**2) / 6])
    a21 = Polynomial([0, 0, 0, z**3 / 3])
    return np.array([[_cut(p, order)(tau) for p in row] for row in ((a11, a12), (a21, a11))])


# Limit of large N


def beta(g: float) -> float:
    """Eq. 12: beta = 1/(1 - g^2), the squared norms of B'v and B M relative to those of v and M."""
    return 1 / (1 - g**2)


def effective_time(tau, g: float):
    """Effective learning time tau~ = beta^2 tau."""
    return beta(g) ** 2 * np.asarray(tau, float)


def readout(tau, g: float, target: float, order: int = 3):
    """Eq. 15 (order 1: Eq. 13): output z."""
    return target * _cut(Polynomial([0, 1, -1 / 2, (1 + 8 * target**2 * beta(g)) / 6]), order)(effective_time(tau, g))


def loss(tau, g: float, target: float, order: int = 3):
    """L = (z^ - z)^2/2, with the readout z to this order."""
    return (target - readout(tau, g, target, order)) ** 2 / 2


def first_singular_value(tau, g: float, target: float, order: int = 3):
    """Eq. 14: s1 of dW; to third order also its Frobenius norm, to which s2 contributes only at fifth order."""
    series = Polynomial([0, 1, -1 / 2, (1 + 3.5 * target**2 * beta(g)) / 6])
    return target / beta(g) * _cut(series, order)(effective_time(tau, g))


def second_singular_value(tau, g: float, target: float, order: int = 3):
    """Eq. 14: s2 of dW, 0 below third order."""
    return target**3 * _cut(Polynomial([0, 0, 0, 1 / 12]), order)(effective_time(tau, g))


def gradient_norm(tau, g: float, target: float, order: int = 1):
    """Frobenius norm of dW/dtau, up to the power order - 1 of tau~; its constant term, the norm of W_1, is z^ beta.

    Its square is -dL/dtau = (z^ - z) dz/dtau, which holds along the flow.
    """
    series = Polynomial([1, -1, (1 + 4 * target**2 * beta(g)) / 2])
    return target * beta(g) * _cut(series, order - 1)(effective_time(tau, g))


def convergence_time(g: float, target: float, order: int = 1, share: float = 0) -> float:
    """tau*, when the loss first falls to the fraction `share` of L0; NaN if to this order it never does.

    At first order and share 0 it is 1/beta^2; at second order there is none for shares below 1/4.
    """
    series = _cut(Polynomial([0, 1, -1 / 2, (1 + 8 * target**2 * beta(g)) / 6]), order)
    roots = (series - (1 - np.sqrt(share))).roots()
    times = [root.real for root in np.atleast_1d(roots) if abs(root.imag) < 1e-9 and root.real > 0]
    return min(times, default=np.nan) / beta(g) ** 2


def final_norm(g: float, target: float) -> float:
    """Norm of dW at the first-order tau*: z^/beta (Fig. 4 b)."""
    return target / beta(g)


def shuffled_readout(tau, g: float, target: float, order: int = 1):
    """Output after dW, trained for time tau, is added to a different, independent W0 of the same g.

    To first order it is tau z^: the amplification by beta^2 is lost. Higher orders follow as for Eq. 15, from traces of
    products of B and B' in which the factors of the other W0 are replaced by 1.
    """
    series = Polynomial([0, 1, -1 / 2, (1 + 2 * target**2 + 6 * target**2 / beta(g)) / 6])
    return target / beta(g) ** 2 * _cut(series, order)(effective_time(tau, g))


def shuffled_loss(g: float, target: float, order: int = 1) -> float:
    """Loss after shuffling W0 at tau* of the same order; to first order L0 g^4 (2 - g^2)^2 (Fig. 4 d)."""
    return (target - shuffled_readout(convergence_time(g, target, order), g, target, order)) ** 2 / 2


def _cut(series: Polynomial, order: int) -> Polynomial:
    return series.cutdeg(order)


# As a table


def columns(networks: Sequence[dict]) -> dict[str, np.ndarray]:
    """Columns of the table `theory`: predictions at every epoch's learning time for each {target, g, rate, epochs}.

    All orders are included.
    """
    parts = [_part(order=order, **network) for network in networks for order in ORDERS]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _part(target: float, g: float, rate: float, epochs: int, order: int) -> dict[str, np.ndarray]:
    tau = rate * np.arange(epochs)
    values = {"readout": readout, "loss": loss, "s1": first_singular_value, "s2": second_singular_value}
    fixed = {"target": target, "g": g, "order": order}
    return (
        {name: np.full(epochs, value) for name, value in fixed.items()}
        | {"tau": tau}
        | {name: function(tau, g, target, order) for name, function in values.items()}
    )
