"""Training in a notebook: one network, as the workflow would train it, kept in memory."""

import os
import sys
from pathlib import Path

import pandas as pd
import yaml

from .. import tasks
from ..config import config
from ..config.errors import nearest
from ..core.errors import UserError
from ..core.fingerprint import fingerprint
from ..core.folders import PROJECT
from ..plan import orders, plan
from ..store import schemas, tables
from ..tasks import contract
from ..tasks.base import Task
from ..training import loop
from .network import Network


def train(
    task: str | type[Task],
    g: float,
    seed: int = 0,
    *,
    progress: bool = True,
    root: str | os.PathLike = PROJECT,
    **changes,
) -> Network:
    """Train a network on a task of the project's config.yaml, to the same bits as the workflow on this machine.

    `changes` replace values of the task's entry or of the section `training`, such as epochs, n_neurons or the task's
    own parameters. `task` may also be a class, as in a task's file, with all its parameters in `changes`. The history
    of a network that diverges is shorter and ends with a null. Nothing is written.
    """
    run, key = run_of(task, g, seed, root, changes)
    spec = plan.spec(run, key)
    report = _bar(spec["epochs"]) if progress else lambda *_: None
    trained = loop.train(spec, tasks.of(spec), kernel=run["config"]["tasks"][spec["task"]]["kernel"], report=report)
    epochs = {"epoch": range(len(trained.history["loss"]))}
    history = pd.DataFrame(tables.network(spec) | epochs | trained.history).reindex(columns=schemas.columns("history"))
    return Network(spec, trained.initial | trained.weights, run["trials"], history)


def run_of(task: str | type[Task], g: float, seed: int, root: str | os.PathLike, changes: dict) -> tuple[dict, str]:
    """Return a run of one network, as a plan has it, with its number of test trials; and the network's key."""
    settings = yaml.safe_load((Path(root) / "config.yaml").read_text(encoding="utf-8"))
    name, entry = _entry(task, settings["tasks"])
    entry = config.task(name, entry | changes | {"g": [float(g)]}, settings["training"])
    code = fingerprint(*orders.trained_by(entry)) if isinstance(task, str) else None  # a notebook's code has no file
    kept = {"run_seed": settings["run_seed"], "tasks": {name: entry}}
    run = {"config": kept, "code": {f"train {name}": code}, "trials": settings["measure"]["trials"]}
    return run, f"{name}/g{float(g)}/seed{seed}"


def _entry(task: str | type[Task], entries: dict) -> tuple[str, dict]:
    """Return a task's name and its entry in config.yaml; of a class its new name, as it has no entry."""
    if not isinstance(task, str):
        return contract.define(task), {}
    if not entries.get(task):
        raise UserError(f"config.yaml has no task {task!r}{nearest(task, entries)}")
    if "imported" in entries[task]:
        raise UserError(f"the networks of {task} are imported, not trained: load those of a run instead")
    return task, entries[task]


def _bar(epochs: int):
    """Return a function that draws a progress bar on one line, once a second."""

    def report(epoch: int, loss: float, seconds_left: float) -> None:
        done = (epoch + 1) / epochs
        bar = "█" * round(30 * done)
        end = "\n" if epoch + 1 == epochs else ""
        text = f"\r{bar:░<30} epoch {epoch + 1} of {epochs}, loss {loss:.2e}, {seconds_left:.0f} s left "
        sys.stderr.write(text + end)
        sys.stderr.flush()

    return report
