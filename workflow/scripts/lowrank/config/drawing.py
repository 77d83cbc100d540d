"""Select the figures that a run draws, their tasks and their settings.

`settings` is a config as returned by `config.validated`.
"""

from .. import figures
from . import config

OF_THE_PAPER = ("flipflop", "mante", "romo")


def of_run(settings: dict) -> list[str]:
    """List the figures of a run; omit those with nothing to show."""
    shows = {name: settings["sentiment"] if _of_lstm(name) else tasks(settings, name) for name in figures.names()}
    return [name for name, visible in shows.items() if visible]


def tasks(settings: dict, figure: str) -> list[str]:
    """List the tasks that a figure shows: those it names, or all, without tasks left out. Empty for LSTM figures."""
    if _of_lstm(figure):
        return []
    named, declared = settings["figures"][figure].get("tasks", list(settings["tasks"])), figures.declared(figure)
    there = [task for task in named if task in settings["tasks"]]
    for key, kind in declared.settings.items():
        if kind == "AnyStrengths":
            shown = {*settings["figures"][figure][key]}
            there = [task for task in there if shown & {*settings["tasks"][task]["g"]}]
        if kind == "GroupSize":
            least = 2 * settings["figures"][figure][key]
            there = [task for task in there if len(settings["tasks"][task]["seeds"]) >= least]
    if not declared.beside:
        return there
    return [task for task in there if len(beside(settings["tasks"], task, declared.beside)) >= declared.least]


def networks(settings: dict, figure: str) -> list[str]:
    """List the tasks whose networks a figure shows: its `tasks`, and those that are shown beside them."""
    key, own = figures.declared(figure).beside, tasks(settings, figure)
    if not key:
        return own
    return list(dict.fromkeys(name for task in own for _, name in beside(settings["tasks"], task, key)))


def sizes(settings: dict) -> dict[str, list[str]]:
    """Map each of the paper's three tasks in the run to the names under which it has it, one per number of neurons."""
    tasks = settings["tasks"]
    return {task: [name for _, name in beside(tasks, task, "n_neurons")] for task in OF_THE_PAPER if task in tasks}


def seed(settings: dict, figure: str) -> int:
    """Return the seed of the networks in a figure that shows one: its own setting, or that of the figure it follows."""
    (owner,) = [other for other, keys in figures.declared(figure).borrowed.items() if "seed" in keys] or [figure]
    return settings["figures"][owner]["seed"]


def beside(tasks: dict[str, dict], task: str, key: str) -> list[list]:
    """List [value, name] of a task and of those that differ from it in this key alone, and in g and seeds; by value."""
    free = {key, "g", "seeds"}

    def fixed(entry: dict) -> dict:
        return {name: value for name, value in entry.items() if name not in free}

    found = {entry.get(key): name for name, entry in tasks.items() if fixed(entry) == fixed(tasks[task])}
    found[tasks[task].get(key)] = task
    return [[value, found[value]] for value in sorted(found)]


def has_published(settings: dict, figure: str) -> bool:
    """Return True if published curves exist for anything in this figure."""
    if not figures.declared(figure).published or _of_lstm(figure):
        return bool(figures.declared(figure).published)
    entries = {task: settings["tasks"][task] for task in tasks(settings, figure)}
    return any(task in OF_THE_PAPER or config.is_linear(entry) for task, entry in entries.items())


def of_figure(settings: dict, figure: str) -> dict:
    """Return the settings passed to a figure's `draw`: its own and those of the tasks it shows, nothing else.

    The figure is redrawn when these change.
    """
    given, own, declared = settings["figures"], settings["figures"][figure], figures.declared(figure)
    borrowed = {other: {key: given[other][key] for key in keys} for other, keys in declared.borrowed.items()}
    if declared.of_lstm:
        return borrowed | {figure: own}
    names = tasks(settings, figure)
    selected = {key: {task: given[key][task] for task in names if task in given[key]} for key in ("colors", "labels")}
    targets = {task: settings["tasks"][task]["numbers"].get("target") for task in names}
    found = {**borrowed, **selected, "targets": targets, figure: {**own, "tasks": names}}
    if key := declared.beside:
        found["beside"] = {task: beside(settings["tasks"], task, key) for task in names}
    return found


def _of_lstm(figure: str) -> bool:
    return figures.declared(figure).of_lstm
