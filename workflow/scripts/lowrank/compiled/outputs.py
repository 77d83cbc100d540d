"""A network's outputs, forward pass only (`outputs.c`)."""

from ctypes import byref, c_void_p

import numpy as np

from .network import CompiledNetwork, TrialsStruct


class Outputs(CompiledNetwork):
    """A network being measured."""

    def run(self, u: np.ndarray, active: np.ndarray) -> np.ndarray:
        """Return the outputs z (trials, steps, n_out) for inputs u (trials, steps, n_in).

        Step k runs only the first active[k] trials; active must never increase. The other outputs are 0.
        """
        arrays = [np.ascontiguousarray(active, np.int64), np.arange(len(u)), np.ascontiguousarray(u, self.precision)]
        first, end = int(u.any(axis=0).any(axis=1).argmax()), int(np.count_nonzero(active))
        trials = TrialsStruct(*u.shape[:2], min(first, end), end, *(array.ctypes.data for array in arrays), None, None)
        z = np.empty((*u.shape[:2], self.network.outputs), self.precision)
        work = self.work(self.library.work_of_outputs(byref(self.network)))
        self.library.outputs(byref(self.network), byref(trials), c_void_p(z.ctypes.data), work)
        return z
