"""The supplementary figure on network size: how learning depends on the number of neurons N.

One column per task, one shade per g. Rows, over N: the convergence epoch (a-c), the Frobenius norms of the change dW
(d-f) and of the trained connectivity W (g-i), and the functional rank of dW (j-l).
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator
from pandas import DataFrame

from . import style
from .means import spread
from .panels import SPREAD, Panel, Select, lettered
from .style import values

FIGURE = {
    "title": "Supplement, network size",
    "number": "S",
    "shows": "Network size, supplement",
    "tables": ["summary"],
    "settings": {"tasks": "list[str]", "g": "AnyStrengths"},
    "beside": "n_neurons",
    "least": 2,
    "published": {"tables": ["summary"], "curves": "tasks"},
}
HEIGHT = 3.9  # inches
MEASURES = {  # column: label, and what it is in words
    "convergence_epoch": ("Conv. time\n(epochs)", "the epoch at which training has converged"),
    "norm_dW": (r"$\|\Delta W\|$", "the Frobenius norm of the change dW of the connectivity"),
    "norm_W": (r"$\|W\|$", "the Frobenius norm of the trained connectivity W"),
    "functional_rank": ("Functional\nrank", "the functional rank of dW"),
}


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    """Draw the figure from the table summary; `figures` as in config.yaml, with each task's sizes in `beside`."""
    settings, tasks = figures["figS_size"], figures["figS_size"]["tasks"]
    hues, markers = style.colors(tasks, figures["colors"]), style.markers(tasks)
    width = style.WIDTH / 3 * len(tasks)
    figure = Figure((width, HEIGHT))
    sides = {"left": 0.6 / width, "right": 1 - 0.07 / width, "wspace": 0.3}
    grid = figure.add_gridspec(len(MEASURES), len(tasks), top=0.9, bottom=0.095, hspace=0.3, **sides)
    axes = grid.subplots(squeeze=False, sharex="col")
    for column, task in enumerate(tasks):
        shades = style.rising(style.shades(hues[task], settings["g"]))
        for row, measure in enumerate(MEASURES):
            ax = axes[row, column]
            panel(ax, over_size(tables["summary"], figures["beside"][task], measure), shades, markers[task])
            style.letter(ax, chr(ord("a") + row * len(tasks) + column), left=22)
        sizes = [size for size, _ in figures["beside"][task]]
        size_axis(axes[-1, column], sizes)
        axes[0, column].set_title(f"{style.label(figures, task)} task", pad=16)
        legend(axes[0, column], shades, markers[task])
    for ax, (text, _) in zip(axes[:, 0], MEASURES.values(), strict=True):
        ax.set_ylabel(text)
    figure.align_ylabels(axes[:, 0])
    return figure


def over_size(summary: DataFrame, sizes: list, measure: str) -> DataFrame:
    """Return mean and standard deviation (ddof = 0) over seeds by g and N, where all seeds have the measure."""
    rows = summary[summary["task"].isin([name for _, name in sizes])]
    return spread(rows.assign(**{measure: values(rows, measure)}), measure, ("g", "n_neurons"))


def panel(ax: Axes, points: DataFrame, shades: dict, marker: str) -> None:
    """Plot the mean over N, with a band of ±1 standard deviation, for each g; the axis starts at 0."""
    for g, color in shades.items():
        rows = points[np.isclose(points["g"], g)]
        size, mean, sd = (rows[name].to_numpy(float) for name in ("n_neurons", "mean", "sd"))
        ax.plot(size, mean, marker=marker, color=color)
        if np.isfinite(sd).any():
            ax.fill_between(size, mean - sd, mean + sd, color=color, alpha=0.3, linewidth=0.5)
    top = max(ax.get_ylim()[1], 1e-9)
    ax.set_ylim(-0.05 * top, top)
    style.ticks(ax.yaxis, 3, integer=bool(top > 3))


def size_axis(ax: Axes, sizes: list[int]) -> None:
    """Give N a logarithmic axis with a tick for each size."""
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes, [f"{size}" for size in sizes])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("Network size $N$")


def legend(ax: Axes, shades: dict, marker: str) -> None:
    """Explain the shades of g, above the column."""
    title = Line2D([], [], linestyle="none", label="$g$")
    handles = [title, *(Line2D([], [], color=color, marker=marker, label=f"{g}") for g, color in shades.items())]
    ax.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(handles), columnspacing=0.8)


def panels(settings: dict) -> dict[str, Panel]:
    """Describe what each panel shows, by letter."""
    chosen = settings["figS_size"]

    def rows(task: str, measure: str) -> Select:
        names = [name for _, name in settings["beside"][task]]

        def select(summary: DataFrame) -> DataFrame:
            own = summary[summary["task"].isin(names) & summary["g"].isin(chosen["g"])]
            return own[own[measure].notna().groupby([own["g"], own["n_neurons"]]).transform("all")]

        return select

    note = f"{SPREAD}; only where all seeds have it"
    return lettered(
        [
            Panel(f"{text} of {task} over N: {note}", "summary", "n_neurons", y, ("g",), rows(task, y), "panel")
            for y, (_, text) in MEASURES.items()
            for task in chosen["tasks"]
        ]
    )
