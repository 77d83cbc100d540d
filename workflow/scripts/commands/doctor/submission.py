"""The jobs' resource requests: slurm/config.yaml, read as Snakemake and its plugin read it."""

import shlex
from pathlib import Path

from lowrank.core.problems import Problem

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
        raise Problem(f"{PROFILE}: executor is {profile.get('executor')!r}: it must be slurm")
    default = _resources(profile.get(DEFAULT), DEFAULT)
    rules = _resources(profile.get("set-resources"), "set-resources")
    own = {f"set-resources.{rule}": resources for rule, resources in rules.items()}
    asked = {DEFAULT: default} | {place: default | _resources(resources, place) for place, resources in own.items()}
    if TRAIN not in asked:
        raise Problem(f"{PROFILE}: {TRAIN} is missing, what training asks for: give it, with device: cuda")
    if asked[TRAIN].get("device", mapping(root, "config.yaml").get("device")) == "cuda":
        for place in asked.keys() & {TRAIN, TRAIN_LSTM}:
            asked[place] = {"gpu": 1} | asked[place]  # as in the rules
    for place, request in asked.items():
        _check_values(place, request)
    return asked


def _resources(value, place: str) -> dict:
    if not isinstance(value, dict):
        raise Problem(f"{PROFILE}: {place} is {value!r}: it must be lines of the form `name: value` below it")
    return value


def _check_values(place: str, request: dict) -> None:
    for name in (name for name in WHOLE if name in request):
        if type(request[name]) is not int or request[name] < 1:
            whole = f"it must be a whole number of {WHOLE[name]}"
            raise Problem(f"{PROFILE}: {place}.{name} is {request[name]!r}: {whole}")
    try:
        options(request)
    except ValueError as error:
        raise Problem(f"{PROFILE}: {place}.slurm_extra cannot be split ({error}): mend its quotes") from error


def options(request: dict) -> list[str]:
    """Return the sbatch options that the plugin makes from a request (see its submit_string.py and utils.py)."""
    # quotes around a value only keep Snakemake from evaluating it
    asked = {name: str(value).strip("'\"") for name, value in request.items() if value}
    given = [word for name, option in OPTIONS.items() if name in asked for word in (option, asked[name])]
    if "gpu" not in asked:
        given.append("--ntasks=1")
    given.append(f"--cpus-per-task={asked.get('cpus_per_task', 1)}")
    given += shlex.split(asked.get("slurm_extra", ""))
    if "gpu_model" in asked:
        given.append(f"--gpus={asked['gpu_model']}:{asked.get('gpu', 1)}")
    elif "gpu" in asked:
        given.append(f"--gpus={asked['gpu']}")
    return given


def advice(sentence: str, place: str, request: dict) -> str:
    """Return which lines of the profile to fix, given SLURM's message; empty if the message is not recognised."""
    if "node configuration" in sentence:
        given = [key for key in SIZES if request.get(key)] or SIZES
        return f"ask for less, {_below(place, given)}, or see in sinfo what is down"
    keys = [key for word, about in HINTS.items() if word in sentence.lower() for key in about]
    return f"fill in or correct {_below(place, keys)}" if keys else ""


def _below(place: str, keys: list[str]) -> str:
    """Return where these keys of a request are set."""
    return f"{', '.join(keys)} below {place if place == DEFAULT else f'{place} or {DEFAULT}'} in {PROFILE}"
