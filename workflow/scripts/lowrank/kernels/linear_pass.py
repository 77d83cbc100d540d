"""States and adjoints of a linear network in one pass over its connectivity a step, compiled by numba.

All compiled code stands in this file: numba's cache of it does not notice changes in modules that it imports.
Sums may be reordered ("reassoc"), which lets them be vectorised; nothing else of IEEE arithmetic is given up, so
that a network that diverges shows it.
"""

import numpy as np
from numba import njit

compiled = njit(cache=True, error_model="numpy", fastmath={"reassoc", "contract"})


@compiled
def products(W, x, q, Wx, Wq):
    """Wx = W x and Wq = W' q, four rows of W (N, N) at a time and the last N modulo 4 one by one."""
    n = x.size
    Wq[:] = 0
    whole = n - n % 4
    for i in range(whole, n):
        Wx[i] = (W[i] * x).sum()
        for j in range(n):
            Wq[j] += W[i, j] * q[i]
    for i in range(0, whole, 4):
        r0, r1, r2, r3 = W[i], W[i + 1], W[i + 2], W[i + 3]
        q0, q1, q2, q3 = q[i], q[i + 1], q[i + 2], q[i + 3]
        s0 = s1 = s2 = s3 = W.dtype.type(0)
        for j in range(n):
            s0 += r0[j] * x[j]
            s1 += r1[j] * x[j]
            s2 += r2[j] * x[j]
            s3 += r3[j] * x[j]
            Wq[j] += r0[j] * q0 + r1[j] * q1 + r2[j] * q2 + r3[j] * q3
        Wx[i], Wx[i + 1], Wx[i + 2], Wx[i + 3] = s0, s1, s2, s3


@compiled
def add_low_rank(left, right, x, y):
    """y += left' right x, for left and right (rank, N)."""
    for r in range(left.shape[0]):
        inner = left.dtype.type(0)
        for i in range(x.size):
            inner += right[r, i] * x[i]
        for i in range(x.size):
            y[i] += left[r, i] * inner


@compiled
def march(W0, left, right, drive, readout, dt, rest, x, q):
    """Fill x (steps + 1, N) and q (steps, N) for W = W0 + left' right, until each of them is at rest.

    x[k+1] = x[k] + dt (W x[k] + drive - x[k]) from x[0] = 0, and q[l+1] = q[l] + dt (W' q[l] - q[l]) from q[0] =
    readout. x is at rest when a step changes it by less than `rest`, relative to its norm; q, which falls to 0,
    when its norm is below `rest`, relative to the readout's. Returns the indices of the last ones that were filled.
    """
    steps, n = q.shape
    Wx, Wq = np.empty_like(readout), np.empty_like(readout)
    x[0] = 0
    q[0] = readout
    limit = rest * rest * (readout * readout).sum()
    k = last_q = 0
    x_rests = q_rests = False
    while (not x_rests and k < steps) or (not q_rests and last_q < steps - 1):
        products(W0, x[k], q[last_q], Wx, Wq)
        if not x_rests and k < steps:
            add_low_rank(left, right, x[k], Wx)
            now, then = x[k], x[k + 1]
            moved = size = W0.dtype.type(0)
            for i in range(n):
                change = dt * (Wx[i] + drive[i] - now[i])
                then[i] = now[i] + change
                moved += change * change
                size += then[i] * then[i]
            k += 1
            x_rests = moved <= rest * rest * size
        if not q_rests and last_q < steps - 1:
            add_low_rank(right, left, q[last_q], Wq)
            now, then = q[last_q], q[last_q + 1]
            size = W0.dtype.type(0)
            for i in range(n):
                then[i] = now[i] + dt * (Wq[i] - now[i])
                size += then[i] * then[i]
            last_q += 1
            q_rests = size <= limit
    return k, last_q
