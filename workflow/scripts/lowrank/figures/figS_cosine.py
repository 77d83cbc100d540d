"""The supplementary figure on the cosine: a linear network without input learns an oscillation.

Outputs of trained networks and the target over a trial (a); over epochs, the loss in units of its initial value (b),
and imaginary (c) and real part (d) of the eigenvalue of W with the largest imaginary part, that is, of the fastest
oscillation. Dashed in d: the largest real part of any eigenvalue, at first that of W0, until it is the oscillation's.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pandas import DataFrame

from . import style
from .panels import Panel, lettered
from .style import values

FIGURE = {
    "title": "Supplement, cosine",
    "number": "S",
    "shows": "Oscillation, supplement",
    "tables": ["history", "trials"],
    "settings": {"tasks": "list[str]"},
    "one_seed": True,
    "borrowed": {"fig3": ["seed"]},
}
HEIGHT = 2.9  # inches
PARTS = {"imag": r"Im $\lambda$", "real": r"Re $\lambda$"}


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    """Draw the figure from the tables history and trials; `figures` as in config.yaml."""
    tasks = figures["figS_cosine"]["tasks"]
    history, trials = (tables[name][tables[name]["seed"] == figures["fig3"]["seed"]] for name in ("history", "trials"))
    colors = of_networks(history, tasks, style.colors(tasks, figures["colors"]))
    outputs, histories = (
        {(task, g): table[(table["task"] == task) & (table["g"] == g)] for task, g in colors}
        for table in (trials, history)
    )
    figure = Figure((style.WIDTH, HEIGHT))
    left = figure.add_gridspec(1, 1, left=0.075, right=0.42, top=0.72, bottom=0.33).subplots()
    right = figure.add_gridspec(3, 1, left=0.52, right=0.985, top=0.92, bottom=0.13, hspace=0.4).subplots(sharex=True)
    output_panel(left, outputs, colors)
    loss_panel(right[0], histories, colors)
    for ax, part in zip(right[1:], PARTS, strict=True):
        eigenvalue_panel(ax, histories, colors, part)
    for ax, letter in zip((left, *right), "abcd", strict=True):
        style.letter(ax, letter, left=26)
    right[-1].set_xlabel("Epoch")
    figure.align_ylabels(right)
    return figure


def of_networks(history: DataFrame, tasks: list[str], hues: dict) -> dict[tuple[str, float], tuple]:
    """Return a colour for each task and g: the task's hue, in shades if it has several g."""
    found = {}
    for task in tasks:
        strengths = history[history["task"] == task]["g"].unique()
        found |= {(task, g): color for g, color in style.rising(style.shades(hues[task], strengths)).items()}
    return found


def output_panel(ax: Axes, trials: dict[tuple, DataFrame], colors: dict) -> None:
    """Plot the outputs over the trial, and the target where the output is judged."""
    for network, rows in trials.items():
        for signal, look in (
            ("output", {"color": colors[network]}),
            ("target", {"color": "0.3", "ls": "--", "zorder": 3}),
        ):
            own = rows[rows["signal"] == signal].sort_values("time")
            ax.plot(values(own, "time"), values(own, "value"), **look)
            judged = values(own, "time")[np.isfinite(values(own, "value"))]
    ax.axvline(judged.max(), color="0.6", linewidth=0.6, dashes=(4, 2.5), zorder=0)
    ax.axhline(0, color="0.8", linewidth=0.6, zorder=0)
    ax.set(ylim=(-1.3, 1.3), xlabel="Trial time $t$", ylabel="Output")
    style.ticks(ax.xaxis, 2)
    style.ticks(ax.yaxis, 2)
    handles = [Line2D([], [], color=color, label=f"$g = {g}$") for (_, g), color in colors.items()]
    handles.append(Line2D([], [], color="0.3", linestyle="--", label=r"$\hat{z}$"))
    ax.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1.08), ncols=len(handles))


def loss_panel(ax: Axes, histories: dict[tuple, DataFrame], colors: dict) -> None:
    """Plot the loss over epochs, in units of the network's own initial loss."""
    for network, rows in histories.items():
        rows = rows.sort_values("epoch")
        loss = values(rows, "loss")
        ax.plot(values(rows, "epoch"), loss / loss[0], color=colors[network])
    style.loss_axis(ax, np.array([1.0]))
    style.ticks(ax.xaxis, 2, integer=True)
    ax.set_ylabel("Loss")


def eigenvalue_panel(ax: Axes, histories: dict[tuple, DataFrame], colors: dict, part: str) -> None:
    """Plot a part of the eigenvalue of the fastest oscillation; of the real part also the largest of all, dashed."""
    for network, rows in histories.items():
        rows = rows.sort_values("epoch").dropna(subset="fastest_real")
        epoch, fastest = values(rows, "epoch"), values(rows, f"fastest_{part}")
        ax.plot(epoch, fastest, color=colors[network])
        if part == "real":
            largest = values(rows, "eigenvalue1_real")
            ax.plot(
                epoch, np.where(largest > fastest, largest, np.nan), color=colors[network], linestyle="--", alpha=0.7
            )
    ax.axhline(0, color="0.8", linewidth=0.6, zorder=0)
    if part == "real":
        ax.axhline(1, color="0.6", linewidth=0.6, dashes=(4, 2.5), zorder=0)
    style.ticks(ax.yaxis, 2)
    ax.set_ylabel(PARTS[part])


def panels(settings: dict) -> dict[str, Panel]:
    """Describe what each panel shows, by letter."""
    chosen, seed = settings["figS_cosine"], settings["fig3"]["seed"]

    def rows(table: DataFrame) -> DataFrame:
        return table[table["task"].isin(chosen["tasks"]) & (table["seed"] == seed)]

    def outputs(trials: DataFrame) -> DataFrame:
        return rows(trials[trials["signal"] == "output"])

    text = f"the {{}} of the eigenvalue of W with the largest imaginary part over epochs, seed {seed}"
    dashed = "dashed: the largest real part of any eigenvalue, until it is that of the oscillation"
    return lettered(
        [
            Panel(
                "outputs of the trained networks over a trial",
                "trials",
                "time",
                "value",
                ("task", "g"),
                outputs,
                "output_panel",
                "dashed: the target, where the output is judged",
            ),
            Panel(
                "the loss over epochs, over its initial value",
                "history",
                "epoch",
                "loss",
                ("task", "g"),
                rows,
                "loss_panel",
            ),
            Panel(
                text.format("imaginary part"),
                "history",
                "epoch",
                "fastest_imag",
                ("task", "g"),
                rows,
                "eigenvalue_panel",
            ),
            Panel(
                text.format("real part"),
                "history",
                "epoch",
                "fastest_real",
                ("task", "g"),
                rows,
                "eigenvalue_panel",
                dashed,
                ("fastest_real", "eigenvalue1_real"),
            ),
        ]
    )
