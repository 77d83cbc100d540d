"""Validate the parsed config as a whole and report all errors at once."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from typing import get_type_hints

from pydantic import Field, create_model

from .. import figures, measures, tasks
from ..core.errors import UserError
from ..store import schemas
from ..tasks import contract
from . import entries, imported, schema
from .errors import checked, nearest, unknown
from .schema import Config, Figures, ImportedNetworks, Measure, Networks, Section, Sentiment, Step, Training

TEST_TRIALS = 8  # imported networks have no batch: one must be judged on some of so many trials


def validated(raw: dict) -> dict:
    """Return the config in built-in types, with every task's values filled in; raise UserError listing all errors.

    A task's own parameters go into its `numbers`. Values given as text on the command line are converted.
    """
    errors = list(_foreign(raw))
    if isinstance(raw.get("tasks"), dict):
        raw = raw | {"tasks": _entries(raw["tasks"])}
    if raw.get("sentiment") == "null":
        raw = raw | {"sentiment": None}
    config = checked(model(), raw, "", errors)
    tasks = raw.get("tasks") if isinstance(raw.get("tasks"), dict) else {}
    training = raw.get("training") if isinstance(raw.get("training"), dict) else {}
    errors += [
        f"training.{key} {unknown(key, Training.model_fields)}" for key in training if key not in Training.model_fields
    ]
    complete = {name: _task(name, entry, training, errors) for name, entry in tasks.items() if isinstance(entry, dict)}
    if config and all(complete.values()):
        for entry in complete.values():
            entry["seeds"] = entry["seeds"] or config["seeds"]
        imported.complete(complete, errors)
    if config and all(complete.values()):
        config["tasks"] = complete
        del config["training"]
        errors += _setting_errors(config, list(tasks))
    if errors:
        raise UserError("\n  ".join(["the config cannot be used:", *dict.fromkeys(errors)]))
    return config


def _entries(raw: dict) -> dict:
    """Return the tasks' entries, with what is like another or stands for several resolved."""
    try:
        return entries.expanded({name: None if entry == "null" else entry for name, entry in raw.items()})
    except UserError as error:
        raise UserError(f"the config cannot be used:\n  {error}") from error


def task(name: str, entry: dict, training: dict) -> dict:
    """Return one task's entry, checked and completed from `training`; raise UserError listing all errors."""
    complete = _task(name, entry, training, errors := [])
    if errors:
        raise UserError("; ".join(errors))
    return complete


@cache
def model() -> type[Config]:
    """Build the config schema, including the settings that the measures declare."""
    sections = {"measure": Measure, "sentiment": Sentiment}
    taken = {name: {} for name in sections}
    for measure in measures.every():
        hints = _types(measure, f"measures/{measure.name}.py")
        for setting in fields(measure):
            kind = taken[measure.section()].setdefault(setting.name, hints[setting.name])
            if kind != hints[setting.name]:
                where = f"{measure.section()}.{setting.name}"
                raise UserError(f"measures/{measure.name}.py and another measure take {where} as different types")
    made = {name: create_model(base.__name__, __base__=base, **taken[name]) for name, base in sections.items()}
    return create_model(
        "Config", __base__=Config, measure=made["measure"], sentiment=made["sentiment"] | None, figures=_figures()
    )


def _figures() -> type[Figures]:
    """Build the schema of the figures section, including each figure's own settings."""
    found = {}
    for name in figures.names():
        for table in figures.declared(name).tables:
            if table not in schemas.names():
                raise UserError(f"figures/{name}.py: there is no table {table!r}{nearest(table, schemas.names())}")
        kind = _section(f"figures/{name}.py", figures.declared(name).settings)
        found[name] = (kind, ... if kind.model_fields else Field(default_factory=kind))
    return create_model("Figures", __base__=Figures, **found)


def _section(file: str, settings: dict[str, str | dict]) -> type[Section]:
    """Build a schema from type names; a nested mapping becomes a section of its own."""
    named = {key: kind for key, kind in settings.items() if not isinstance(kind, dict)}
    hints = _types(type(file, (), {"__annotations__": named}), file)
    below = {key: _section(file, kind) for key, kind in settings.items() if isinstance(kind, dict)}
    return create_model("Section", __base__=Section, **{key: ({**hints, **below}[key], ...) for key in settings})


