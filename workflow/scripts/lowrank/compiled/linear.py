"""States and adjoints of the linear network, with one pass over its connectivity per step (`linear.c`)."""

from ctypes import c_double, c_long, c_void_p

import numpy as np

from .build import library
from .network import address


def march(
    W0: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    drive: np.ndarray,
    readout: np.ndarray,
    dt: float,
    rest: float,
    x: np.ndarray,
    q: np.ndarray,
) -> tuple[int, int]:
    """Fill x (steps + 1, N) and q (steps, N) for W = W0 + left' right, until each reaches rest (`linear.c`).

    left and right are (rank, N). All arrays must be contiguous and of the same precision. Return the indices of the
    last rows filled in x and q.
    """
    last, work = np.zeros(2, np.int64), np.empty((2, len(readout)), readout.dtype)
    given = [c_void_p(address(array, W0.dtype)) for array in (W0, left, right, drive, readout)]
    filled = [c_void_p(address(array, W0.dtype)) for array in (x, q, work)]
    sizes = map(c_long, (len(readout), len(q), len(left)))
    library(W0.dtype.name).march(*sizes, *given, c_double(dt), c_double(rest), *filled, c_void_p(last.ctypes.data))
    return int(last[0]), int(last[1])
