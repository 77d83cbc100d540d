"""The config as it was read, checked as a whole: all mistakes are told at once."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import get_type_hints

from pydantic import create_model

from . import contract, measures, schema, tasks
from .mistakes import checked, nearest, unknown
from .problems import Problem
from .schema import Config, Measure, Networks, Sentiment, Step, Training


def validated(raw: dict) -> dict:
    """The config as built-in types, numbers as numbers, tasks with all their values; Problem with all mistakes.

    A task's own numbers stand in its `numbers`. What the command line gives as text becomes what it means.
    """
    mistakes = list(_foreign(raw))
    if isinstance(raw.get("tasks"), dict):
        raw = raw | {"tasks": {name: None if entry == "null" else entry for name, entry in raw["tasks"].items()}}
    if raw.get("sentiment") == "null":
        raw = raw | {"sentiment": None}
    config = checked(_schema(), raw, "", mistakes)
    entries = raw.get("tasks") if isinstance(raw.get("tasks"), dict) else {}
    training = raw.get("training") if isinstance(raw.get("training"), dict) else {}
    mistakes += [
        f"training.{key} {unknown(key, Training.model_fields)}" for key in training if key not in Training.model_fields
    ]
    complete = {
        name: _task(name, entry, training, mistakes) for name, entry in entries.items() if isinstance(entry, dict)
    }
    if config and all(complete.values()):
        config["tasks"] = complete
        del config["training"]
        mistakes += _unfit(config, list(entries))
    if mistakes:
        raise Problem("\n  ".join(["the config cannot be used:", *dict.fromkeys(mistakes)]))
    return config


@cache
def _schema() -> type[Config]:
    """The config's schema, with the settings that the measures take."""
    sections = {"measure": Measure, "sentiment": Sentiment}
    taken = {name: {} for name in sections}
    for measure in measures.every():
        try:
            hints = get_type_hints(measure, localns=vars(schema), include_extras=True)
        except NameError as error:
            raise Problem(f"measures/{measure.name}.py: there is no type {error.name!r} of settings") from error
        for setting in fields(measure):
            kind = taken[measure.section()].setdefault(setting.name, hints[setting.name])
            if kind != hints[setting.name]:
                where = f"{measure.section()}.{setting.name}"
                raise Problem(f"measures/{measure.name}.py and another measure take {where} as different types")
    made = {name: create_model(base.__name__, __base__=base, **taken[name]) for name, base in sections.items()}
    return create_model("Config", __base__=Config, measure=made["measure"], sentiment=made["sentiment"] | None)


def _foreign(value, where: str = "") -> Iterator[str]:
    """What a tag of YAML made of a value, and JSON, in which the plan is written, does not have."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from _foreign(item, f"{where}.{key}".lstrip("."))
    elif not isinstance(value, str | int | float | None):
        yield f"{where} = {value!r}: it must be text, a number, true, false, null, a list or a mapping"


def _task(name: str, entry: dict, training: dict, mistakes: list[str]) -> dict | None:
    """One task's entry, completed from `training`; its own numbers are checked against the task's class."""
    module = entry.get("module", name)
    if name == "sentiment":
        mistakes.append("tasks.sentiment: the name is that of the LSTM's task")
        return None
    if module not in tasks.names():
        mistakes.append(f"tasks.{name}: there is no task {module!r}{nearest(module, tasks.names())}")
        return None
    if broken := contract.mistakes_of_file(module):
        mistakes += [f"tasks.{name}: {mistake}" for mistake in broken]
        return None
    task = tasks.load(module)
    shared = set(Networks.model_fields)
    own = {field.name for field in fields(task)} - {"dt"}
    known = Networks.model_fields | dict.fromkeys(own)
    strange = [key for key in entry if key not in known]
    mistakes += [f"tasks.{name}.{key} {unknown(key, known)}" for key in strange]
    common = {key: value for key, value in {**training, **entry, "module": module}.items() if key in shared}
    networks = checked(Networks, common, f"tasks.{name}.", found := [])
    mistakes += [_where_it_stands(mistake, f"tasks.{name}.", training.keys() - entry.keys()) for mistake in found]
    step = checked(Step, {"dt": common.get("dt")}, "", [])
    numbers = _numbers(name, module, entry, step, mistakes)
    if not networks or not numbers or strange:
        return None
    del numbers["dt"]
    if broken := contract.mistakes_of_task(module, networks, numbers):
        mistakes += [f"tasks.{name}: {mistake}" for mistake in broken]
        return None
    if networks["kernel"] == "fast" and not (task.deterministic and task.n_in == task.n_out == 1):
        mistakes.append(
            f"tasks.{name}.kernel = 'fast': {module} is random or has several inputs or outputs: take kernel reference"
        )
        return None
    return {**networks, "numbers": numbers}


def _numbers(name: str, module: str, entry: dict, step: dict | None, mistakes: list[str]) -> dict | None:
    """A task's own numbers and its step; durations are not judged by a step that is itself a mistake."""
    task = tasks.load(module)
    given = {
        f.name: entry[f.name] if f.type is bool else _spelt(entry[f.name]) for f in fields(task) if f.name in entry
    }
    try:
        with contract.limited():
            return checked(task, given | (step or {"dt": 1.0}), f"tasks.{name}.", mistakes, alone=not step)
    except contract.RAISED as error:  # by what the task does with its numbers, or by a type that pydantic cannot check
        mistakes.append(f"tasks.{name}: its numbers cannot be checked: {contract.described(error, module)}")
        return None


