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
    named = settings["figures"][figure].get("tasks", list(settings["tasks"]))
    return [task for task in named if task in settings["tasks"]]


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
    return {**borrowed, **selected, "targets": targets, figure: {**own, "tasks": names}}


def _of_lstm(figure: str) -> bool:
    return figures.declared(figure).of_lstm