def _types(owner: type, file: str) -> dict:
    """Resolve the types of a class's fields, whose names refer to types in `schema`."""
    try:
        return get_type_hints(owner, localns=vars(schema), include_extras=True)
    except NameError as error:
        raise UserError(f"{file}: there is no type {error.name!r} of settings") from error


def _foreign(value, where: str = "") -> Iterator[str]:
    """Report values that YAML tags produce but JSON, the format of the plan, cannot represent."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from _foreign(item, f"{where}.{key}".lstrip("."))
    elif not isinstance(value, str | int | float | None):
        yield f"{where} = {value!r}: it must be text, a number, true, false, null, a list or a mapping"


def _task(name: str, entry: dict, training: dict, errors: list[str]) -> dict | None:
    """Complete one task's entry from `training`; check its own parameters against the task's class."""
    module = entry.get("module", name)
    if name == "sentiment":
        errors.append("tasks.sentiment: the name is that of the LSTM's task")
        return None
    if module not in contract.known():
        errors.append(f"tasks.{name}: there is no task {module!r}{nearest(module, contract.known())}")
        return None
    if broken := contract.errors_of_file(module):
        errors += [f"tasks.{name}: {error}" for error in broken]
        return None
    task = tasks.load(module)
    kind, training = (ImportedNetworks, {}) if "imported" in entry else (Networks, training)
    own = {field.name for field in fields(task)} - {"dt"}
    known = kind.model_fields | dict.fromkeys(own)
    strange = [key for key in entry if key not in known]
    errors += [f"tasks.{name}.{key} {unknown(key, known)}" for key in strange]
    common = {key: value for key, value in {**training, **entry, "module": module}.items() if key in kind.model_fields}
    networks = checked(kind, common, f"tasks.{name}.", found := [])
    errors += [_where_it_is_set(error, f"tasks.{name}.", training.keys() - entry.keys()) for error in found]
    step = checked(Step, {"dt": common.get("dt")}, "", [])
    numbers = _numbers(name, module, entry, step, errors)
    if not networks or not numbers or strange:
        return None
    del numbers["dt"]
    if broken := contract.errors_of_task(module, {"batch": TEST_TRIALS} | networks, numbers):
        errors += [f"tasks.{name}: {error}" for error in broken]
        return None
    return {**networks, "numbers": numbers}


def _numbers(name: str, module: str, entry: dict, step: dict | None, errors: list[str]) -> dict | None:
    """Check a task's own parameters together with its step; skip checks of durations if the step itself is invalid."""
    task = tasks.load(module)
    given = {
        f.name: entry[f.name] if f.type is bool else _spelt(entry[f.name]) for f in fields(task) if f.name in entry
    }
    try:
        with contract.limited():
            return checked(task, given | (step or {"dt": 1.0}), f"tasks.{name}.", errors, alone=not step)
    except contract.RAISED as error:  # raised by the task's own code, or for a type that pydantic cannot check
        errors.append(f"tasks.{name}: its numbers cannot be checked: {contract.described(error, module)}")
        return None


def _where_it_is_set(error: str, where: str, inherited: set[str]) -> str:
    """Reword a task's error so that it names the key the value came from, `tasks.X` or `training`."""
    key = re.match(r"\w*", error.removeprefix(where)).group()
    return error.replace(where, "training.", 1) if key in inherited else error


