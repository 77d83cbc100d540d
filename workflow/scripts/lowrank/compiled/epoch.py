"""One training epoch: the loss of a batch of trials and its gradients by backpropagation through time (`epoch.c`)."""

from ctypes import Structure, byref, c_double, c_long, c_void_p

import numpy as np

from .network import WEIGHTS, CompiledNetwork, SortedTrials, address


class _Gradients(Structure):
    _fields_ = (
        *((name, c_void_p) for name in WEIGHTS),
        *((name, c_double) for name in ("loss", "norm")),
        ("last_outputs", c_void_p),
    )


class Epoch(CompiledNetwork):
    """A network in training."""

    def __init__(self, weights: dict[str, np.ndarray], dt: float, nonlinearity: str):
        super().__init__(weights, dt, nonlinearity)
        self.gradients = {name: np.empty_like(weight) for name, weight in self.weights.items()}
        self.last_outputs = np.empty(self.network.outputs, self.precision)
        addresses = [address(gradient, self.precision) for gradient in self.gradients.values()]
        self.found = _Gradients(*addresses, 0.0, 0.0, address(self.last_outputs, self.precision))

    def run(self, batch: SortedTrials) -> tuple[float, float]:
        """Return the loss 1/2 sum(mask (z - z^)^2) / sum(mask) and the Frobenius norm of its gradient w.r.t. W.

        This fills `gradients` with those w.r.t. W, M and v, and `last_outputs` (n_out,) with the outputs of the
        trial that is judged longest, at its last judged step.
        """
        trials, _kept = batch.described(self.precision)
        size = self.library.work_of_gradients(byref(self.network), c_long(trials.count), c_long(trials.steps))
        self.library.gradients(byref(self.network), byref(trials), byref(self.found), self.work(size))
        return self.found.loss, self.found.norm
