"""What each figure shows, known before it is drawn: its tables, its tasks, and the settings that its `draw` takes.

`settings` is a config as `config.validated` returns it.
"""

from . import config

TABLES = {
    "fig1": ("history", "spectrum", "truncation", "trials"),
    "fig2": ("summary",),
    "fig3": ("history", "trials", "theory"),
    "fig4": ("summary",),
    "fig5": ("sentiment_history", "sentiment_truncation", "sentiment_spectrum"),
    "figS_lstm": ("sentiment_history", "sentiment_spectrum"),
}
FIGURES = tuple(TABLES)
OF_LSTM = ("fig5", "figS_lstm")
WITHOUT_PUBLISHED = ("figS_lstm",)  # of the supplement there are no curves as numbers
OF_THE_PAPER = ("flipflop", "mante", "romo")


def figures(settings: dict) -> list[str]:
    """The figures of a run; one with nothing to show is not drawn."""
    return [name for name in FIGURES if (settings["sentiment"] if name in OF_LSTM else tasks(settings, name))]


def tasks(settings: dict, figure: str) -> list[str]:
    """The tasks that a figure shows, but for those left out; none of the LSTM's."""
    return [task for task in settings["figures"][figure].get("tasks", []) if task in settings["tasks"]]


def has_published(settings: dict, figure: str) -> bool:
    """Whether a figure of the run shows something of which there are published curves."""
    if figure in OF_LSTM:
        return figure not in WITHOUT_PUBLISHED
    entries = {task: settings["tasks"][task] for task in tasks(settings, figure)}
    return any(task in OF_THE_PAPER or config.is_linear(entry) for task, entry in entries.items())


def of_figure(settings: dict, figure: str) -> dict:
    """What a figure's `draw` is told: its own settings, and what to say of the tasks that it shows; no more.

    Figures are drawn again when this changes.
    """
    given, own = settings["figures"], settings["figures"][figure]
    if figure in OF_LSTM:
        return {"fig5": {"colors": given["fig5"]["colors"]}, figure: own}
    names = tasks(settings, figure)
    said = {key: {task: given[key][task] for task in names if task in given[key]} for key in ("colors", "labels")}
    targets = {task: settings["tasks"][task]["numbers"].get("target") for task in names}
    return {**said, "targets": targets, figure: {**own, "tasks": names}}
