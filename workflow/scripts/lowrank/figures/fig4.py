"""Figure 4: how the linear network's learning depends on the strength g of the initial connectivity.

Over g, for each target: the learning time tau* until the loss is below 5 % of L0 (a), the Frobenius norm of the final
dW (b), the norm of the gradient averaged over [0, tau*] (c), each divided by its mean at g = 0, and the loss after
shuffling W0, over L0 = z^2/2 (d). Dashed: first-order theory.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pandas import DataFrame

from . import style
from .panels import SPREAD, Panel
from .style import values

FIGURE = {
    "title": "Figure 4",
    "number": "4",
    "shows": "Linear network, all g",
    "tables": ["summary"],
    "settings": {"tasks": "list[str]"},
    "linear": True,
    "from_zero": True,
    "published": {"tables": ["summary"], "curves": "targets"},
}
HEIGHT = 1.75  # inches
TOP = {"c": 6.3}  # upper end of the axis; other panels show everything
PANELS = {  # measure, label, theory as a formula and as a function of x = 1 - g^2
    "a": ("convergence_tau", "Conv. time", "$(1-g^2)^2$", lambda x: x**2),
    "b": ("norm_dW", r"$\|\Delta W\|$", "$1-g^2$", lambda x: x),
    "c": ("mean_gradient_norm", "Avg. grad.", "$1/(1-g^2)$", lambda x: 1 / x),
    "d": ("shuffled_loss", "Loss after shuffle", "$g^4(2-g^2)^2$", lambda x: (1 - x**2) ** 2),
}


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    """Draw Figure 4 from the table summary; `figures` as in config.yaml, with the tasks' targets."""
    tasks, targets = figures["fig4"]["tasks"], figures["targets"]
    hues, markers = style.colors(tasks, figures["colors"]), style.markers(tasks)
    networks, left_out = converging(tables["summary"], tasks)
    figure = Figure((style.WIDTH, HEIGHT))
    grid = figure.add_gridspec(1, len(PANELS), left=0.075, right=0.985, top=0.875, bottom=0.215, wspace=0.42)
    axes = grid.subplots(sharex=True)
    for ax, (letter, (measure, text, formula, theory)) in zip(axes, PANELS.items(), strict=True):
        for task, color in hues.items():
            scale = targets[task] ** 2 / 2 if letter == "d" else at_zero(networks, task, measure)
            points(ax, networks[networks["task"] == task], measure, scale, color, markers[task])
        g = np.linspace(0, 0.999, 200)
        ax.plot(g, theory(1 - g**2), color="0.15", linestyle="--", zorder=3)
        style.letter(ax, letter)
        style.ticks(ax.xaxis, 3)
        ax.set_xlim(-0.05, 1.05)
        ax.set_ylabel(text)
        axis(ax, letter)
        entries = [Line2D([], [], color="0.15", linestyle="--", label=formula)]
        if letter == "a":
            title = Line2D([], [], linestyle="none", label=r"$\hat{z}$")
            dots = [
                Line2D([], [], marker=markers[task], color=color, label=f"{targets[task]:.1f}")
                for task, color in hues.items()
            ]
            entries = [title, *dots, *entries]
        layout = (
            {"loc": "upper left", "bbox_to_anchor": (0.06, 1.02)}
            if letter in "cd"
            else {"loc": "lower left", "bbox_to_anchor": (0.06, 0.09)}
        )
        ax.legend(handles=entries, handlelength=1.8, **layout)
    figure.supxlabel("Initial connectivity strength $g$", x=0.52, y=0.01, fontsize=style.LABEL)
    if left_out:
        figure.text(0.985, 0.015, left_out, ha="right", fontsize=style.SMALL, color="0.4")
    return figure


def converging(summary: DataFrame, tasks: list[str]) -> tuple[DataFrame, str]:
    """Select the tasks' networks that did not diverge, measures as floats; and describe in words how many did."""
    rows = summary[summary["task"].isin(tasks)]
    measures = [measure for measure, *_ in PANELS.values()]
    networks = rows[["task", "g", "seed"]].assign(**{name: values(rows, name) for name in measures})
    diverged = values(rows, "norm_dW") != values(rows, "norm_dW")  # NaN
    text = f"{diverged.sum()} of {len(rows)} networks diverged: left out" if diverged.any() else ""
    return networks[~diverged], text


def at_zero(networks: DataFrame, task: str, measure: str) -> float:
    """Return the mean of a measure over a task's networks without initial connectivity."""
    return float(networks[(networks["task"] == task) & (networks["g"] == 0)][measure].mean())


def points(ax: Axes, networks: DataFrame, measure: str, scale: float, color, marker: str) -> None:
    """Plot the mean over g in units of `scale`, with a band of ±1 standard deviation (ddof = 0)."""
    groups = networks.groupby("g")[measure]
    g, mean = np.array(list(groups.groups)), groups.mean().to_numpy() / scale
    sd = np.where(groups.count() > 1, groups.std(ddof=0), np.nan) / scale
    ax.plot(g, mean, marker=marker, color=color)
    ax.fill_between(g, mean - sd, mean + sd, color=color, alpha=0.4, linewidth=0.5)


def axis(ax: Axes, letter: str) -> None:
    """Start the y axis at 0; label panel d in units of L0."""
    top = TOP.get(letter, 1.1)
    if letter == "d":
        top = max(top, min(ax.get_ylim()[1], style.MOST))
        ax.set_yticks([0, 1], ["0", "$L_0$"])
    else:
        style.ticks(ax.yaxis, 3, integer=True)
    ax.set_ylim(-0.05 * top, top)
    ax.axhline(0, color="0.8", linewidth=0.6, zorder=0)


def panels(settings: dict) -> dict[str, Panel]:
    """Describe what each panel shows, by letter."""
    tasks = settings["fig4"]["tasks"]
    texts = {
        "a": "learning time tau* until the loss is below measure.threshold of L0, divided by its mean at g = 0",
        "b": "Frobenius norm of dW, divided by its mean at g = 0",
        "c": "norm of the gradient, averaged until tau*, divided by its mean at g = 0",
        "d": "loss after W0's elements were shuffled, divided by L0 = target^2/2",
    }
    return {
        letter: Panel(
            f"{text}: {SPREAD}",
            "summary",
            "g",
            PANELS[letter][0],
            ("task",),
            lambda summary: converging(summary, tasks)[0],
            "points",
            "dashed: the theory's first order, a formula in the figure's file",
        )
        for letter, text in texts.items()
    }
