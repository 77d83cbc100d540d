"""Training a network: the loop, stopping and going on to the same bits."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import kernels
from .initialization import initial_weights
from .kernels.base import SHOWN, State, learning_rate
from .pace import REPORT_SECONDS, SAVE_SECONDS, Every
from .problems import Stopped
from .tasks.base import Task

HISTORY = ("loss", "gradient_norm")  # of every network
LINEAR_HISTORY = (*HISTORY, "tau", "readout", *SHOWN)  # of one with the identity as nonlinearity


@dataclass
class Trained:
    """A network at the end of its training. A loss that is not finite ends it: the network diverged."""

    initial: dict[str, np.ndarray]  # W0, M0, v0
    weights: dict[str, np.ndarray]  # W, M, v, and from the fast kernel U, s, V of dW
    history: dict[str, np.ndarray]  # by column, (epochs,) float64, before each epoch's update


def train(
    spec: dict,
    task: Task,
    state: State | None = None,
    *,
    save: Callable[[State], None] = lambda state: None,
    report: Callable[[int, float, float], None] = lambda epoch, loss, seconds_left: None,
    stopping: Callable[[], bool] = lambda: False,
    save_last: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Trained:
    """Train one network, from `state` if it was stopped before; the result is the same to the bit.

    `save` gets the state now and then, and when `stopping` says so; then Stopped is raised; with
    `save_last` also when all is done. On the CPU a stack has no point (a process a core, a network at a time is
    faster), so networks are trained one by one and a network's bits cannot depend on what else is trained.
    """
    kernel = kernels.load(spec["kernel"])
    initial = initial_weights(spec, task.n_in, task.n_out)
    stack = kernel.Stack([spec], [initial])
    columns = LINEAR_HISTORY if spec["nonlinearity"] == "identity" else HISTORY
    history = {name: [] for name in columns}
    if state is not None:
        stack.restore([state])
        history = {name: list(state[f"history.{name}"]) for name in columns}
    losses = history["loss"]

    def snapshot() -> State:
        return stack.state(0) | {f"history.{name}": np.array(values, float) for name, values in history.items()}

    begun, began_at = clock(), len(losses)
    save_is_due, report_is_due = Every(SAVE_SECONDS, clock), Every(REPORT_SECONDS, clock)
    diverged = bool(losses) and not np.isfinite(losses[-1])
    epochs = range(len(losses), 0 if diverged else spec["epochs"])
    for epoch, batch in zip(epochs, kernel.batches(task, [spec], len(losses)), strict=False):
        if stopping():
            save(snapshot())
            raise Stopped(f"stopped before epoch {epoch} of {spec['epochs']}, state saved")
        row = {name: values[0] for name, values in stack.step(batch).items()} | {"tau": learning_rate(spec) * epoch}
        for name, values in history.items():
            values.append(float(row[name]))
        if not np.isfinite(losses[-1]):
            break
        if save_is_due():
            save(snapshot())
        if report_is_due() or epoch + 1 == spec["epochs"]:
            left = (clock() - begun) / (epoch + 1 - began_at) * (spec["epochs"] - epoch - 1)
            report(epoch, losses[-1], left)
    if save_last:
        save(snapshot())
    return Trained(_renamed(initial), stack.trained(0), {name: np.array(values) for name, values in history.items()})


def _renamed(initial: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{name}0": weight for name, weight in initial.items()}
