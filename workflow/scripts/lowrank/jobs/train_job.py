"""Training job: lock the planned networks, train or resume the missing ones, and write each when it is done."""

import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .. import tasks
from ..compiled import arithmetic
from ..core.errors import UserError
from ..core.files import locked, remove_leftovers
from ..core.hardware import processor
from ..core.spec import digest
from ..store import checkpoint, networks, tables
from ..tasks.base import Task
from ..training import kernels
from ..training.eigenvalues import COLUMNS
from ..training.kernels.base import State
from ..training.loop import LINEAR_HISTORY, Trained, train_together

MADE_WITH = dict.fromkeys(("compiled", "linear", "imported"), ("ziglang", "numpy"))  # the other kernel uses torch
LOCK = f"{networks.FOLDER}/.lock"


class Finished(NamedTuple):
    """A trained network, ready to be written."""

    arrays: dict[str, np.ndarray]
    table: str  # schema of the history
    history: dict  # columns of the history
    device: str  # that trained it
    facts: dict  # further facts, stored in the network's file


def recurrent(
    specs: list[dict], states: list[State] | None, kernel: str = "fast", device: str = "cpu", **how
) -> list[Finished]:
    """Train networks of one task; `how` as in `training.loop.train_together`."""
    task = tasks.of(specs[0])
    if states and ("s" in states[0]) != (kernels.chosen(specs[0], kernel, device) == "linear"):
        print("the saved state is from another kind of kernel: training starts again")
        states = None
    if states:
        print(f"resuming from epoch {len(states[0]['history.loss'])}")
    every = zip(specs, train_together(specs, task, states, kernel=kernel, device=device, **how), strict=True)
    return [_finished(spec, task, trained) for spec, trained in every]


def _finished(spec: dict, task: Task, trained: Trained) -> Finished:
    initial_loss = trained.history["loss"][0]
    initial_loss = float(initial_loss) if np.isfinite(initial_loss) else None
    epochs = range(len(trained.history["loss"]))
    columns = dict.fromkeys((*LINEAR_HISTORY, *COLUMNS), np.nan) | trained.history | {"epoch": epochs}
    facts = {
        "initial_loss": initial_loss,
        "kernel": trained.kernel,
        "reference_loss": initial_loss if task.expected_loss is None else task.expected_loss,  # L0
    }
    columns = tables.network(spec) | columns
    return Finished(trained.initial | trained.weights, "history", columns, trained.device, facts)


Trainer = Callable[..., list[Finished]]  # (specs, states, device=, save=, report=, stopping=, save_last=)


def run(
    specs: list[dict],
    stopping: Callable[[], bool] = lambda: False,
    device: str = "cpu",
    trainer: Trainer = recurrent,
    **how,
) -> None:
    """Train the networks that are missing, after waiting for other jobs that work on any of `specs`.

    On a GPU (`cuda`), networks train together. On the CPU they train one after another: it is faster to run one process
    per core, each with its own network, and a network's bits cannot depend on what else is trained.

    If a job fails, all its outputs are deleted, even those of finished networks. Each network therefore keeps its last
    state until all are written, and the next job that needs it resumes from there.
    """
    with locked(map(digest, specs), LOCK):
        missing = []
        for spec in specs:
            if networks.exists(spec):
                print(f"found {networks.file(spec)}")
            else:
                missing.append((spec, _saved_state(spec)))
        for together in _in_lockstep(missing) if device == "cuda" else [[one] for one in missing]:
            _train(together, trainer, stopping=stopping, device=device, save_last=len(specs) > 1, **how)
        for spec in specs:
            networks.state(spec).unlink(missing_ok=True)


Begun = tuple[dict, State | None]  # a spec, and the saved state of its training


def _in_lockstep(missing: list[Begun]) -> list[list[Begun]]:
    """Group networks by epoch, so that each group can train in lockstep: a killed stack, or all new networks."""
    by_epoch = {}
    for spec, state in missing:
        by_epoch.setdefault(None if state is None else len(state["history.loss"]), []).append((spec, state))
    return list(by_epoch.values())


def _train(together: list[Begun], trainer: Trainer, **how) -> None:
    specs, states = zip(*together, strict=True)

    def report(epoch: int, loss: float, seconds_left: float) -> None:
        epochs = specs[0]["epochs"]
        print(f"epoch {epoch + 1:>{len(str(epochs))}} of {epochs}   loss {loss:.3e}   {seconds_left:5.0f} s left")

    def save(states: list[State]) -> None:
        for spec, state in zip(specs, states, strict=True):
            checkpoint.write(networks.state(spec), spec, state)

    for spec in specs:
        remove_leftovers(networks.state(spec), *(path for path, _ in networks.files(spec)))
        for path, is_complete in networks.files(spec):
            if path.exists() and not is_complete:
                _set_aside(path)
        print(f"{'importing' if 'imported' in spec else 'training'} {networks.file(spec)}")
    begun = None if states[0] is None else list(states)
    for spec, finished in zip(specs, trainer(list(specs), begun, save=save, report=report, **how), strict=True):
        _write(spec, finished)


def _saved_state(spec: dict) -> State | None:
    """Return the saved state of an interrupted training; None if there is none, or if it is damaged and set aside."""
    path = networks.state(spec)
    if not path.exists():
        return None
    try:
        return checkpoint.read(path, digest(spec))[1]
    except UserError as error:
        print(f"{error}")
        _set_aside(path)
        return None


def _set_aside(path: Path) -> None:
    """Rename an unusable file so that it is out of the way but kept."""
    path.replace(aside := path.with_name(f"{path.name}.damaged"))
    print(f"{path} is incomplete: kept as {aside.name}")


def _write(spec: dict, finished: Finished) -> None:
    """Write the history before the network, so that an existing network implies a complete result."""
    data = finished.facts.get("data")
    tables.write(networks.history(spec), finished.table, finished.history, data, made_of=digest(spec))
    made_with = MADE_WITH.get(finished.facts.get("kernel"), ("torch", "numpy"))
    checkpoint.write(
        networks.file(spec),
        spec,
        finished.arrays,
        **finished.facts,
        versions={"python": platform.python_version()} | {name: version(name) for name in made_with},
        device=finished.device,
        machine=platform.machine(),
        processor=processor(),
        arithmetic=arithmetic.described("torch" in made_with),
    )
