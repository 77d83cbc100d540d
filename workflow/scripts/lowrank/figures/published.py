"""Draw the published curves, thick and faint, under ours in any of the paper's figures."""

from collections.abc import Callable

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from ..comparison import readings
from ..comparison.base import TASKS
from . import style

NOTE = "thick and faint: published"


@style.context()
def underlay(figure: Figure, published: DataFrame, figures: dict, name: str, how: dict) -> Figure:
    """Draw the points of a figure's published file into its panels; `figures` as in config.yaml.

    `how` comes from FIGURE in the figure's file:
    `curves`: whether curves belong to tasks, targets or weights, which determines their colours;
    `from_rank_0`: panels whose published ranks count from 0.

    Curves over g use our markers, since tasks share a panel.
    """
    color, along_g = COLORS[how["curves"]](figures, figures[name]), readings(name.removeprefix("fig")).along_g
    curves = ["panel", "series", "target"] if along_g else ["panel", "series", "g", "target"]
    for (panel, series, *at), rows in published.groupby(curves, dropna=False):
        for ax in _axes(figure, panel):
            hue = color(series, *at)
            if hue is not None:
                look = {"linewidth": 2.5 if series.startswith("s2") else 4}
                if along_g:
                    look |= {"marker": _marker(ax, hue), "markersize": 6, "markeredgewidth": 0}
                _line(ax, rows, hue, shift=panel in how.get("from_rank_0", ()), look=look)
    figure.text(0.01, 0.01, NOTE, fontsize=style.SMALL - 1, color="0.45")
    return figure


def _axes(figure: Figure, letter: str) -> list[Axes]:
    """Return the axes with this panel letter: one or none."""
    return [ax for ax in figure.axes if any(text.get_text() == f"({letter})" for text in ax.texts)]


def _marker(ax: Axes, hue) -> str:
    """Return the marker of our line of this colour."""
    return next((line.get_marker() for line in ax.lines if line.get_color() == hue), "None")


def _line(ax: Axes, rows: DataFrame, color, shift: bool, look: dict) -> None:
    """Draw a curve and its band without changing the axis limits."""
    rows, limits = rows.sort_values("x"), (ax.get_xlim(), ax.get_ylim())
    x, y, sd = (rows[name].to_numpy(float) for name in ("x", "published", "sd"))
    ax.plot(x + shift, y, color=color, alpha=0.3, zorder=0.5, solid_capstyle="round", **look)
    ax.fill_between(x + shift, y - sd, y + sd, color=color, alpha=0.12, linewidth=0, zorder=0.4)
    ax.set(xlim=limits[0], ylim=limits[1])


# Colour of a published curve, by its series and, where they distinguish curves, g and target; None if not shown


def _of_tasks(figures: dict, settings: dict) -> Callable:
    hues = style.colors(settings["tasks"], figures["colors"])
    shades = {task: style.shades(hue, settings["g"]) for task, hue in hues.items()} if "g" in settings else None

    def color(series: str, *at: float):
        task = TASKS[series]
        return (shades.get(task, {}).get(at[0]) if shades else hues.get(task)) if task in hues else None

    return color


def _of_targets(figures: dict, settings: dict) -> Callable:
    hues = style.colors(settings["tasks"], figures["colors"])
    tasks = {figures["targets"][task]: task for task in settings["tasks"]}
    shades = {task: style.shades(hue, settings["g"]) for task, hue in hues.items()} if "g" in settings else None

    def color(series: str, *at: float):
        task = tasks.get(at[-1])
        return (shades[task].get(at[0]) if shades else hues[task]) if task else None

    return color


def _of_weights(figures: dict, settings: dict) -> Callable:
    return lambda series, *at: settings["colors"][series.removeprefix("truncate ").split()[0]]


COLORS = {"tasks": _of_tasks, "targets": _of_targets, "weights": _of_weights}
