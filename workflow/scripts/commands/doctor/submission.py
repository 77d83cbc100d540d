"""The jobs' resource requests: slurm/config.yaml, read as Snakemake and its plugin read it."""

import shlex
from pathlib import Path

from lowrank.core.errors import UserError

from .paths import mapping

PROFILE = "slurm/config.yaml"
DEFAULT, TRAIN, TRAIN_LSTM = "default-resources", "set-resources.train", "set-resources.train_sentiment"
WHOLE = {"runtime": "minutes", "mem_mb": "MB", "cpus_per_task": "CPUs", "gpu": "GPUs"}
OPTIONS = {
    "slurm_account": "-A",
    "slurm_partition": "-p",
    "runtime": "-t",
    "constraint": "-C",
    "qos": "--qos",
    "mem_mb": "--mem",
}
SIZES = ["gpu", "gpu_model", "constraint", "mem_mb", "cpus_per_task"]
HINTS = {  # a word in SLURM's message, and the profile keys it may be about
    "account": ["slurm_account"],
    "partition": ["slurm_partition"],
    "qos": ["qos"],
    "feature": ["constraint"],
    "gres": ["gpu", "gpu_model"],
    "time": ["runtime"],
    "memory": ["mem_mb"],
    "cpu": ["cpus_per_task"],
}


def requests(root: Path) -> dict[str, dict]:
    """Return the profile's requests by key: the defaults, and each rule's resources merged over them."""
    profile = mapping(root, PROFILE)
    if profile.get("executor") != "slurm":
        raise UserError(f"{PROFILE}: executor is {profile.get('executor')!r}: it must be slurm")
    default = _resources(profile.get(DEFAULT), DEFAULT)
    rules = _resources(profile.get("set-resources"), "set-resources")
    own = {f"set-resources.{rule}": resources for rule, resources in rules.items()}
    requested = {DEFAULT: default} | {
        section: default | _resources(resources, section) for section, resources in own.items()
    }
    if TRAIN not in requested:
        raise UserError(f"{PROFILE}: {TRAIN} is missing: set the resources of training there, with device: cuda")
    if requested[TRAIN].get("device", mapping(root, "config.yaml").get("device")) == "cuda":
        for section in requested.keys() & {TRAIN, TRAIN_LSTM}:
            requested[section] = {"gpu": 1} | requested[section]  # as in the rules
    for section, request in requested.items():
        _check_values(section, request)
    return requested


def _resources(value, section: str) -> dict:
    if not isinstance(value, dict):
        raise UserError(f"{PROFILE}: {section} is {value!r}: it must be lines of the form `name: value` below it")
    return value


def _check_values(section: str, request: dict) -> None:
    for name in (name for name in WHOLE if name in request):
        if type(request[name]) is not int or request[name] < 1:
            whole = f"it must be a whole number of {WHOLE[name]}"
            raise UserError(f"{PROFILE}: {section}.{name} is {request[name]!r}: {whole}")
    try:
        options(request)
    except ValueError as error:
        raise UserError(f"{PROFILE}: {section}.slurm_extra cannot be split ({error}): correct its quotes") from error


def options(request: dict) -> list[str]:
    """Return the sbatch options that the plugin makes from a request (see its submit_string.py and utils.py)."""
    # quotes around a value only keep Snakemake from evaluating it
    requested = {name: str(value).strip("'\"") for name, value in request.items() if value}
    given = [word for name, option in OPTIONS.items() if name in requested for word in (option, requested[name])]
    if "gpu" not in requested:
        given.append("--ntasks=1")
    given.append(f"--cpus-per-task={requested.get('cpus_per_task', 1)}")
    given += shlex.split(requested.get("slurm_extra", ""))
    if "gpu_model" in requested:
        given.append(f"--gpus={requested['gpu_model']}:{requested.get('gpu', 1)}")
    elif "gpu" in requested:
        given.append(f"--gpus={requested['gpu']}")
    return given


def advice(sentence: str, section: str, request: dict) -> str:
    """Return which lines of the profile to fix, given SLURM's message; empty if the message is not recognised."""
    if "node configuration" in sentence:
        given = [key for key in SIZES if request.get(key)] or SIZES
        return f"ask for less, {_below(section, given)}, or check in sinfo which nodes are down"
    keys = [key for word, about in HINTS.items() if word in sentence.lower() for key in about]
    return f"fill in or correct {_below(section, keys)}" if keys else ""


def _below(section: str, keys: list[str]) -> str:
    """Return where these keys of a request are set."""
    return f"{', '.join(keys)} below {section if section == DEFAULT else f'{section} or {DEFAULT}'} in {PROFILE}"
