"""Networks and trials as C structs, matching `network.h`."""

from collections.abc import Iterator
from ctypes import Structure, c_double, c_long, c_void_p
from typing import NamedTuple

import numpy as np

from ..tasks.base import Trials
from .build import library

WEIGHTS = ("W", "M", "v")


class NetworkStruct(Structure):
    """`struct network`."""

    _fields_ = (
        *((name, c_long) for name in ("neurons", "inputs", "outputs", "saturating")),
        ("dt", c_double),
        *((name, c_void_p) for name in WEIGHTS),
    )


class TrialsStruct(Structure):
    """`struct trials`."""

    _fields_ = (
        *((name, c_long) for name in ("count", "steps", "first", "end")),
        *((name, c_void_p) for name in ("active", "order", "inputs", "targets", "judged")),
    )


class SortedTrials(NamedTuple):
    """Trials ordered by length, and the number still running at each step."""

    trials: Trials
    order: np.ndarray  # (trials,) int64: indices of the trials, longest judged first
    active: np.ndarray  # (steps,) int64: number of trials run at each step, never increasing
    first: int  # first step with an input: the state is exactly 0 until then

    def described(self, precision: np.dtype) -> tuple[TrialsStruct, list[np.ndarray]]:
        """Return the C struct and the arrays it points to, which must be kept alive while it is in use."""
        inputs, targets, mask = self.trials.inputs, self.trials.targets, self.trials.mask
        arrays = [np.ascontiguousarray(array, np.int64) for array in (self.active, self.order)]
        arrays += [np.ascontiguousarray(array, precision) for array in (inputs, targets)]
        arrays.append(np.ascontiguousarray(mask, bool))
        end = int(np.count_nonzero(self.active))
        sizes = (*inputs.shape[:2], min(self.first, end), end)
        return TrialsStruct(*sizes, *(array.ctypes.data for array in arrays)), arrays


def ordered(trials: Trials, size: int | None = None) -> Iterator[SortedTrials]:
    """Yield batches of `size` trials (None: all in one), longest first; no trial runs beyond its last judged step."""
    count, steps = trials.mask.shape[:2]
    size = size or count
    ends, first = trials.ends().reshape(-1, size), int(trials.inputs.any(axis=0).any(axis=1).argmax())
    orders = np.argsort(-ends, axis=1, kind="stable")
    actives = (ends[:, :, None] > np.arange(steps)).sum(axis=1)
    for batch, (order, active) in enumerate(zip(orders, actives, strict=True)):
        yield SortedTrials(trials.only(slice(batch * size, (batch + 1) * size)), order, active, first)


class CompiledNetwork:
    """A network's weights W (N, N), M (N, n_in) and v (N, n_out), which each call reads in place, and work space."""

    def __init__(self, weights: dict[str, np.ndarray], dt: float, nonlinearity: str):
        """Weights must be contiguous and of the same precision: float32, or float64 in tests."""
        self.weights = {name: weights[name] for name in WEIGHTS}
        self.precision = self.weights["W"].dtype
        self.library = library(self.precision.name)
        (n, n_in), n_out = self.weights["M"].shape, self.weights["v"].shape[1]
        addresses = [address(weight, self.precision) for weight in self.weights.values()]
        self.network = NetworkStruct(n, n_in, n_out, nonlinearity == "tanh", dt, *addresses)
        self.space = np.empty(0, self.precision)

    def work(self, size: int) -> c_void_p:
        """Return the address of work space for `size` numbers, aligned to a cache line."""
        if len(self.space) < size + 64:
            self.space = np.empty(size + 64, self.precision)
        return c_void_p(-(-self.space.ctypes.data // 64) * 64)


def address(array: np.ndarray, precision: np.dtype) -> int:
    """Return an array's address for C; ValueError if it is not contiguous or of another precision."""
    if array.dtype != precision or not array.flags.c_contiguous:
        raise ValueError(f"wanted a contiguous array of {precision}, got {array.dtype} with strides {array.strides}")
    return array.ctypes.data