def _where_it_stands(mistake: str, where: str, inherited: set[str]) -> str:
    """A mistake in one of a task's values, said of `training` if it is from there."""
    key = re.match(r"\w*", mistake.removeprefix(where)).group()
    return mistake.replace(where, "training.", 1) if key in inherited else mistake


def _spelt(value):
    """True and false as text, which is no number; by themselves they would be taken for 1 and 0."""
    if isinstance(value, list):
        return [_spelt(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else value


def _unfit(config: dict, named: list[str]) -> list[str]:
    """What is right by itself and does not fit the rest; `named` are the tasks, those left out included."""
    mistakes = [] if config["tasks"] else ["tasks: all are left out"]
    alike = Counter(name.lower() for name in config["tasks"])
    for name in (name for name, count in alike.items() if count > 1):
        told = " and ".join(task for task in config["tasks"] if task.lower() == name)
        mistakes.append(f"tasks: {told} differ in case alone, which file systems of macOS do not tell apart")
    shown = config["figures"]
    mistakes += _unfit_measures(config)
    for place, tasks_named in _task_names(shown):
        mistakes += [f"{place}: there is no task {t!r}{nearest(t, named)}" for t in tasks_named if t not in named]
    for figure in ("fig1", "fig3"):
        mistakes += _unfit_networks(config, figure)
    for figure in ("fig5", "figS_lstm") if config["sentiment"] else ():
        if shown[figure]["seed"] not in config["sentiment"]["seeds"]:
            seeds = config["sentiment"]["seeds"]
            mistakes.append(f"figures.{figure}.seed = {shown[figure]['seed']} is not one of sentiment.seeds = {seeds}")
    for figure in ("fig3", "fig4"):
        strange = [t for t in shown[figure]["tasks"] if t in config["tasks"] and not is_linear(config["tasks"][t])]
        mistakes += [f"figures.{figure}.tasks: {t!r} has no theory: its module is not linear" for t in strange]
    for name in (t for t in shown["fig4"]["tasks"] if t in config["tasks"]):
        if 0 not in config["tasks"][name]["g"]:
            mistakes.append(f"tasks.{name}.g lacks 0, in units of which figures.fig4 shows the others")
    return mistakes


def _unfit_measures(config: dict) -> Iterator[str]:
    """What in the measures' settings does not fit the networks."""
    networks = {f"tasks.{name}": task for name, task in config["tasks"].items()}
    for measure in measures.of_run(config):
        of = {measures.LSTM: config["sentiment"]} if measure.of_lstm else networks
        for mistake in measure(**measure.settings(config)).unfit(of):
            yield f"{measure.section()}.{mistake}"


def is_linear(task: dict) -> bool:
    """Whether a task, as it is in a config that was `validated`, is the one of Section 3, which has a theory."""
    return task["module"] == "linear" and task["nonlinearity"] == "identity"


def _unfit_networks(config: dict, figure: str) -> list[str]:
    """What a figure shows and the run does not have; a task that is left out is left out of the figure, too."""
    mistakes, shown = [], config["figures"][figure]
    if shown["seed"] not in config["seeds"]:
        mistakes.append(f"figures.{figure}.seed = {shown['seed']} is not one of seeds = {config['seeds']}")
    for name in (name for name in shown["tasks"] if name in config["tasks"]):
        available = config["tasks"][name]["g"]
        if not set(available) & set(shown["g"]):
            mistakes.append(f"figures.{figure}.g = {shown['g']}: none is in tasks.{name}.g = {available}")
        if shown.get("trial_g", available[0]) not in available:
            mistakes.append(f"figures.{figure}.trial_g = {shown['trial_g']} is not in tasks.{name}.g = {available}")
    return mistakes


def _task_names(figures: dict) -> list[tuple[str, list[str]]]:
    """Where the figures' section names tasks, and which."""
    return [
        ("figures.colors", list(figures["colors"])),
        ("figures.labels", list(figures["labels"])),
        ("figures.fig1.epochs", list(figures["fig1"]["epochs"])),
        ("figures.fig3.effective_time", list(figures["fig3"]["effective_time"])),
        *((f"figures.{figure}.tasks", figures[figure]["tasks"]) for figure in ("fig1", "fig2", "fig3", "fig4")),
    ]
