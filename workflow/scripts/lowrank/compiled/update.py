"""Optimisers: Adam and plain gradient descent (`update.c`)."""

from ctypes import c_double, c_long, c_void_p

import numpy as np

from .build import library
from .network import address


class Adam:
    """Adam with PyTorch's defaults; `moments` uses PyTorch's names."""

    def __init__(self, weights: dict[str, np.ndarray], rate: float):
        self.weights, self.rate = weights, rate
        self.moments = {
            name: {
                "step": np.zeros((), np.float32),
                "exp_avg": np.zeros_like(weight),
                "exp_avg_sq": np.zeros_like(weight),
            }
            for name, weight in weights.items()
        }

    def step(self, gradients: dict[str, np.ndarray]) -> None:
        """Update the weights."""
        for name, weight in self.weights.items():
            step, mean, square = self.moments[name].values()
            step += 1
            arrays = (weight, gradients[name], mean, square)
            addresses = [c_void_p(address(array, weight.dtype)) for array in arrays]
            library(weight.dtype.name).adam(c_long(weight.size), *addresses, c_double(self.rate), c_double(step))


class Descent:
    """Plain gradient descent."""

    def __init__(self, weights: dict[str, np.ndarray], rate: float):
        self.weights, self.rate = weights, rate
        self.moments = {name: {} for name in weights}

    def step(self, gradients: dict[str, np.ndarray]) -> None:
        """Update the weights."""
        for name, weight in self.weights.items():
            addresses = [c_void_p(address(array, weight.dtype)) for array in (weight, gradients[name])]
            library(weight.dtype.name).descend(c_long(weight.size), *addresses, c_double(self.rate))