def _spelt(value):
    """Turn booleans into text, which fails validation as a number; as booleans they would pass for 1 and 0."""
    if isinstance(value, list):
        return [_spelt(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else value


def _setting_errors(config: dict, named: list[str]) -> list[str]:
    """List values that are valid alone but inconsistent with the rest; `named` includes tasks that were left out."""
    errors = [] if config["tasks"] else ["tasks: all are left out"]
    alike = Counter(name.lower() for name in config["tasks"])
    for name in (name for name, count in alike.items() if count > 1):
        clashing = " and ".join(task for task in config["tasks"] if task.lower() == name)
        errors.append(f"tasks: {clashing} differ in case alone, which file systems of macOS do not tell apart")
    errors += _measure_errors(config)
    return errors + list(_figure_errors(config, named))


def _measure_errors(config: dict) -> Iterator[str]:
    """Report measure settings that do not fit the networks."""
    networks = {f"tasks.{name}": task for name, task in config["tasks"].items()}
    for measure in measures.of_run(config):
        of = {measures.LSTM: config["sentiment"]} if measure.of_lstm else networks
        for error in measure(**measure.settings(config)).setting_errors(of):
            yield f"{measure.section()}.{error}"


def is_linear(task: dict) -> bool:
    """Return True if a task of a `validated` config is that of Section 3, for which a theory of its training exists."""
    return task["module"] == "linear" and task["nonlinearity"] == "identity" and "imported" not in task


def _figure_errors(config: dict, named: list[str]) -> Iterator[str]:
    """Report names in the figures that the run lacks; a task left out of the run is also left out of the figures."""
    for path, names in _task_names(config["figures"]):
        yield from (f"{path}: there is no task {name!r}{nearest(name, named)}" for name in names if name not in named)
    for name in figures.names():
        declared = figures.declared(name)
        if not declared.of_lstm:
            yield from _errors_of_figure(config, name)
        elif config["sentiment"]:
            yield from _seed_errors(config["figures"][name], name, "sentiment.seeds", config["sentiment"]["seeds"])


def _seed_errors(settings: dict, figure: str, where: str, seeds: list[int]) -> Iterator[str]:
    for key, kind in figures.declared(figure).settings.items():
        if kind == "Seed" and settings[key] not in seeds:
            yield f"figures.{figure}.{key} = {settings[key]} is not one of {where} = {seeds}"


def _borrowed_seed_errors(config: dict, figure: str, task: str) -> Iterator[str]:
    """Report a task that lacks the seed which a figure takes from another."""
    seeds = config["tasks"][task]["seeds"]
    for owner, keys in figures.declared(figure).borrowed.items():
        if "seed" in keys and config["figures"][owner]["seed"] not in seeds:
            where = f"figures.{owner}.seed = {config['figures'][owner]['seed']}"
            yield f"{where} is not one of tasks.{task}.seeds = {seeds}, and figures.{figure} shows that seed"


def _errors_of_figure(config: dict, figure: str) -> Iterator[str]:
    """Report names and values in a figure of tasks that its tasks lack."""
    settings, declared = config["figures"][figure], figures.declared(figure)
    yield from _seed_errors(settings, figure, "seeds", config["seeds"])
    shown = {name: config["tasks"][name] for name in settings.get("tasks", config["tasks"]) if name in config["tasks"]}
    for name, task in shown.items():
        if task["seeds"] != config["seeds"]:
            yield from _seed_errors(settings, figure, f"tasks.{name}.seeds", task["seeds"])
            yield from _borrowed_seed_errors(config, figure, name)
        for key, kind in declared.settings.items():
            if kind == "Strengths" and not set(task["g"]) & set(settings[key]):
                yield f"figures.{figure}.{key} = {settings[key]}: none is in tasks.{name}.g = {task['g']}"
            if kind == "Strength" and settings[key] not in task["g"]:
                yield f"figures.{figure}.{key} = {settings[key]} is not in tasks.{name}.g = {task['g']}"
        if declared.linear and not is_linear(task):
            yield f"figures.{figure}.tasks: {name!r} has no theory: its module is not linear"
        if declared.from_zero and 0 not in task["g"]:
            yield f"tasks.{name}.g lacks 0, in units of which figures.{figure} shows the others"


def _task_names(settings: dict) -> Iterator[tuple[str, list[str]]]:
    """Yield each key in the figures section that names tasks, with the names."""
    yield from ((f"figures.{key}", list(settings[key])) for key in ("colors", "labels"))
    for name in figures.names():
        for key, kind in figures.declared(name).settings.items():
            if key == "tasks" or f"{kind}".startswith("dict[str,"):
                yield f"figures.{name}.{key}", list(settings[name][key])
