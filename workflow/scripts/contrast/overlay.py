"""The figures of two runs over one another: the first as it is always drawn, the second's lines in grey on top."""

import importlib
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lowrank.figures import style
from lowrank.files import atomic
from lowrank.problems import Problem
from provenance.runs import Run

TABLES = {
    "fig1": ("history", "spectrum", "truncation", "trials"),
    "fig2": ("summary",),
    "fig3": ("history", "trials", "theory"),
    "fig4": ("summary",),
    "fig5": ("sentiment_history", "sentiment_truncation", "sentiment_spectrum"),
    "figS_lstm": ("sentiment_history", "sentiment_spectrum"),
}
GREY, ROOM = "0.3", 0.16  # inches below a figure, for what is said of the two


def common(name: str, a: Run, b: Run) -> tuple[dict, dict]:
    """The settings of a figure in both runs, with the tasks that both show; Problem if there are none."""
    settings = a.figures(name), b.figures(name)
    if "tasks" not in settings[0][name]:
        return settings
    tasks = [task for task in settings[0][name]["tasks"] if task in settings[1][name]["tasks"]]
    if not tasks:
        raise Problem(f"{name}: {a.name} and {b.name} show no task in common")
    return tuple(each | {name: each[name] | {"tasks": tasks}} for each in settings)


def drawn(name: str, a: Run, b: Run) -> Figure:
    """A figure of both runs; Problem if one of them cannot be drawn, or is laid out in another way."""
    module = importlib.import_module(f"lowrank.figures.{name}")
    settings = common(name, a, b)
    with np.errstate(invalid="ignore", divide="ignore"):  # what has not converged is not drawn
        first, second = (
            module.draw({table: run.frame(table) for table in TABLES[name]}, each)
            for run, each in zip((a, b), settings, strict=True)
        )
    if len(first.axes) != len(second.axes):
        raise Problem(f"{name}: {a.name} and {b.name} have other panels")
    for below, above in zip(first.axes, second.axes, strict=True):
        _add(below, above)
    _say(first, a.name, b.name)
    return first


def save(figure: Figure, path: Path) -> None:
    """As PNG, with what stands below it."""
    with style.context(), atomic(path) as temporary:
        figure.savefig(temporary, format="png", dpi=200, bbox_inches="tight", metadata=style.METADATA[".png"])


def _add(below: Axes, above: Axes) -> None:
    """The lines and bands of `above` onto `below`, whose axes become wide enough for both."""
    limits = [(below.get_xlim(), below.get_ylim()), (above.get_xlim(), above.get_ylim())]
    for band in above.collections:
        paths = [path.vertices for path in band.get_paths()]
        below.add_collection(PolyCollection(paths, color=GREY, alpha=0.12, linewidth=0), autolim=False)
    for line in above.lines:
        if line.get_transform() is above.transData or line.get_transform() == above.transData:
            below.add_line(_in_grey(line))
    for axis, pair in (
        ("x", zip(*(x for x, _ in limits), strict=True)),
        ("y", zip(*(y for _, y in limits), strict=True)),
    ):
        low, high = pair
        getattr(below, f"set_{axis}lim")(min(low), max(high))


def _in_grey(line: Line2D) -> Line2D:
    x, y = line.get_data()
    mark = {"marker": line.get_marker(), "markersize": line.get_markersize(), "markerfacecolor": "white"}
    dashes = {"linestyle": (0, (2.5, 1.2)), "linewidth": 0.8, "drawstyle": line.get_drawstyle()}
    return Line2D(x, y, color=GREY, markeredgewidth=0.7, zorder=4, **dashes, **mark)


def _say(figure: Figure, a: str, b: str) -> None:
    """Which run is which."""
    height = -ROOM / figure.get_figheight()
    figure.text(0.5, height, f"In colour: {a}.  Grey, dashed: {b}.", ha="center", fontsize=style.SMALL, color=GREY)
