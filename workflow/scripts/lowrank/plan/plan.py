"""The plan of one start of the workflow: the config, the code and the missing files, frozen.

The process that the user starts makes the plan. Its jobs read the plan and follow it, even if the config has been
edited in the meantime. A plan contains only built-in types, because it is written as JSON.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from .. import measures
from ..config import config, imported
from ..core.fingerprint import fingerprint
from ..core.folders import check_kinds
from ..core.spec import canonical, digest
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
    "eigenvalues_every",
    "numbers",
)
OF_IMPORTED = ("run_seed", "module", "n_neurons", "dt", "nonlinearity", "numbers")
READING = ("names", "orientation", "scale", "ignored")  # how the file of an imported network is read
TRAINING = ("train", "train_on_cpu", "import_networks")  # the rules that make networks of tasks
OF_LSTM = ("n_neurons", "dropout", "batch", "epochs", "learning_rate")


def make(raw: dict) -> dict:
    """Make the plan for a parsed config; raise UserError if the config has errors.

    Return {raw, config, code, sources, data, missing, unusable, regather, stacks}:
    `raw`, `config`: the config as read, with the checksums of imported networks, and as validated;
    `code`: the fingerprint of each stage's code;
    `sources`, `data`: the sources of the LSTM's data and the spec of the prepared data (None without LSTM);
    `missing`: files of networks, measures and data to be made; existing files that match the plan are reused;
    `unusable`: missing files of which something exists that is truncated, lacks its history, or has another spec or
    other settings;
    `regather`: tables of all networks that were gathered from other files than the present ones;
    `stacks`: the jobs that make files of several networks, by rule name.
    """
    # keys in the order in which jobs read them: a table lists its networks in the order of the tasks
    plan = {"raw": raw, "config": json.loads(canonical(config.validated(raw)))}
    settings = plan["config"]
    plan["raw"] = imported.pinned(raw, settings)
    plan["code"] = {stage: fingerprint(*orders.roots(settings, stage)) for stage in orders.stages(settings)}
    plan |= _sentiment_data(plan)
    specs = specs_by_key(plan)
    check_kinds(_kept(plan, specs))
    checksums = {key: networks.checksum(spec) for key, spec in specs.items()}
    untrained = [key for key in specs if checksums[key] is None]
    found = gathered.records(plan, specs)
    unmeasured = list(measuring.outdated(plan, specs, checksums, found))
    products = [(networks.file(specs[key]), networks.history(specs[key])) for key in untrained]
    products += [(each.file(settings["run"], key),) for each, key in unmeasured]
    if plan["data"] and not prepared.exists(plan["data"]):
        products.append((prepared.file(plan["data"]), prepared.about(plan["data"])))
    missing = [file for files in products for file in files]
    return plan | {
        "missing": missing,
        "unusable": [file for files in products if any(Path(file).exists() for file in files) for file in files],
        "regather": list(gathered.outdated(plan, specs, found, {*missing})),
        "stacks": _stacks(settings, untrained, unmeasured),
    }


def _kept(plan: dict, specs: dict[str, dict]) -> Iterator[Path]:
    """Yield the files that may already exist: networks, histories, data, and the run's results."""
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
    """Return the sources of the LSTM's data and the spec of the data prepared from them."""
    settings = plan["config"]["sentiment"]
    if not settings:
        return {"sources": None, "data": None}
    found = sources.resolve(settings)
    data = {kind: source["sha256"] for kind, source in found.items()}
    data |= {key: settings[key] for key in ("lowercase", "dimensions")} | {"code": plan["code"]["sentiment_data"]}
    return {"sources": found, "data": data}


