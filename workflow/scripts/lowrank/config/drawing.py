"""Which figures a run draws, of which tasks, and with which settings.

`settings` is a config as `config.validated` returns it.
"""

from .. import figures
from . import config

OF_THE_PAPER = ("flipflop", "mante", "romo")


def of_run(settings: dict) -> list[str]:
    """The figures of a run; one with nothing to show is not drawn."""
    shows = {name: settings["sentiment"] if _of_lstm(name) else tasks(settings, name) for name in figures.names()}
    return [name for name, shown in shows.items() if shown]


def tasks(settings: dict, figure: str) -> list[str]:
    """The tasks that a figure shows, but for those left out; of one that names none, all; none of the LSTM's."""
    if _of_lstm(figure):
        return []
    named = settings["figures"][figure].get("tasks", list(settings["tasks"]))
    return [task for task in named if task in settings["tasks"]]


def has_published(settings: dict, figure: str) -> bool:
    """Whether a figure of the run shows something of which there are published curves."""
    if not figures.declared(figure).published or _of_lstm(figure):
        return bool(figures.declared(figure).published)
    entries = {task: settings["tasks"][task] for task in tasks(settings, figure)}
    return any(task in OF_THE_PAPER or config.is_linear(entry) for task, entry in entries.items())


def of_figure(settings: dict, figure: str) -> dict:
    """What a figure's `draw` is told: its own settings, and what to say of the tasks that it shows; no more.

    Figures are drawn again when this changes.
    """
    given, own, declared = settings["figures"], settings["figures"][figure], figures.declared(figure)
    borrowed = {other: {key: given[other][key] for key in keys} for other, keys in declared.borrowed.items()}
    if declared.of_lstm:
        return borrowed | {figure: own}
    names = tasks(settings, figure)
    said = {key: {task: given[key][task] for task in names if task in given[key]} for key in ("colors", "labels")}
    targets = {task: settings["tasks"][task]["numbers"].get("target") for task in names}
    return {**borrowed, **said, "targets": targets, figure: {**own, "tasks": names}}


def _of_lstm(figure: str) -> bool:
    return figures.declared(figure).of_lstm
