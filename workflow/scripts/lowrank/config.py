"""The config's schema: types, ranges and what must fit together; all mistakes are told at once."""

import difflib
import re
from collections import Counter
from dataclasses import fields
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from . import tasks
from .problems import Problem


def _not_bool(value):
    if isinstance(value, bool):
        raise ValueError("is true or false, but a number is wanted")
    return value


def _distinct(values: list) -> list:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise ValueError(f"names {', '.join(map(str, twice))} twice")
    return values


def _like(pattern: str, what: str) -> AfterValidator:
    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} is not {what}")
        return text

    return AfterValidator(check)


def _not_shared(run: str) -> str:
    if run == "networks":
        raise ValueError("'networks' is the folder of the networks that all runs share")
    return run


NUMBER = BeforeValidator(_not_bool)
Count = Annotated[int, NUMBER, Field(ge=1)]
Seed = Annotated[int, NUMBER, Field(ge=0)]
Positive = Annotated[float, NUMBER, Field(gt=0)]
Strength = Annotated[float, NUMBER, Field(ge=0), AfterValidator(abs)]  # -0.0 is 0.0
Share = Annotated[float, NUMBER, Field(gt=0, lt=1)]
Name = Annotated[str, _like(r"[A-Za-z0-9][A-Za-z0-9_.-]*", "a folder's name of letters, digits and _ . -")]
Color = Annotated[str, _like(r"#[0-9a-fA-F]{6}", "a colour as in '#3465b0'")]


class Section(BaseModel):
    """A mapping of the config: closed, so that a misspelt key is a mistake; numbers are finite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Step(Section):
    """The Euler step alone, by which durations are judged."""

    dt: Annotated[float, NUMBER, Field(gt=0, le=1)]


class Training(Step):
    """How a network is made and trained; `training` in the config, and any task's own values."""

    n_neurons: Count
    batch: Count
    optimizer: Literal["adam", "sgd"]
    learning_rate: Positive
    trained: list[Literal["W", "M", "v"]]

    @field_validator("trained")
    @classmethod
    def _with_connectivity(cls, names: list) -> list:
        if "W" not in _distinct(names):
            raise ValueError("must hold W: dW is what the paper measures")
        return sorted(names, key="WMv".index)


class Networks(Training):
    """A task's networks: what every task has, beside the numbers of its own."""

    g: Annotated[list[Strength], Field(min_length=1)]
    epochs: Count
    module: str  # the file in tasks/

    _distinct = field_validator("g")(_distinct)


class Measure(Section):
    """How trained networks are measured."""

    ranks: list[Annotated[int, NUMBER, Field(ge=0)]]
    trials: Count
    shuffles: Count
    threshold: Share
    shown_trial: Seed

    @field_validator("ranks")
    @classmethod
    def _with_zero(cls, ranks: list[int]) -> list[int]:
        if 0 not in _distinct(ranks):
            raise ValueError("must hold 0: the functional rank is relative to the rank-0 loss")
        return sorted(ranks)


class Figure1(Section):
    """Figure 1: the networks and ranges shown."""

    tasks: Annotated[list[str], Field(min_length=1)]
    seed: Seed
    g: Annotated[list[Strength], Field(min_length=1)]
    trial_g: Strength
    epochs: dict[str, Count]
    ranks: Count


class Figure2(Section):
    """Figure 2: the tasks shown, and where the axis of panel a ends."""

    tasks: Annotated[list[str], Field(min_length=1)]
    convergence_limit: Count


class Figures(Section):
    """How the figures look and what they show."""

    colors: dict[str, Color]
    labels: dict[str, str]
    fig1: Figure1
    fig2: Figure2


class Config(Section):
    """The whole config; the tasks are checked one by one, since each brings numbers of its own."""

    run: Annotated[Name, AfterValidator(_not_shared)]
    run_seed: Seed
    seeds: Annotated[list[Seed], Field(min_length=1)]
    training: dict
    tasks: dict[Name, dict | None]
    measure: Measure
    figures: Figures

    _distinct = field_validator("seeds")(_distinct)


def validated(raw: dict) -> dict:
    """The config as built-in types, numbers as numbers, tasks with all their values; Problem with all mistakes.

    A task's own numbers stand in its `numbers`. What the command line gives as text becomes what it means.
    """
    mistakes: list[str] = []
    if isinstance(raw.get("tasks"), dict):
        raw = raw | {"tasks": {name: None if entry == "null" else entry for name, entry in raw["tasks"].items()}}
    config = _checked(Config, raw, "", mistakes)
    entries = raw.get("tasks") if isinstance(raw.get("tasks"), dict) else {}
    training = raw.get("training") if isinstance(raw.get("training"), dict) else {}
    mistakes += [
        f"training.{key} {_unknown(key, Training.model_fields)}" for key in training if key not in Training.model_fields
    ]
    checked = {
        name: _task(name, entry, training, mistakes) for name, entry in entries.items() if isinstance(entry, dict)
    }
    if config and all(checked.values()):
        config["tasks"] = checked
        del config["training"]
        mistakes += _unfit(config, list(entries))
    if mistakes:
        raise Problem("\n  ".join(["the config cannot be used:", *dict.fromkeys(mistakes)]))
    return config


