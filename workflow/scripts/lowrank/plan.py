"""What a start of the workflow will do: the config, the code and the networks that are missing, frozen.

The process that the user starts makes the plan; its jobs get it with their environment and do what was planned,
though the config may have been edited since.
"""

import os
import re
import time
from collections.abc import Iterable
from pathlib import Path

import yaml

from . import config
from .files import atomic
from .fingerprint import fingerprint
from .kernels.base import learning_rate
from .networks import is_there, parts
from .problems import Problem
from .sentiment import prepared, sources
from .spec import digest, place

UNUSABLE = ".snakemake/lowrank/unusable"  # an input of unusable networks, always newer than they are

SHARED = (
    "run_seed",
    "module",
    "n_neurons",
    "dt",
    "batch",
    "nonlinearity",
    "optimizer",
    "learning_rate",
    "rate_scaling",
    "trained",
    "kernel",
    "epochs",
    "numbers",
)
OF_LSTM = ("n_neurons", "dropout", "batch", "epochs", "learning_rate")
BY_TASK = ("train", "truncate", "shuffle", "trials")  # stages that run a task's own code
OTHER = {
    "spectrum": ["spectrum"],
    "gather": ["gather"],
    "summary": ["summary"],
    "theory": ["theory"],
    "claims": ["claims"],
    "compute": ["compute"],
    "claims_page": ["claims_page"],
    "page": ["page"],
    "report": ["report"],
    "comparison": ["comparison"],
    "archive": ["archive"],
    "verify": ["verify", "crate.verify"],
    "sentiment_data": ["lowrank.sentiment.prepare"],
    "train_sentiment": ["lowrank.sentiment.training"],
    "truncate_sentiment": ["truncate_sentiment"],
    "spectrum_sentiment": ["spectrum_sentiment"],
    **{f"fig{n}": ["figure", f"lowrank.figures.fig{n}"] for n in (*range(1, 6), "S_lstm")},
    **{f"fig{n}_published": ["figure_published", f"lowrank.figures.fig{n}"] for n in range(1, 6)},
}


def make(raw: dict) -> dict:
    """The plan for a config as it was read; a Problem if the config has mistakes.

    {raw, config, code, sources, data, missing, unusable}: the config as it was read and as it is understood; where
    the LSTM's data is from and the spec of what is made of it (None without LSTM); missing are networks, and the
    data; unusable those of them that have a file there all the same, cut short, of another spec, or without its
    history.
    """
    plan = {"raw": raw, "config": config.validated(raw), "code": {}}
    stages = list(OTHER) + [f"{stage} {task}" for stage in BY_TASK for task in plan["config"]["tasks"]]
    plan["code"] = {stage: fingerprint(*roots(plan["config"], stage)) for stage in stages}
    plan |= _sentiment_data(plan)
    specs = networks(plan)
    plan["missing"] = [name for name, spec in specs.items() if not is_there(spec)]
    plan["unusable"] = [name for name in plan["missing"] if any(path.exists() for path, _ in parts(specs[name]))]
    if plan["data"] and not prepared.is_there(plan["data"]):
        plan["missing"].append(name := digest(plan["data"]))
        plan["unusable"] += [name] if any(path.exists() for path, _ in prepared.parts(plan["data"])) else []
    return plan


def _sentiment_data(plan: dict) -> dict:
    """Where the LSTM's data is from, and the spec of the numbers that are made of it."""
    settings = plan["config"]["sentiment"]
    if not settings:
        return {"sources": None, "data": None}
    found = sources.settle(settings)
    data = {kind: source["sha256"] for kind, source in found.items()}
    data |= {key: settings[key] for key in ("lowercase", "dimensions")} | {"code": plan["code"]["sentiment_data"]}
    return {"sources": found, "data": data}


def roots(settings: dict, stage: str) -> list[str]:
    """The modules that a stage (`fig1`, `truncate romo`) starts from; those loaded by name are named."""
    name, _, task = stage.partition(" ")
    if not task:
        return OTHER[name]
    module = f"lowrank.tasks.{settings['tasks'][task]['module']}"
    if name == "train":
        return ["lowrank.training", f"lowrank.kernels.{settings['tasks'][task]['kernel']}", module]
    return [name, module]


