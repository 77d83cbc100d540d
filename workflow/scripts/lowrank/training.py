"""Training a network: the optimisers, the loop, stopping and going on to the same bits."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from .network import MATRICES, Unrolled, initial_weights
from .tasks.base import Task
from .trials import batches

SAVE_SECONDS = 30.0  # between two saved states
REPORT_SECONDS = 5.0  # between two lines of progress

State = dict[str, np.ndarray]  # of one network: weights, the optimiser's moments and the history, by name


class Stopped(Exception):
    """Training was told to stop; its state has been saved."""


class Stack:
    """Networks of one task that train in lockstep, with their optimiser.

    Every tensor has a leading axis for the networks. They share the task's numbers and differ in g and seed.
    """

    def __init__(self, specs: list[dict], weights: list[dict[str, np.ndarray]]):
        spec = specs[0]
        self.weights = {name: torch.from_numpy(np.stack([w[name] for w in weights])) for name in MATRICES}
        self.trained = {name: self.weights[name] for name in spec["trained"]}
        self.optimizer = _optimizer(list(self.trained.values()), spec)
        self.dt, self.n_neurons = spec["dt"], spec["n_neurons"]
        self.unrolled = None

    @torch.no_grad()
    def step(self, batch) -> tuple[torch.Tensor, torch.Tensor]:
        """One epoch: the loss (n,) before the update, and the Frobenius norm (n,) of its gradient by W."""
        if self.unrolled is None:
            self.unrolled = Unrolled(batch, self.n_neurons, self.dt)
        loss, gradients = self.unrolled.loss_and_gradients(self.weights, batch)
        for name, weight in self.trained.items():
            weight.grad = gradients[name].contiguous()  # fused Adam goes through memory, whatever the strides
        self.optimizer.step()
        return loss, torch.linalg.vector_norm(gradients["W"], dim=(1, 2))

    def state(self, network: int) -> State:
        """A copy of one network's weights and moments; a moment is named `W.exp_avg` and the like."""
        state = {name: weight[network].numpy().copy() for name, weight in self.weights.items()}
        for name, weight in self.trained.items():
            for key, moment in self.optimizer.state[weight].items():
                if moment is not None:
                    state[f"{name}.{key}"] = (moment[network] if moment.dim() else moment).numpy().copy()
        return state

    def restore(self, states: list[State]) -> None:
        """Go on from `state`s of all networks, taken at the same epoch."""
        for name, weight in self.weights.items():
            weight.copy_(torch.from_numpy(np.stack([state[name] for state in states])))
        for name, weight in self.trained.items():
            keys = [key.partition(".")[2] for key in states[0] if key.startswith(f"{name}.")]
            for key in keys:
                moments = [state[f"{name}.{key}"] for state in states]
                stacked = np.stack(moments) if moments[0].ndim else moments[0]
                self.optimizer.state[weight][key] = torch.from_numpy(np.array(stacked))


def _optimizer(weights: list[torch.Tensor], spec: dict) -> torch.optim.Optimizer:
    """Adam with PyTorch's defaults, or gradient descent; the rate is learning_rate / N."""
    rate = spec["learning_rate"] / spec["n_neurons"]
    if spec["optimizer"] == "adam":
        return torch.optim.Adam(weights, lr=rate, fused=True)
    return torch.optim.SGD(weights, lr=rate)


@dataclass
class Trained:
    """A network at the end of its training. A loss that is not finite ends it: the network diverged."""

    initial: dict[str, np.ndarray]  # W0, M0, v0
    weights: dict[str, np.ndarray]  # W, M, v
    history: dict[str, np.ndarray]  # loss and gradient_norm, (epochs,) float64, before each epoch's update


def train(
    spec: dict,
    task: Task,
    state: State | None = None,
    *,
    save: Callable[[State], None] = lambda state: None,
    report: Callable[[int, float, float], None] = lambda epoch, loss, seconds_left: None,
    stopping: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Trained:
    """Train one network, from `state` if it was stopped before; the result is the same to the bit.

    `save` gets the state now and then, and when `stopping` says so; then Stopped is raised. On the CPU a stack
    has no point (a process a core, a network at a time is faster), so networks are trained one by one and a
    network's bits cannot depend on what else is trained.
    """
    torch.set_num_threads(1)
    initial = initial_weights(spec, task.n_in, task.n_out)
    stack = Stack([spec], [initial])
    losses, norms = [], []
    if state is not None:
        stack.restore([state])
        losses, norms = list(state["loss"]), list(state["gradient_norm"])

    def snapshot() -> State:
        return stack.state(0) | {"loss": np.array(losses, float), "gradient_norm": np.array(norms, float)}

    begun, began_at = clock(), len(losses)
    saved = reported = begun
    diverged = bool(losses) and not np.isfinite(losses[-1])
    epochs = range(len(losses), 0 if diverged else spec["epochs"])
    for epoch, batch in zip(epochs, batches(task, [spec], len(losses)), strict=False):
        if stopping():
            save(snapshot())
            raise Stopped(f"stopped before epoch {epoch} of {spec['epochs']}, state saved")
        loss, norm = stack.step(batch)
        losses.append(loss.item())
        norms.append(norm.item())
        if not np.isfinite(losses[-1]):
            break
        now = clock()
        if not 0 <= now - saved < SAVE_SECONDS:
            save(snapshot())
            saved = now
        if not 0 <= now - reported < REPORT_SECONDS or epoch + 1 == spec["epochs"]:
            left = (now - begun) / (epoch + 1 - began_at) * (spec["epochs"] - epoch - 1)
            report(epoch, losses[-1], left)
            reported = now
    final = snapshot()
    history = {name: final[name] for name in ("loss", "gradient_norm")}
    return Trained(_renamed(initial), {name: final[name] for name in MATRICES}, history)


def _renamed(initial: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{name}0": weight for name, weight in initial.items()}
