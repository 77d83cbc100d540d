"""The training loop, with stopping and bit-exact resuming."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ..core.errors import Stopped
from ..tasks.base import Task
from . import kernels
from .eigenvalues import Recorder
from .initialization import initial_weights
from .kernels.base import SHOWN, Row, State, learning_rate
from .pace import REPORT_SECONDS, SAVE_SECONDS, Elapsed, Timer

HISTORY = ("loss", "gradient_norm")  # of every network
LINEAR_HISTORY = (*HISTORY, "tau", "readout", *SHOWN)  # of networks with the identity as nonlinearity


@dataclass
class Trained:
    """A trained network. A non-finite loss ends training early: the network diverged."""

    initial: dict[str, np.ndarray]  # W0, M0, v0
    weights: dict[str, np.ndarray]  # W, M, v; with the kernel `linear` also U, s, V of dW
    history: dict[str, np.ndarray]  # by column, (epochs,) float64, before each epoch's update
    device: str  # cpu, or the name of the GPU
    kernel: str  # linear, compiled or reference


def train(
    spec: dict,
    task: Task,
    state: State | None = None,
    *,
    save: Callable[[State], None] = lambda state: None,
    **how,
) -> Trained:
    """Train one network; options as for `train_together`."""
    states = None if state is None else [state]
    (trained,) = train_together([spec], task, states, save=lambda states: save(*states), **how)
    return trained


def train_together(
    specs: list[dict],
    task: Task,
    states: list[State] | None = None,
    *,
    device: str = "cpu",
    kernel: str = "fast",
    save: Callable[[list[State]], None] = lambda states: None,
    report: Callable[[int, float, float], None] = lambda epoch, loss, seconds_left: None,
    stopping: Callable[[], bool] = lambda: False,
    save_last: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> list[Trained]:
    """Train networks of one task in lockstep, resuming from `states`, all of the same epoch, if given.

    `device` and `kernel` are those of the config; `kernels.chosen` selects the kernel. On the CPU, resuming gives
    bit-identical results. `save` receives the states periodically; when `stopping` returns True, before Stopped is
    raised; and, with `save_last`, at the end. `report` receives the median loss.
    """
    chosen, epochs = kernels.chosen(specs[0], kernel, device), specs[0]["epochs"]
    trainer = kernels.load(chosen)
    initial = [task.initial(initial_weights(spec, task.n_in, task.n_out)) for spec in specs]
    stack, recorder = trainer.Stack(specs, initial, device), Recorder(specs[0]["eigenvalues_every"])
    history = Histories(specs, recorder.columns)
    if states is not None:
        stack.restore(states)
        history.restore(states)
    pending, recorded = [], []  # rows of epochs that have not been read yet

    def catch_up() -> None:
        for row, eigenvalues in zip(stack.read(pending) if pending else (), recorded, strict=True):
            history.add(row | eigenvalues)
        pending.clear()
        recorded.clear()

    def save_all() -> None:
        catch_up()
        save([stack.state(network) | history.state(network) for network in range(len(specs))])

    elapsed, began_at = Elapsed(clock), len(history)
    save_is_due, report_is_due = Timer(SAVE_SECONDS, clock), Timer(REPORT_SECONDS, clock)
    left = 0 if history.all_diverged() else epochs - len(history)
    for batch in islice(trainer.batches(task, specs, len(history), device), left):
        if stopping():
            save_all()
            raise Stopped(f"stopped before epoch {len(history)} of {epochs}, state saved")
        recorded.append(recorder.row(len(history) + len(pending), stack, len(specs)))
        pending.append(stack.step(batch))
        if len(pending) < stack.lag and len(history) + len(pending) < epochs:
            continue
        catch_up()
        if history.all_diverged():
            break
        if save_is_due():
            save_all()
        if report_is_due() or len(history) == epochs:
            seconds = elapsed() / (len(history) - began_at) * (epochs - len(history))
            report(len(history) - 1, history.median_loss(), seconds)
    if save_last:
        save_all()
    return [
        Trained(_renamed(weights), stack.trained(network), history.of(network), stack.device, chosen)
        for network, weights in enumerate(initial)
    ]


class Histories:
    """Histories of networks trained in lockstep; each ends with the network's first non-finite loss."""

    def __init__(self, specs: list[dict], recorded: tuple[str, ...] = ()):
        """`recorded` names further columns, which the rows have too."""
        self.rates = np.array([learning_rate(spec) for spec in specs])
        names = LINEAR_HISTORY if specs[0]["nonlinearity"] == "identity" else HISTORY
        self.columns: dict[str, list[np.ndarray]] = {name: [] for name in (*names, *recorded)}  # a row (n,) per epoch

    def __len__(self) -> int:
        return len(self.columns["loss"])

    def add(self, row: Row) -> None:
        """Append an epoch."""
        row = row | {"tau": self.rates * len(self)}
        for name, values in self.columns.items():
            values.append(np.asarray(row[name], float))

    def all_diverged(self) -> bool:
        """Return True if every network's latest loss is non-finite."""
        return len(self) > 0 and not np.isfinite(self.columns["loss"][-1]).any()

    def median_loss(self) -> float:
        """Return the median loss of the latest epoch."""
        return float(np.median(self.columns["loss"][-1]))

    def of(self, network: int) -> dict[str, np.ndarray]:
        """Return one network's columns, (epochs,) float64 each."""
        columns = {name: np.array([row[network] for row in rows]) for name, rows in self.columns.items()}
        diverged = np.flatnonzero(~np.isfinite(columns["loss"]))
        return {name: column[: diverged[0] + 1] if len(diverged) else column for name, column in columns.items()}

    def state(self, network: int) -> State:
        """Return one network's columns under the names used in its state."""
        return {f"history.{name}": column for name, column in self.of(network).items()}

    def restore(self, states: list[State]) -> None:
        """Restore from states, all of the same epoch."""
        for name in self.columns:
            self.columns[name] = list(np.stack([state[f"history.{name}"] for state in states], axis=1))


def _renamed(initial: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"{name}0": weight for name, weight in initial.items()}
