"""Figure 2: how learning depends on the strength g of the initial connectivity.

Over g, for each task: the convergence epoch (a), the Frobenius norm of the change dW (b), the loss with the elements of
W0 shuffled before dW is added (c, in units of L0), and the functional rank of dW (d).
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
    "title": "Figure 2",
    "number": "2",
    "shows": "Strength of W₀",
    "tables": ["summary"],
    "settings": {"tasks": "list[str]", "convergence_limit": "Count"},
    "published": {"tables": ["summary"], "curves": "tasks"},
}
HEIGHT = 1.75  # inches
MEASURES = {
    "convergence_epoch": "Conv. time (epochs)",
    "norm_dW": r"$\|\Delta W\|$",
    "shuffled_ratio": "Loss after shuffle",
    "functional_rank": "Functional rank",
}


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    """Draw Figure 2 from the table summary; `figures` as in config.yaml."""
    settings = figures["fig2"]
    hues, markers = style.colors(settings["tasks"], figures["colors"]), style.markers(settings["tasks"])
    networks = converged(tables["summary"])
    figure = Figure((style.WIDTH, HEIGHT))
    grid = figure.add_gridspec(1, len(MEASURES), left=0.08, right=0.99, top=0.81, bottom=0.205, wspace=0.45)
    axes = grid.subplots(sharex=True)
    for ax, letter, (measure, text) in zip(axes, "abcd", MEASURES.items(), strict=True):
        panel(ax, spread(networks, measure), hues, markers)
        ax.set_ylabel(text)
        style.letter(ax, letter)
    convergence_axis(axes[0], spread(networks, "convergence_epoch"), settings["convergence_limit"])
    norm_axis(axes[1])
    ratios = spread(networks, "shuffled_ratio")
    style.loss_axis(axes[2], (ratios["mean"] + ratios["sd"].fillna(0)).to_numpy())
    rank_axis(axes[3])
    names = {task: style.label(figures, task) for task in hues}
    handles = [Line2D([], [], marker=markers[t], color=color, label=names[t]) for t, color in hues.items()]
    figure.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.535, 0.99), ncols=len(handles))
    figure.supxlabel("Initial connectivity strength $g$", x=0.535, y=0.01, fontsize=style.LABEL)
    return figure


def panel(ax: Axes, points: DataFrame, hues: dict, markers: dict) -> None:
    """Plot the mean over g, with a band of ±1 standard deviation, for each task."""
    for task, color in hues.items():
        rows = points[points["task"] == task]
        g, mean, sd = (rows[name].to_numpy(float) for name in ("g", "mean", "sd"))
        ax.plot(g, mean, marker=markers[task], color=color, label=task)
        if np.isfinite(sd).any():
            ax.fill_between(g, mean - sd, mean + sd, color=color, alpha=0.3, linewidth=0.5)
    style.ticks(ax.xaxis, 4)


def convergence_axis(ax: Axes, points: DataFrame, limit: float) -> None:
    """Panel a: from 0 to `limit` epochs, or closer if all means are below half of it."""
    highest = points["mean"].max() if len(points) else limit
    top = limit if highest > limit / 2 else 1.2 * highest
    ax.set_ylim(-0.05 * top, top)
    style.ticks(ax.yaxis, 4, integer=True)


def norm_axis(ax: Axes) -> None:
    """Panel b: start at 0."""
    ax.set_ylim(-0.05 * ax.get_ylim()[1], ax.get_ylim()[1])
    style.ticks(ax.yaxis, 5)


def rank_axis(ax: Axes) -> None:
    """Panel d: start at 0, with integer ranks."""
    ax.set_ylim(0, ax.get_ylim()[1])
    style.ticks(ax.yaxis, 4, integer=True)


def panels(settings: dict) -> dict[str, Panel]:
    """Describe what each panel shows, by letter."""
    tasks = settings["fig2"]["tasks"]
    texts = {
        "convergence_epoch": ("the epoch at which training has converged", ()),
        "norm_dW": ("the Frobenius norm of the change dW of the connectivity", ()),
        "shuffled_ratio": (
            "loss after W0's elements were shuffled, divided by each network's own loss at epoch 0",
            ("shuffled_loss", "initial_loss"),
        ),
        "functional_rank": ("functional rank of dW", ()),
    }

    def rows(measure: str) -> Select:
        def select(summary: DataFrame) -> DataFrame:
            networks = complete(converged(summary), measure)
            return networks[networks["task"].isin(tasks)]

        return select

    note = f"{SPREAD}; only (task, g) of which all seeds converged or were imported"
    return lettered(
        [
            Panel(f"{text} over g: {note}", "summary", "g", y, ("task",), rows(y), "spread", columns=of)
            for y, (text, of) in texts.items()
        ]
    )
