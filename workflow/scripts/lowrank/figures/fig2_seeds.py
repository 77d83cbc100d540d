"""Figure 2 a with more networks than the paper's five for each g: how far means of five are from that of all.

A row per task, over g: the convergence epoch, averaged over all seeds and over groups of them (left), and the groups'
distance from the mean of all (right).
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pandas import DataFrame

from . import style
from .means import complete, converged, spread
from .panels import SPREAD, Panel, Select, lettered

FIGURE = {
    "title": "Figure 2 a with more seeds",
    "number": "2",
    "shows": "Groups of seeds",
    "tables": ["summary"],
    "settings": {"tasks": "list[str]", "group": "GroupSize"},
}
HEIGHT = 1.9  # inches, of a row
MEASURE = "convergence_epoch"
EDGE = {"linewidth": 0.5, "alpha": 0.3}


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    """Draw the figure from the table summary; `figures` as in config.yaml."""
    settings, tasks = figures["fig2_seeds"], figures["fig2_seeds"]["tasks"]
    hues, height = style.colors(tasks, figures["colors"]), HEIGHT * len(tasks)
    figure = Figure((style.WIDTH, height))
    edges = {"left": 0.1, "right": 0.985, "top": 1 - 0.4 / height, "bottom": 0.34 / height}
    axes = figure.add_gridspec(len(tasks), 2, wspace=0.3, hspace=0.35, **edges).subplots(squeeze=False, sharex="col")
    for row, task in enumerate(tasks):
        of_all, groups = means(tables["summary"], task, settings["group"])
        epochs(axes[row, 0], of_all, groups, hues[task])
        distances(axes[row, 1], of_all, groups, settings["group"], hues[task])
        axes[row, 0].set_ylabel(f"{style.label(figures, task)},\nconv. time (epochs)")
        axes[row, 1].set_ylabel("Groups, from the\nmean of all (%)")
        for column, ax in enumerate(axes[row]):
            style.letter(ax, chr(ord("a") + 2 * row + column), left=30)
    legend(figure, settings["group"], hues[tasks[0]])
    figure.supxlabel("Initial connectivity strength $g$", x=0.54, y=0.04 / height, fontsize=style.LABEL)
    return figure


def means(summary: DataFrame, task: str, size: int) -> tuple[DataFrame, list[DataFrame]]:
    """Return the `spread` of the convergence epoch for all seeds of a task, and for each `size` of them in order."""
    rows = summary[summary["task"] == task]
    seeds = sorted(rows["seed"].unique())
    chosen = [seeds[start : start + size] for start in range(0, len(seeds) - size + 1, size)]
    of_all, *groups = (spread(converged(rows[rows["seed"].isin(some)]), MEASURE) for some in [seeds, *chosen])
    return of_all, groups


def epochs(ax: Axes, of_all: DataFrame, groups: list[DataFrame], color: str) -> None:
    """Plot the mean of all seeds with a band of ±1 standard deviation, and each group's mean; the axis starts at 0."""
    g, mean, sd = (of_all[name].to_numpy(float) for name in ("g", "mean", "sd"))
    ax.fill_between(g, mean - sd, mean + sd, color=color, **EDGE)
    ax.plot(g, mean, color=color, marker="o")
    for group, look in zip(groups, looks(len(groups)), strict=True):
        ax.plot(group["g"], group["mean"], **look)
    ax.set_ylim(0, ax.get_ylim()[1])
    style.ticks(ax.xaxis, 7)
    style.ticks(ax.yaxis, 4, integer=True)


def distances(ax: Axes, of_all: DataFrame, groups: list[DataFrame], size: int, color: str) -> None:
    """Plot each group's distance from the mean of all, and a band of ±1 standard error of a mean of `size`; in %."""
    of_all = of_all.set_index("g")
    error = 100 * of_all["sd"] / of_all["mean"] / np.sqrt(size)
    ax.fill_between(error.index, -error, error, color=color, **EDGE)
    ax.axhline(0, color=color)
    for group, look in zip(groups, looks(len(groups)), strict=True):
        distance = 100 * (group.set_index("g")["mean"] / of_all["mean"] - 1).dropna()
        ax.plot(distance.index, distance, **look)
    highest = 1.05 * np.abs(ax.get_ylim()).max()
    ax.set_ylim(-highest, highest)
    style.ticks(ax.xaxis, 7)
    style.ticks(ax.yaxis, 4)


def looks(groups: int) -> list[dict]:
    """Return a look for each group: black for the first, grey for all others."""
    first = {"color": "black", "linewidth": 0.9, "zorder": 3}
    return [first, *[{"color": "0.55", "linewidth": 0.6, "zorder": 2.5}] * (groups - 1)]


def legend(figure: Figure, size: int, color: str) -> None:
    """Explain the lines, above the first row."""
    first, other = looks(2)
    lines = [({"color": color, "marker": "o"}, "all networks"), (first, f"the first {size}"), (other, f"other {size}")]
    handles = [Line2D([], [], label=label, **look) for look, label in lines]
    figure.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.54, 0.99), ncols=len(handles))


def panels(settings: dict) -> dict[str, Panel]:
    """Describe what each panel shows, by letter."""
    chosen = settings["fig2_seeds"]

    def rows(task: str) -> Select:
        def select(summary: DataFrame) -> DataFrame:
            return complete(converged(summary[summary["task"] == task]), MEASURE)

        return select

    text = f"the epoch at which training has converged, over g: {SPREAD}; only g of which all seeds converged"
    groups = f"means of groups of {chosen['group']} seeds, likewise, in the order of the seeds"
    apart = f"the same groups' distance from the mean of all, in %; a band of one standard error of {chosen['group']}"
    found = []
    for task in chosen["tasks"]:
        found.append(Panel(f"{task}: {text}", "summary", "g", MEASURE, ("task",), rows(task), "epochs", groups))
        found.append(Panel(f"{task}: {apart}", "summary", "g", MEASURE, ("task",), rows(task), "distances"))
    return lettered(found)
