"""Small networks for tests: the specs that the workflow itself would make from an edited copy of config.yaml."""

from copy import deepcopy
from pathlib import Path

import yaml

from lowrank import tasks
from lowrank.config import config, entries
from lowrank.core.fingerprint import fingerprint
from lowrank.plan import orders, plan
from lowrank.tasks.base import Task

RAW = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text(encoding="utf-8"))
ENTRIES = {name: entries.resolved(RAW["tasks"], name) | {"left_out": False} for name in RAW["tasks"]}
TASKS = [*(name for name, entry in RAW["tasks"].items() if not entry.get("left_out")), "cosine"]


def specs(tasks: dict[str, dict], seeds=(0,), **changes) -> list[dict]:
    """The specs of a run: `tasks` holds each task's changed keys, `g` a list among them; the others are left out."""
    raw = deepcopy(RAW) | {"seeds": list(seeds), "sentiment": None} | changes
    raw["tasks"] = {name: {**ENTRIES[name], **tasks[name]} if name in tasks else None for name in raw["tasks"]}
    raw["measure"]["ranks"] = [0]  # fits networks of any size
    strengths = sorted({g for entry in raw["tasks"].values() if entry for g in entry["g"]})
    raw["figures"]["fig1"] |= {"seed": seeds[0], "g": strengths, "trial_g": strengths[0]}
    raw["figures"]["fig1"]["tasks"] = [next(iter(tasks))]
    raw["figures"]["fig3"] |= {"seed": seeds[0], "g": strengths}
    raw["figures"]["fig4"]["tasks"] = [name for name in raw["tasks"] if name not in tasks]  # it asks for g = 0
    settings = config.validated(raw)
    code = {f"train {name}": fingerprint(*orders.roots(settings, f"train {name}")) for name in settings["tasks"]}
    return list(plan.all_networks({"config": settings, "code": code}).values())


def spec(task: str, *, g: float = 0.9, seed: int = 0, run_seed: int = 0, **changes) -> dict:
    """The spec of one network of a task of config.yaml, with some of the task's keys changed; small and short."""
    small = {"n_neurons": 12, "batch": 4, "epochs": 5, "g": [g]}
    if ENTRIES[task].get("rate_scaling") == "effective_time":
        small |= {} if changes.get("kernel") == "reference" else {"batch": 1}
        small |= {"rate_scaling": "n_neurons"} if changes.get("optimizer") == "adam" else {}
    (only,) = specs({task: small | changes}, [seed], run_seed=run_seed)
    return only


def of(task: str, **changes) -> tuple[dict, Task]:
    """A `spec` and its task."""
    made = spec(task, **changes)
    return made, tasks.of(made)
