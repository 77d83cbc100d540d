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
from ..training import loop
from .network import Network


def train(
    task: str,
    g: float,
    seed: int = 0,
    *,
    progress: bool = True,
    root: str | os.PathLike = PROJECT,
    **changes,
) -> Network:
    """Train a network on a task of the project's config.yaml, to the same bits as the workflow on this machine.

    `changes` replace values of the task's entry or of the section `training`, such as epochs, n_neurons or the task's
    own parameters. A network that diverges has a shorter history, which ends with a null. Nothing is written.
    """
    settings = yaml.safe_load((Path(root) / "config.yaml").read_text(encoding="utf-8"))
    if not settings["tasks"].get(task):
        raise UserError(f"config.yaml has no task {task!r}{nearest(task, settings['tasks'])}")
    if "imported" in settings["tasks"][task]:
        raise UserError(f"the networks of {task} are imported, not trained: load those of a run instead")
    entry = config.task(task, settings["tasks"][task] | changes | {"g": [float(g)]}, settings["training"])
    code = {f"train {task}": fingerprint(*orders.trained_by(entry))}
    run = {"config": {"run_seed": settings["run_seed"], "tasks": {task: entry}}, "code": code}
    spec = plan.spec(run, f"{task}/g{float(g)}/seed{seed}")
    report = _bar(spec["epochs"]) if progress else lambda *_: None
    trained = loop.train(spec, tasks.of(spec), kernel=entry["kernel"], report=report)
    epochs = {"epoch": range(len(trained.history["loss"]))}
    history = pd.DataFrame(tables.network(spec) | epochs | trained.history).reindex(columns=schemas.columns("history"))
    return Network(spec, trained.initial | trained.weights, settings["measure"]["trials"], history)


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
