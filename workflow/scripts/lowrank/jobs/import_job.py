"""Import job: read networks that were trained elsewhere, and write them as if they had been trained here."""

import hashlib
from pathlib import Path

from .. import tasks
from ..core.errors import UserError
from ..core.spec import digest
from ..store import foreign, tables
from ..training.eigenvalues import COLUMNS
from ..training.loop import LINEAR_HISTORY
from . import importing, train_job


def run(specs: list[dict], sources: list[list[str]]) -> None:
    """Import missing networks from the files `sources`, for each its own and, if there is one, the untrained one's."""
    paths = dict(zip(map(digest, specs), sources, strict=True))

    def trainer(specs: list[dict], states, **how) -> list[train_job.Finished]:
        return [_imported(spec, paths[digest(spec)]) for spec in specs]

    train_job.run(specs, trainer=trainer)


def _imported(spec: dict, paths: list[str]) -> train_job.Finished:
    """Return a network whose history is its loss before training, the only part of its training that is known."""
    task, files = tasks.of(spec), {}
    for path, planned in zip(paths, spec["imported"]["sha256"], strict=True):
        content = foreign.content(path)
        if hashlib.sha256(content).hexdigest() != planned:
            raise UserError(f"{path} is not the file that was planned, whose SHA-256 is {planned}: start again with it")
        files[path] = foreign.arrays(content, path)
    weights = importing.weights(files, spec, task)
    losses = importing.losses(weights, spec, task)
    expected = task.expected_loss
    facts = losses | {
        "kernel": "imported",
        "reference_loss": losses["initial_loss"] if expected is None else expected,  # L0
        "files": [Path(path).name for path in paths],
        "g_of_W0": foreign.strength([weights["W0"]]),
    }
    history = dict.fromkeys((*LINEAR_HISTORY, *COLUMNS), float("nan")) | {
        "epoch": [0],
        "loss": [losses["initial_loss"]],
    }
    history |= tables.network(spec)
    return train_job.Finished(weights, "history", history, "cpu", facts)
