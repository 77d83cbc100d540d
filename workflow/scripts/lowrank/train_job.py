"""A training job: the planned networks that are missing, each locked, resumed, and written when it is done."""

import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

from . import checkpoint, networks, tables, tasks
from .files import held
from .kernels.base import State
from .problems import Problem
from .spec import digest
from .tasks.base import Task
from .training import LINEAR_HISTORY, Trained, train

LOCK = f"{networks.FOLDER}/.lock"


def run(specs: list[dict], stopping: Callable[[], bool] = lambda: False) -> None:
    """Train those of the networks that are not there yet; another job that works on one is waited for."""
    with held(map(digest, specs), LOCK):
        for spec in specs:
            if networks.is_there(spec):
                print(f"found {networks.file(spec)}")
            else:
                _train(spec, stopping)
        for spec in specs:  # only now: a failed job of several networks goes on from the states of all
            networks.state(spec).unlink(missing_ok=True)


def _train(spec: dict, stopping: Callable[[], bool]) -> None:
    name, epochs = digest(spec), spec["epochs"]

    def report(epoch: int, loss: float, seconds_left: float) -> None:
        print(f"epoch {epoch + 1:>{len(str(epochs))}} of {epochs}   loss {loss:.3e}   {seconds_left:5.0f} s left")

    for path, is_whole in networks.parts(spec):
        if path.exists() and not is_whole:
            _set_aside(path)
    print(f"training {networks.file(spec)}")
    task = tasks.of(spec)
    trained = train(
        spec,
        task,
        _saved_state(spec, name),
        save=lambda state: checkpoint.write(networks.state(spec), spec, state),
        report=report,
        stopping=stopping,
    )
    _write(spec, trained, task)


def _saved_state(spec: dict, name: str) -> State | None:
    """The state of a training that was stopped; a damaged one is set aside, and the training starts anew."""
    path = networks.state(spec)
    if not path.exists():
        return None
    try:
        _, state = checkpoint.read(path, name)
    except Problem as problem:
        print(f"{problem}")
        _set_aside(path)
        return None
    print(f"going on from epoch {len(state['history.loss'])}")
    return state


def _set_aside(path: Path) -> None:
    """Keep a file that cannot be used, out of the way."""
    path.replace(aside := path.with_name(f"{path.name}.damaged"))
    print(f"{path} is not whole: kept as {aside.name}")


def _write(spec: dict, trained: Trained, task: Task) -> None:
    """Write the history, then the network: a network that is there is complete."""
    initial_loss = trained.history["loss"][0]
    initial_loss = float(initial_loss) if np.isfinite(initial_loss) else None
    columns = dict.fromkeys(LINEAR_HISTORY, np.nan) | trained.history | {"epoch": range(len(trained.history["loss"]))}
    tables.write(networks.history(spec), "history", tables.network(spec) | columns)
    checkpoint.write(
        networks.file(spec),
        spec,
        trained.initial | trained.weights,
        initial_loss=initial_loss,
        reference_loss=initial_loss if task.expected_loss is None else task.expected_loss,  # L0
        versions={"python": platform.python_version()} | {name: version(name) for name in ("torch", "numpy", "numba")},
        device="cpu",
        machine=platform.machine(),
    )
