"""The two-layer LSTM in numpy, forward pass only: its weights, and the logits it gives to sentences.

Layer l has hidden states h and cells c of N units, starting at 0 for each sentence:

    [i, f, g, o] = U x[k] + b + W h[k-1] + c          i, f, o through the logistic function, g through tanh
    c[k] = f c[k-1] + i g          h[k] = o tanh(c[k])

x is the word vector in layer 1 and layer 1's h in layer 2. The logit of "positive" is v' h + b at the sentence's last
word, with the h of layer 2. The gates of a layer are stacked vertically: U (4N, n_in) and W (4N, N).
"""

import numpy as np

from ..core.streams import stream
from .sentences.data import Sentences

Weights = dict[str, np.ndarray]

MATRICES = ("U1", "W1", "U2", "W2")  # input and recurrent weights of the layers


def shapes(n_neurons: int, dimensions: int) -> dict[str, tuple[int, ...]]:
    """Shape of each weight by name: U, W and biases b, c of each layer; v and b of the readout."""
    gates, found = 4 * n_neurons, {}
    for layer, n_in in (("1", dimensions), ("2", n_neurons)):
        found |= {f"U{layer}": (gates, n_in), f"W{layer}": (gates, n_neurons)}
        found |= {f"b{layer}": (gates,), f"c{layer}": (gates,)}
    return found | {"v": (n_neurons,), "b": ()}


def initial_weights(spec: dict) -> Weights:
    """Draw initial weights, float32: uniform in +-1/sqrt(N), PyTorch's default, but U1 in +-1/sqrt(dimensions)."""
    n, dimensions = spec["n_neurons"], spec["data"]["dimensions"]
    rng = stream(spec, "initialization")
    bounds = {"U1": 1 / np.sqrt(dimensions)}
    return {
        name: np.asarray(rng.uniform(-1, 1, shape) * bounds.get(name, 1 / np.sqrt(n)), np.float32)
        for name, shape in shapes(n, dimensions).items()
    }


def logits(weights: Weights, sentences: Sentences, vectors: np.ndarray) -> np.ndarray:
    """Compute the logit (n,) of each sentence being positive.

    All sentences run in parallel, longest first, so that at each step the unfinished ones occupy the first rows.
    """
    order = np.argsort(-sentences.lengths, kind="stable")
    words = sentences.padded(order)
    active = (sentences.lengths[:, None] > np.arange(len(words))).sum(axis=0)
    layers = [_Layer(weights, number, len(order)) for number in "12"]
    with np.errstate(over="ignore", invalid="ignore"):  # weights may be arbitrarily large
        for row, count in zip(words, active, strict=True):
            x = vectors[row[:count]]
            for layer in layers:
                x = layer.step(x)
    last = np.empty(len(order), np.float32)
    last[order] = layers[-1].hidden @ weights["v"] + weights["b"]  # rows keep their values after their sentences end
    return last


class _Layer:
    """One layer, with its state while it reads the sentences."""

    def __init__(self, weights: Weights, number: str, n_sentences: int):
        inputs, recurrent = weights[f"U{number}"], weights[f"W{number}"]
        self.n_in, self.n = inputs.shape[1], recurrent.shape[1]
        # The logistic function is (1 + tanh(x/2)) / 2: with the rows of i, f and o halved, one tanh does all gates.
        half = np.repeat(np.float32([0.5, 0.5, 1, 0.5]), self.n)
        self.product = np.ascontiguousarray((np.hstack([inputs, recurrent]) * half[:, None]).T)
        self.bias = (weights[f"b{number}"] + weights[f"c{number}"]) * half
        self.joined = np.zeros((n_sentences, self.n_in + self.n), np.float32)  # [x, h] side by side: one product
        self.cell, self.work = np.zeros((2, n_sentences, self.n), np.float32)
        self.gates = np.empty((n_sentences, 4 * self.n), np.float32)

    @property
    def hidden(self) -> np.ndarray:
        return self.joined[:, self.n_in :]

    def step(self, x: np.ndarray) -> np.ndarray:
        """Advance the first `count` sentences by their next inputs (count, n_in); return hidden states (count, N)."""
        count = len(x)
        joined, gates, cell, work = (part[:count] for part in (self.joined, self.gates, self.cell, self.work))
        joined[:, : self.n_in] = x
        np.matmul(joined, self.product, out=gates)
        gates += self.bias
        np.tanh(gates, out=gates)
        i, f, g, o = (gates[:, k * self.n : (k + 1) * self.n] for k in range(4))
        for gate in (i, f, o):
            gate += 1
            gate *= 0.5
        cell *= f
        i *= g
        cell += i
        np.tanh(cell, out=work)
        return np.multiply(o, work, out=joined[:, self.n_in :])
