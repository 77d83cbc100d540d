"""What a start of the workflow will do: the config, the code and the files that are missing, frozen.

The process that the user starts makes the plan; its jobs read it and do what was planned, though the config may have
been edited since. A plan is made of built-in types alone: it is written as JSON.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from .. import measures
from ..config import config
from ..core.fingerprint import fingerprint
from ..core.folders import check_kinds
from ..core.spec import digest
from ..jobs import prepared
from ..sentiment.sentences import sources
from ..store import networks
from ..training import kernels
from ..training.kernels.base import learning_rate
from . import gathered, measuring, orders

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
    "epochs",
    "numbers",
)
OF_LSTM = ("n_neurons", "dropout", "batch", "epochs", "learning_rate")


def make(raw: dict) -> dict:
    """The plan for a config as it was read; a Problem if the config has mistakes.

    {raw, config, code, sources, data, missing, unusable, regather, stacks}: the config as it was read and as it is
    understood; the fingerprint of each stage's code; where the LSTM's data is from and the spec of what is made of it
    (None without LSTM). `missing` are the files that this start has to make, of networks, their measures and the data:
    a file that is there as planned is taken as it is. `unusable` are those of them of which something is there: cut
    short, of another spec, without its history, or made with other settings. `regather` are the tables of all networks
    that were gathered from other files than those that are there. `stacks` are the jobs that make the files of several
    networks, by their rules' names.
    """
    plan = {"raw": raw, "config": config.validated(raw)}
    settings = plan["config"]
    plan["code"] = {stage: fingerprint(*orders.roots(settings, stage)) for stage in orders.stages(settings)}
    plan |= _sentiment_data(plan)
    specs = by_place(plan)
    check_kinds(_kept(plan, specs))
    checksums = {place: networks.checksum(spec) for place, spec in specs.items()}
    untrained = [place for place in specs if checksums[place] is None]
    found = gathered.records(plan, specs)
    unmeasured = list(measuring.outdated(plan, specs, checksums, found))
    products = [(networks.file(specs[place]), networks.history(specs[place])) for place in untrained]
    products += [(each.file(settings["run"], place),) for each, place in unmeasured]
    if plan["data"] and not prepared.is_there(plan["data"]):
        products.append((prepared.file(plan["data"]), prepared.about(plan["data"])))
    missing = [file for files in products for file in files]
    return plan | {
        "missing": missing,
        "unusable": [file for files in products if any(Path(file).exists() for file in files) for file in files],
        "regather": list(gathered.outdated(plan, specs, found, {*missing})),
        "stacks": _stacks(settings, untrained, unmeasured),
    }


def _kept(plan: dict, specs: dict[str, dict]) -> Iterator[Path]:
    """The files that may be there already: networks, histories, data, and what the run has made of them."""
    folder = Path("results", plan["config"]["run"])
    yield from (Path("results"), Path(networks.FOLDER), folder)
    for spec in specs.values():
        yield from map(Path, (networks.file(spec), networks.history(spec)))
    if plan["data"]:
        yield from map(Path, (prepared.file(plan["data"]), prepared.about(plan["data"])))
    yield from folder.glob("*")
    for name in ("tables", "figures", *measures.folders()):
        yield from folder.glob(f"{name}/**/*")


def _sentiment_data(plan: dict) -> dict:
    """Where the LSTM's data is from, and the spec of the numbers that are made of it."""
    settings = plan["config"]["sentiment"]
    if not settings:
        return {"sources": None, "data": None}
    found = sources.settle(settings)
    data = {kind: source["sha256"] for kind, source in found.items()}
    data |= {key: settings[key] for key in ("lowercase", "dimensions")} | {"code": plan["code"]["sentiment_data"]}
    return {"sources": found, "data": data}


def _stacks(
    settings: dict, untrained: list[str], unmeasured: list[tuple[type[measures.Measure], str]]
) -> dict[str, dict]:
    """The jobs that train or measure up to `stack` networks of a task together, by name: {rule, measure, places}.

    `rule` is the one in whose place they stand; the name tells what is done, a number and the task: truncate_1_romo.
    There are none where each network has a job of its own.
    """
    size, found = settings["stack"], {}
    if size == 1:
        return found
    places = {("train", None): [place for place in untrained if not is_lstm(place)]}
    for measure in measures.of(lstm=False):
        places[measure.rule, measure.name] = [place for of, place in unmeasured if of is measure]
    for (done, measure), every in places.items():
        number = 0
        for task in settings["tasks"]:
            rule = training_rule(settings, task) if done == "train" else done
            own = [place for place in every if place.startswith(f"{task}/")]
            for start in range(0, len(own), size):
                number += 1
                name = re.sub(r"\W", "_", f"{done}_{number}_{task}")
                found[name] = {"rule": rule, "measure": measure, "places": own[start : start + size]}
    return found


def training_rule(settings: dict, task: str) -> str:
    """The rule that trains the networks of a task, or in whose place stacks are trained."""
    return "train_on_cpu" if settings["device"] == "cuda" and not on_gpu(settings, task) else "train"


def places(plan: dict) -> list[str]:
    """Where the files about each network of the run stand: {task}/g{g}/seed{seed}, of LSTMs sentiment/seed{seed}."""
    settings = plan["config"]
    found = [
        f"{name}/g{g}/seed{seed}"
        for name, task in settings["tasks"].items()
        for g in task["g"]
        for seed in settings["seeds"]
    ]
    return found + [f"sentiment/seed{seed}" for seed in (settings["sentiment"] or {"seeds": []})["seeds"]]


def is_lstm(place: str) -> bool:
    """Whether the network at a place is an LSTM."""
    return place.startswith("sentiment/")


def spec(plan: dict, place: str) -> dict:
    """The spec of the network at a place: all that it depends on."""
    settings = plan["config"]
    name, *strength, seed = place.split("/")
    found = {"task": name, "seed": int(seed.removeprefix("seed")), "run_seed": settings["run_seed"]}
    if is_lstm(place):
        found |= {key: settings["sentiment"][key] for key in OF_LSTM}
        return found | {"data": plan["data"], "code": plan["code"]["train_sentiment"]}
    task = {**settings, **settings["tasks"][name]}
    found |= {key: task[key] for key in SHARED} | {"g": float(strength[0].removeprefix("g"))}
    return found | {"code": plan["code"][f"train {name}"]}


def by_place(plan: dict) -> dict[str, dict]:
    """The specs of the run's networks by their places."""
    return {place: spec(plan, place) for place in places(plan)}


def all_networks(plan: dict) -> dict[str, dict]:
    """The same, by the hash that names each network."""
    return {digest(spec): spec for spec in by_place(plan).values()}


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


def on_gpu(settings: dict, task: str) -> bool:
    """Whether a GPU trains the networks of a task: the kernel of linear ones has no use for one."""
    return settings["device"] == "cuda" and kernel(settings, task) == "reference"


def kernel(settings: dict, task: str) -> str:
    """The kernel that trains the networks of a task: linear, compiled or reference."""
    networks = settings["tasks"][task]
    return kernels.chosen(networks, networks["kernel"], settings["device"])
