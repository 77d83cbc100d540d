"""The network and its training as one would write them down: autograd through a plain loop, torch's own optimisers.

Slow and readable; what `lowrank.training.network` and `lowrank.training.loop` are held against, and raced with.
"""

import numpy as np
import torch
from torch import nn

from lowrank.sentiment.sentences.data import Sentences
from lowrank.tasks.base import Task
from lowrank.training.initialization import WEIGHTS
from lowrank.training.kernels.base import learning_rate
from lowrank.training.network import Batch

PHI = {"tanh": torch.tanh, "identity": lambda x: x}


def outputs(W, M, v, inputs, dt, nonlinearity="tanh"):
    """The outputs z (trials, steps, n_out) for inputs (trials, steps, n_in): forward Euler from x = 0."""
    x = torch.zeros(len(inputs), len(W), dtype=W.dtype)
    phi, z = PHI[nonlinearity], []
    for u in inputs.unbind(1):
        x = (1 - dt) * x + dt * (phi(x) @ W.T + u @ M.T)
        z.append(phi(x) @ v)
    return torch.stack(z, dim=1)


def loss(W, M, v, inputs, targets, mask, dt, nonlinearity="tanh"):
    """Half the mean of (z - z^)^2 over what the mask holds, of trials (trials, steps, channels)."""
    error = outputs(W, M, v, inputs, dt, nonlinearity) - targets
    return (mask * error**2).sum() / (2 * mask.sum())


def trials(batch: Batch, network: int = 0, dtype=torch.float32) -> list[torch.Tensor]:
    """Inputs, targets and mask of one network of a batch as (trials, steps, channels)."""
    return [part[network].transpose(0, 1).to(dtype) for part in (batch.inputs, batch.targets, batch.mask)]


def gradients(
    weights: dict, inputs, targets, mask, dt, nonlinearity="tanh"
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The loss, and its gradients with respect to W, M and v."""
    weights = {name: weights[name].detach().clone().requires_grad_() for name in WEIGHTS}
    value = loss(**weights, inputs=inputs, targets=targets, mask=mask, dt=dt, nonlinearity=nonlinearity)
    return value.detach(), dict(zip(weights, torch.autograd.grad(value, list(weights.values())), strict=True))


class Autograd:
    """One network in training, an epoch a `step`."""

    def __init__(self, spec: dict, task: Task, weights: dict[str, np.ndarray], dtype=torch.float32):
        self.dt, self.dtype, self.nonlinearity = task.dt, dtype, spec["nonlinearity"]
        self.weights = {name: torch.tensor(weights[name], dtype=dtype) for name in WEIGHTS}
        trained = [self.weights[name].requires_grad_() for name in spec["trained"]]
        rate = learning_rate(spec)
        if spec["optimizer"] == "adam":
            self.optimizer = torch.optim.Adam(trained, lr=rate, foreach=False, fused=False)
        else:
            self.optimizer = torch.optim.SGD(trained, lr=rate, foreach=False, fused=False)

    def step(self, batch: Batch) -> float:
        """The loss before the update, on a batch for one network."""
        inputs, targets, mask = trials(batch, dtype=self.dtype)
        self.optimizer.zero_grad()
        value = loss(
            **self.weights, inputs=inputs, targets=targets, mask=mask, dt=self.dt, nonlinearity=self.nonlinearity
        )
        value.backward()
        self.optimizer.step()
        return value.item()


class PackedLSTM:
    """The LSTM of Section 4 as PyTorch's documentation would have it: packed sequences, dropout by the module."""

    def __init__(self, spec: dict, vectors: np.ndarray):
        n = spec["n_neurons"]
        self.vectors = torch.from_numpy(vectors)
        self.lstm = nn.LSTM(vectors.shape[1], n, num_layers=2, dropout=spec["dropout"])
        self.readout = nn.Linear(n, 1)
        self.dropout = nn.Dropout(spec["dropout"])
        parameters = [*self.lstm.parameters(), *self.readout.parameters()]
        self.optimizer = torch.optim.Adam(parameters, lr=spec["learning_rate"] / n)

    def logits(self, sentences: Sentences, chosen: np.ndarray) -> torch.Tensor:
        words, lengths = self.vectors[torch.from_numpy(sentences.padded(chosen))], sentences.lengths[chosen]
        packed = nn.utils.rnn.pack_padded_sequence(words, torch.from_numpy(lengths), enforce_sorted=False)
        _, (hidden, _) = self.lstm(packed)
        return self.readout(self.dropout(hidden[-1]))[:, 0]

    def step(self, sentences: Sentences, chosen: np.ndarray) -> None:
        labels = torch.from_numpy(sentences.labels[chosen]).float()
        loss = nn.functional.binary_cross_entropy_with_logits(self.logits(sentences, chosen), labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    @torch.no_grad()
    def evaluate(self, sentences: Sentences, batch: int) -> np.ndarray:
        self.lstm.eval(), self.dropout.eval()
        cuts = np.array_split(np.arange(len(sentences)), -(-len(sentences) // batch))
        found = np.concatenate([self.logits(sentences, chosen).numpy() for chosen in cuts])
        self.lstm.train(), self.dropout.train()
        return found
