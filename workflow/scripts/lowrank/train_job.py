"""A training job: the planned networks that are missing, each locked, resumed, and written when it is done."""

import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

from . import checkpoint, networks, tables, tasks
from .files import held
from .kernels.base import State
from .problems import Problem
from .spec import digest
from .training import LINEAR_HISTORY, train

LOCK = f"{networks.FOLDER}/.lock"


class Finished(NamedTuple):
    """A trained network: what is written of it."""

    arrays: dict[str, np.ndarray]
    table: str  # the schema of its history
    history: dict  # its columns
    facts: dict  # what else is to be known about it


def recurrent(spec: dict, state: State | None, **callbacks) -> Finished:
    """Train a network of one of the tasks; `callbacks` as in `training.train`."""
    task = tasks.of(spec)
    if state is not None:
        print(f"going on from epoch {len(state['history.loss'])}")
    trained = train(spec, task, state, **callbacks)
    initial_loss = trained.history["loss"][0]
    initial_loss = float(initial_loss) if np.isfinite(initial_loss) else None
    columns = dict.fromkeys(LINEAR_HISTORY, np.nan) | trained.history | {"epoch": range(len(trained.history["loss"]))}
    facts = {
        "initial_loss": initial_loss,
        "reference_loss": initial_loss if task.expected_loss is None else task.expected_loss,  # L0
    }
    return Finished(trained.initial | trained.weights, "history", tables.network(spec) | columns, facts)


Trainer = Callable[..., Finished]  # (spec, state, save=, report=, stopping=, save_last=)


def run(specs: list[dict], stopping: Callable[[], bool] = lambda: False, trainer: Trainer = recurrent) -> None:
    """Train those of the networks that are not there yet; another job that works on one is waited for.

    If a job fails, its outputs are deleted, those of finished networks, too. So each keeps its last state until all are
    written: the next job that needs it goes on from there.
    """
    with held(map(digest, specs), LOCK):
        for spec in specs:
            if networks.is_there(spec):
                print(f"found {networks.file(spec)}")
            else:
                _train(spec, stopping, trainer, save_last=len(specs) > 1)
        for spec in specs:
            networks.state(spec).unlink(missing_ok=True)


def _train(spec: dict, stopping: Callable[[], bool], trainer: Trainer, save_last: bool) -> None:
    epochs = spec["epochs"]

    def report(epoch: int, loss: float, seconds_left: float) -> None:
        print(f"epoch {epoch + 1:>{len(str(epochs))}} of {epochs}   loss {loss:.3e}   {seconds_left:5.0f} s left")

    for path, is_whole in networks.parts(spec):
        if path.exists() and not is_whole:
            _set_aside(path)
    print(f"training {networks.file(spec)}")
    finished = trainer(
        spec,
        _saved_state(spec),
        save=lambda state: checkpoint.write(networks.state(spec), spec, state),
        report=report,
        stopping=stopping,
        save_last=save_last,
    )
    _write(spec, finished)


def _saved_state(spec: dict) -> State | None:
    """The state of a training that was stopped; a damaged one is set aside, and the training starts anew."""
    path = networks.state(spec)
    if not path.exists():
        return None
    try:
        return checkpoint.read(path, digest(spec))[1]
    except Problem as problem:
        print(f"{problem}")
        _set_aside(path)
        return None


def _set_aside(path: Path) -> None:
    """Keep a file that cannot be used, out of the way."""
    path.replace(aside := path.with_name(f"{path.name}.damaged"))
    print(f"{path} is not whole: kept as {aside.name}")


def _write(spec: dict, finished: Finished) -> None:
    """Write the history, then the network: a network that is there is complete."""
    tables.write(networks.history(spec), finished.table, finished.history, finished.facts.get("data"))
    checkpoint.write(
        networks.file(spec),
        spec,
        finished.arrays,
        **finished.facts,
        versions={"python": platform.python_version()} | {name: version(name) for name in ("torch", "numpy", "numba")},
        device="cpu",
        machine=platform.machine(),
    )
