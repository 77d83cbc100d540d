"""The supplementary figure on divergence: a linear network whose learning takes an eigenvalue of W to 1.

One column per target. The loss over epochs for each g (a, b), and below, one row per g, the real parts of the five
leading eigenvalues of W. From a real part of 1 on the linear network's fixed point is unstable: the output grows over
the trial, and the gradient with it. The next update then throws the network far back, or to where nothing is finite.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pandas import DataFrame

from . import style
from .panels import Panel, Select, lettered
from .style import values

FIGURE = {
    "title": "Supplement, divergence",
    "number": "S",
    "shows": "Divergence, supplement",
    "tables": ["history"],
    "settings": {"tasks": "list[str]", "g": "AnyStrengths"},
    "one_seed": True,
    "borrowed": {"fig3": ["seed"]},
}
SHOWN = 5  # leading eigenvalues
HEIGHT = 0.95  # inches per row


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    """Draw the figure from the table history; `figures` as in config.yaml, with the tasks' targets."""
    chosen, tasks = figures["figS_divergence"], figures["figS_divergence"]["tasks"]
    history = tables["history"][tables["history"]["seed"] == figures["fig3"]["seed"]]
    hues, strengths = style.colors(tasks, figures["colors"]), sorted(chosen["g"])
    height, width = 0.75 + HEIGHT * (1 + len(strengths)), style.WIDTH / 2 * max(len(tasks), 1)
    figure = Figure((width, height))
    sides = {"left": 0.5 / width, "right": 1 - 0.1 / width, "top": 1 - 0.3 / height, "bottom": 0.36 / height}
    axes = figure.add_gridspec(1 + len(strengths), len(tasks), hspace=0.3, wspace=0.2, **sides)
    axes = axes.subplots(squeeze=False, sharex="col")
    for column, task in enumerate(tasks):
        rows = history[history["task"] == task]
        shades = style.rising(style.shades(hues[task], strengths))
        shades = {g: color for g, color in shades.items() if g in set(rows["g"])}
        loss_panel(axes[0, column], rows, shades)
        axes[0, column].set_title(rf"$\hat{{z}} = {figures['targets'][task]}$", pad=3)
        for ax, g in zip(axes[1:, column], strengths, strict=True):
            eigenvalues_panel(ax, rows[rows["g"] == g], g, shades.get(g))
        axes[-1, column].set_xlabel("Epoch")
        for row, ax in enumerate(axes[:, column]):
            style.letter(ax, chr(ord("a") + row * len(tasks) + column))
    axes[0, 0].set_ylabel("Loss")
    for ax in axes[1:, 0]:
        ax.set_ylabel(r"Re $\lambda(W)$")
    figure.align_ylabels(axes[:, 0])
    return figure


def loss_panel(ax: Axes, rows: DataFrame, shades: dict) -> None:
    """Plot the loss over epochs up to L0 and a little more."""
    highest = 0.0
    for g, color in shades.items():
        own = rows[rows["g"] == g].sort_values("epoch")
        loss = values(own, "loss")
        ax.plot(values(own, "epoch"), loss, color=color)
        highest = max(highest, loss[0])
    ax.set_ylim(-0.06 * highest, 1.15 * highest)
    ax.axhline(0, color="0.8", linewidth=0.6, zorder=0)
    style.ticks(ax.yaxis, 2)
    style.ticks(ax.xaxis, 3, integer=True)
    handles = [Line2D([], [], color=color, label=f"$g = {g}$") for g, color in shades.items()]
    ax.legend(handles=handles, loc="best")


def eigenvalues_panel(ax: Axes, rows: DataFrame, g: float, color) -> None:
    """Plot the real parts of the leading eigenvalues over epochs, with a dashed line at 1."""
    rows = rows.sort_values("epoch").dropna(subset="eigenvalue1_real")
    for index in range(1, SHOWN + 1):
        ax.plot(values(rows, "epoch"), values(rows, f"eigenvalue{index}_real"), color=color)
    ax.axhline(1, color="0.6", linewidth=0.6, dashes=(4, 2.5), zorder=0)
    ax.annotate(f"$g = {g}$", (0.02, 1), (0, 1), xycoords="axes fraction", textcoords="offset points")
    if len(rows):
        shown = values(rows, f"eigenvalue{SHOWN}_real")
        ax.set_ylim(np.nanmin(shown) - 0.08, max(1.12, np.nanmax(values(rows, "eigenvalue1_real")) + 0.05))
    style.ticks(ax.yaxis, 2, steps=(1, 2, 4, 5, 10))


def panels(settings: dict) -> dict[str, Panel]:
    """Describe what each panel shows, by letter."""
    chosen, seed = settings["figS_divergence"], settings["fig3"]["seed"]

    def of(task: str, strengths: list[float]) -> Select:
        def rows(history: DataFrame) -> DataFrame:
            own = history[(history["task"] == task) & (history["seed"] == seed)]
            return own[own["g"].isin(strengths)]

        return rows

    text, note = "the loss of {} over epochs, seed {}", "dashed: a real part of 1, where the fixed point is unstable"
    found = [
        Panel(text.format(task, seed), "history", "epoch", "loss", ("g",), of(task, chosen["g"]), "loss_panel")
        for task in chosen["tasks"]
    ]
    columns = tuple(f"eigenvalue{index}_real" for index in range(1, SHOWN + 1))
    text = "real parts of the five leading eigenvalues of W of {}, g = {}, seed {}, over epochs"
    found += [
        Panel(
            text.format(task, g, seed),
            *("history", "epoch", "eigenvalue1_real", ("g",)),
            of(task, [g]),
            "eigenvalues_panel",
            note,
            columns,
        )
        for g in sorted(chosen["g"])
        for task in chosen["tasks"]
    ]
    return lettered(found)