def networks(plan: dict) -> dict[str, dict]:
    """All networks of the run: their specs, by the hash that names them."""
    return {digest(spec): spec for spec in (*_of_tasks(plan), *_of_sentiment(plan))}


def _of_tasks(plan: dict) -> list[dict]:
    settings = plan["config"]
    return [
        {key: ({**settings, **task})[key] for key in SHARED}
        | {"task": name, "g": g, "seed": seed, "code": plan["code"][f"train {name}"]}
        for name, task in settings["tasks"].items()
        for g in task["g"]
        for seed in settings["seeds"]
    ]


def _of_sentiment(plan: dict) -> list[dict]:
    """The LSTMs: a spec for each seed."""
    settings = plan["config"]["sentiment"]
    return [
        {key: settings[key] for key in OF_LSTM}
        | {"run_seed": plan["config"]["run_seed"], "task": "sentiment", "seed": seed}
        | {"data": plan["data"], "code": plan["code"]["train_sentiment"]}
        for seed in (settings["seeds"] if settings else [])
    ]


def linear_networks(settings: dict) -> list[dict]:
    """What the theory needs of the tasks that have one: {target, g, rate, epochs} for each target and g."""
    found = {
        (task["numbers"]["target"], g): {
            "target": task["numbers"]["target"],
            "g": g,
            "rate": learning_rate({**task, "g": g}),
            "epochs": task["epochs"],
        }
        for task in settings["tasks"].values()
        if config.is_linear(task)
        for g in task["g"]
    }
    return list(found.values())


def by_place(plan: dict) -> dict[str, dict]:
    """The specs of the run's networks by their place, {task}/g{g}/seed{seed} or sentiment/seed{seed}."""
    return {place(spec): spec for spec in networks(plan).values()}


def missing_networks(plan: dict) -> list[dict]:
    """The specs of the tasks' networks that are missing; the LSTM's have a rule of their own."""
    return [spec for spec in _of_tasks(plan) if digest(spec) in plan["missing"]]


def on_gpu(plan: dict, spec: dict) -> bool:
    """Whether a GPU trains a network: kernel fast has no use for one."""
    return plan["config"]["device"] == "cuda" and spec.get("kernel") != "fast"


def stacks(plan: dict) -> dict[str, list[dict]]:
    """The missing networks of the tasks, up to `stack` of a task together: a job's specs by its name.

    None where each network has a job of its own.
    """
    size, found = plan["config"]["stack"], {}
    for task in plan["config"]["tasks"] if size > 1 else ():
        missing = [spec for spec in missing_networks(plan) if spec["task"] == task]
        for start in range(0, len(missing), size):
            found[re.sub(r"\W", "_", f"{len(found) + 1}_{task}")] = missing[start : start + size]
    return found


def mark_unusable(plan: dict) -> None:
    """Write the input that has unusable networks trained: to the rules, a file that is there needs no job.

    It is newer than they are, and its content is never the same: both are compared.
    """
    if plan["unusable"]:
        with atomic(UNUSABLE) as temporary:
            temporary.write_text(f"{time.time_ns()}")


def check_folders(files: Iterable[str]) -> None:
    """Problem if one of the files cannot be written for want of permission: it names the folders."""
    folders = {_existing(Path(file).parent) for file in files}
    closed = sorted(str(folder) for folder in folders if not os.access(folder, os.W_OK | os.X_OK))
    if closed:
        raise Problem(f"cannot write into {', '.join(closed)}: no permission, or a read-only file system")


def record(raw: dict, path: str) -> None:
    """Write the config that a run was last started with, as the user gave it, where its results are."""
    text = yaml.safe_dump(raw, sort_keys=False, width=100)
    if not Path(path).exists() or Path(path).read_text(encoding="utf-8") != text:
        with atomic(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.exists())


def job(plan: dict, stage: str, **settings) -> dict:
    """What a job of a stage is told: the code that was planned and all the settings that it uses, no more."""
    return {"roots": roots(plan["config"], stage), "code": plan["code"][stage], **settings}