def _task(name: str, entry: dict, training: dict, mistakes: list[str]) -> dict | None:
    """One task's entry, completed from `training`; its own numbers are checked against the task's class."""
    module = entry.get("module", name)
    if module not in tasks.names():
        mistakes.append(f"tasks.{name}: there is no task {module!r}{_nearest(module, tasks.names())}")
        return None
    task = tasks.load(module)
    shared = set(Networks.model_fields)
    own = {field.name for field in fields(task)} - {"dt"}
    known = Networks.model_fields | dict.fromkeys(own)
    strange = [key for key in entry if key not in known]
    mistakes += [f"tasks.{name}.{key} {_unknown(key, known)}" for key in strange]
    common = {key: value for key, value in {**training, **entry, "module": module}.items() if key in shared}
    networks = _checked(Networks, common, f"tasks.{name}.", found := [])
    mistakes += [_where_it_stands(mistake, f"tasks.{name}.", training.keys() - entry.keys()) for mistake in found]
    numbers = {
        f.name: entry[f.name] if f.type is bool else _spelt(entry[f.name]) for f in fields(task) if f.name in entry
    }
    step = _checked(Step, {"dt": common.get("dt")}, "", [])
    numbers = _checked(task, numbers | (step or {"dt": 1.0}), f"tasks.{name}.", mistakes, alone=not step)
    if not networks or not numbers or strange:
        return None
    del numbers["dt"]
    return {**networks, "numbers": numbers}


def _where_it_stands(mistake: str, where: str, inherited: set[str]) -> str:
    """A mistake in one of a task's values, said of `training` if it is from there."""
    key = re.match(r"\w*", mistake.removeprefix(where)).group()
    return mistake.replace(where, "training.", 1) if key in inherited else mistake


def _spelt(value):
    """True and false as text, which is no number; by themselves they would be taken for 1 and 0."""
    if isinstance(value, list):
        return [_spelt(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else value


def _checked(kind: type, raw, where: str, mistakes: list[str], alone: bool = False) -> dict | None:
    """`raw` as a `kind`, in built-in types; None if it has mistakes. `alone`: what must fit together is not judged."""
    adapter = TypeAdapter(kind)
    try:
        return adapter.dump_python(adapter.validate_python(raw), mode="json")
    except ValidationError as error:
        found = [mistake for mistake in error.errors() if mistake["loc"] or not alone]
        mistakes += [_sentence(mistake, where, kind) for mistake in found]
        return None


def _sentence(mistake: dict, where: str, kind: type) -> str:
    place = where + ".".join(str(part) for part in mistake["loc"] if part not in ("[key]",))
    if mistake["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        return f"{place} {_unknown(mistake['loc'][-1], _keys(kind, mistake['loc'][:-1]))}"
    if mistake["type"] in ("missing", "missing_keyword_only", "missing_argument"):
        return f"{place} is missing"
    message = mistake["msg"].removeprefix("Value error, ")
    if mistake["type"] == "value_error":
        return f"{place.rstrip('.')}: {message}"
    return f"{place} = {mistake['input']!r}: {message[0].lower()}{message[1:]}"


def _keys(kind, path) -> list[str]:
    """The keys that the mapping at `path` of a schema may have."""
    for part in path:
        kind = kind.model_fields[part].annotation
    return list(kind.model_fields)


def _unknown(key: str, known) -> str:
    return f"is not a key of the config{_nearest(key, known)}"


def _nearest(name, known) -> str:
    near = difflib.get_close_matches(str(name), known, n=1)
    return f": did you mean {near[0]}?" if near else f" (there are: {', '.join(known)})"


def _unfit(config: dict, named: list[str]) -> list[str]:
    """What is right by itself and does not fit the rest; `named` are the tasks, those left out included."""
    mistakes = [] if config["tasks"] else ["tasks: all are left out"]
    measure, shown = config["measure"], config["figures"]
    for name, task in config["tasks"].items():
        if measure["ranks"][-1] > task["n_neurons"]:
            mistakes.append(
                f"measure.ranks: {measure['ranks'][-1]} is beyond tasks.{name}.n_neurons = {task['n_neurons']}"
            )
    if measure["shown_trial"] >= measure["trials"]:
        mistakes.append(f"measure.shown_trial = {measure['shown_trial']}: there are {measure['trials']} trials, from 0")
    if shown["fig1"]["seed"] not in config["seeds"]:
        mistakes.append(f"figures.fig1.seed = {shown['fig1']['seed']} is not one of seeds = {config['seeds']}")
    for place, tasks_named in _task_names(shown):
        mistakes += [f"{place}: there is no task {t!r}{_nearest(t, named)}" for t in tasks_named if t not in named]
    left_out = set(named) - config["tasks"].keys()
    for figure in ("fig1", "fig2"):
        if config["tasks"] and left_out.issuperset(shown[figure]["tasks"]):
            mistakes.append(f"figures.{figure}.tasks = {shown[figure]['tasks']}: all are left out")
    for name in (name for name in shown["fig1"]["tasks"] if name in config["tasks"]):
        available = config["tasks"][name]["g"]
        if not set(available) & set(shown["fig1"]["g"]):
            mistakes.append(f"figures.fig1.g = {shown['fig1']['g']}: none is in tasks.{name}.g = {available}")
        if shown["fig1"]["trial_g"] not in available:
            mistakes.append(f"figures.fig1.trial_g = {shown['fig1']['trial_g']} is not in tasks.{name}.g = {available}")
    return mistakes


def _task_names(figures: dict) -> list[tuple[str, list[str]]]:
    """Where the figures' section names tasks, and which."""
    return [
        ("figures.colors", list(figures["colors"])),
        ("figures.labels", list(figures["labels"])),
        ("figures.fig1.epochs", list(figures["fig1"]["epochs"])),
        ("figures.fig1.tasks", figures["fig1"]["tasks"]),
        ("figures.fig2.tasks", figures["fig2"]["tasks"]),
    ]