def _stacks(
    settings: dict, untrained: list[str], unmeasured: list[tuple[type[measures.Measure], str]]
) -> dict[str, dict]:
    """Return the jobs that train or measure up to `stack` networks of a task together: {name: {rule, measure, keys}}.

    `rule` is the one they replace. A name consists of the rule, a number and the task: truncate_1_romo. Empty if
    `stack` is 1, where each network has a job of its own.
    """
    size, found = settings["stack"], {}
    if size == 1:
        return found
    keys = {("train", None): [key for key in untrained if not is_lstm(key)]}
    for measure in measures.of(lstm=False):
        keys[measure.rule, measure.name] = [key for of, key in unmeasured if of is measure]
    for (done, measure), every in keys.items():
        number = 0
        for task in settings["tasks"]:
            rule = training_rule(settings, task) if done == "train" else done
            own = [key for key in every if key.startswith(f"{task}/")]
            for start in range(0, len(own), size):
                number += 1
                name = re.sub(r"\W", "_", f"{done}_{number}_{task}")
                found[name] = {"rule": rule, "measure": measure, "keys": own[start : start + size]}
    return found


def training_rule(settings: dict, task: str) -> str:
    """Return the rule that makes the networks of a task, directly or through its stacks."""
    if "imported" in settings["tasks"][task]:
        return "import_networks"
    return "train_on_cpu" if settings["device"] == "cuda" and not on_gpu(settings, task) else "train"


def keys(plan: dict) -> list[str]:
    """List the keys of the run's networks: {task}/g{g}/seed{seed}, and sentiment/seed{seed} for LSTMs."""
    settings = plan["config"]
    found = [
        f"{name}/g{g}/seed{seed}"
        for name, task in settings["tasks"].items()
        for g in task["g"]
        for seed in task["seeds"]
    ]
    return found + [f"sentiment/seed{seed}" for seed in (settings["sentiment"] or {"seeds": []})["seeds"]]


def is_lstm(key: str) -> bool:
    """Return True if the network with this key is an LSTM."""
    return key.startswith("sentiment/")


def spec(plan: dict, key: str) -> dict:
    """Return the spec of the network with this key: everything that it depends on."""
    settings = plan["config"]
    name, *strength, seed = key.split("/")
    found = {"task": name, "seed": int(seed.removeprefix("seed")), "run_seed": settings["run_seed"]}
    if is_lstm(key):
        found |= {key: settings["sentiment"][key] for key in OF_LSTM}
        return found | {"data": plan["data"], "code": plan["code"]["train_sentiment"]}
    task = {**settings, **settings["tasks"][name]}
    found |= {"g": float(strength[0].removeprefix("g")), "code": plan["code"][f"train {name}"]}
    if "imported" not in task:
        return found | {key: task[key] for key in SHARED}
    read = {key: task["imported"][key] for key in READING}
    read["sha256"] = task["imported"]["sha256"][key.partition("/")[2]]
    return found | {key: task[key] for key in OF_IMPORTED} | {"imported": read}


def specs_by_key(plan: dict) -> dict[str, dict]:
    """Map each key to the spec of its network."""
    return {key: spec(plan, key) for key in keys(plan)}


def all_networks(plan: dict) -> dict[str, dict]:
    """Map the hash that names each network to its spec."""
    return {digest(spec): spec for spec in specs_by_key(plan).values()}


def linear_networks(settings: dict) -> list[dict]:
    """List what the theory needs of the linear tasks: {target, g, rate, epochs} for each target and g.

    Of several tasks with the same target and g, the one counts whose learning time is the longest.
    """
    found = {}
    for task in filter(config.is_linear, settings["tasks"].values()):
        for g in task["g"]:
            target, rate = task["numbers"]["target"], learning_rate({**task, "g": g})
            one = {"target": target, "g": g, "rate": rate, "epochs": task["epochs"]}
            found[target, g] = max(found.get((target, g), one), one, key=lambda each: each["rate"] * each["epochs"])
    return list(found.values())


def on_gpu(settings: dict, task: str) -> bool:
    """Return True if a GPU trains the networks of a task; the kernel for linear networks does not use one."""
    return settings["device"] == "cuda" and kernel(settings, task) == "reference"


def kernel(settings: dict, task: str) -> str:
    """Return the kernel that trains the networks of a task: linear, compiled or reference; imported if none does."""
    networks = settings["tasks"][task]
    if "imported" in networks:
        return "imported"
    return kernels.chosen(networks, networks["kernel"], settings["device"])
