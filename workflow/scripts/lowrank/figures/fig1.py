"""Figure 1: three tasks, and how networks with and without initial connectivity learn them.

One column per task. Rows: a trial (a-c), the loss during training (d-f), the singular values of the connectivity change
dW (g-i), and the loss of networks with dW truncated to its leading ranks (j-l, Eq. 4).
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from pandas import DataFrame

from ..core.errors import UserError
from . import style
from .panels import Panel, Select, lettered
from .style import values

FIGURE = {
    "title": "Figure 1",
    "number": "1",
    "shows": "Three tasks",
    "tables": ["history", "spectrum", "truncation", "trials"],
    "settings": {
        "tasks": "list[str]",
        "seed": "Seed",
        "g": "Strengths",
        "trial_g": "Strength",
        "epochs": "dict[str, Count]",
        "ranks": "Count",
    },
    "one_seed": True,
    "published": {"tables": ["history", "spectrum", "truncation"], "curves": "tasks"},
}
HEIGHT = 5.2  # inches
INPUTS = {"mante": [("Signal", "u", [3, 4]), ("Context", "c", [1, 2])]}  # sub-axes: title, symbol, channels
LEGEND_ROOM = 0.4  # right of a trial, in units of its duration
LOSS_SHARE = 0.995  # fraction of the epochs whose loss fits into axes d-f: isolated spikes may be cut off


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    """Draw Figure 1 from the tables history, truncation, spectrum and trials; `figures` as in config.yaml."""
    settings, tasks = figures["fig1"], figures["fig1"]["tasks"]
    width = style.WIDTH / 3 * len(tasks)
    figure = Figure((width, HEIGHT))
    sides = {"left": 0.5 / width, "right": 1 - 0.09 / width, "wspace": 0.36}
    trials = figure.add_gridspec(1, len(tasks), top=0.945, bottom=0.63, **sides)
    losses = figure.add_gridspec(1, len(tasks), top=0.52, bottom=0.395, **sides).subplots(squeeze=False)[0]
    lower = figure.add_gridspec(2, len(tasks), top=0.31, bottom=0.075, hspace=0.32, **sides)
    spectra, truncated = lower.subplots(squeeze=False, sharex=True)

    hues, markers = style.colors(tasks, figures["colors"]), style.markers(tasks)
    for column, task in enumerate(tasks):
        rows = {name: select(table, name, task, settings["seed"]) for name, table in tables.items()}
        shades = style.shades(hues[task], set(settings["g"]) & set(rows["history"]["g"]))
        shades = {g: shades[g] for g in settings["g"] if g in shades}  # the L0 of the first g scales all curves
        trial = rows["trials"][rows["trials"]["g"] == settings["trial_g"]]
        axes = trials_panel(figure, trials[column], trial, task)
        figure.align_ylabels(axes)
        panels = axes[0], losses[column], spectra[column], truncated[column]
        panels[0].set_title(f"{style.label(figures, task)} task", pad=10)
        loss_panel(panels[1], rows["history"], shades, settings["epochs"].get(task))
        spectrum_panel(panels[2], rows["spectrum"], shades, settings["ranks"], markers[task])
        truncation_panel(panels[3], rows["truncation"], shades, settings["ranks"], markers[task])
        for row, ax in enumerate(panels):
            style.letter(ax, chr(ord("a") + row * len(tasks) + column))
    style.same_height(spectra)
    for ax, text in (losses[0], "Loss"), (spectra[0], r"SV($\Delta W$)"), (truncated[0], "Loss"):
        ax.set_ylabel(text)
    figure.align_ylabels([losses[0], spectra[0], truncated[0]])
    return figure


def select(table: DataFrame, name: str, task: str, seed: int) -> DataFrame:
    """Select the rows of the network shown; raise UserError if there are none."""
    rows = table[(table["task"] == task) & (table["seed"] == seed)]
    if rows.empty:
        raise UserError(
            f"Figure 1 shows seed {seed} of task {task}, which the {name} table lacks: "
            "set figures.fig1.seed and figures.fig1.tasks to what the run has"
        )
    return rows


def reference(table: DataFrame, x: str, shades: dict) -> float:
    """Return L0, the loss at epoch or rank 0 of the first g shown; NaN if that is null or no g is shown."""
    rows = table[(table["g"] == next(iter(shades), None)) & (table[x] == 0)]
    return values(rows, "loss")[0] if len(rows) else np.nan


def plot(ax: Axes, table: DataFrame, x: str, y: str, shades: dict, scale: float = 1, **options) -> np.ndarray:
    """Plot one line per g, y / `scale` over x; return all plotted y."""
    drawn = [np.empty(0)]
    for g, color in shades.items():
        rows = table[table["g"] == g].sort_values(x)
        drawn.append(values(rows, y) / scale)
        ax.plot(values(rows, x), drawn[-1], color=color, label=f"{g}", **options)
    return np.concatenate(drawn)


def loss_panel(ax: Axes, history: DataFrame, shades: dict, epochs: int | None) -> None:
    """Panels d-f: loss over epochs, in units of L0; the axis spans `epochs`, or the whole training.

    Of imported networks only the loss at epoch 0 is known, and no gradient, which every trained network has.
    """
    scale = reference(history, "epoch", shades)
    if history["gradient_norm"].isna().all():
        ax.text(0.5, 0.5, "not known", transform=ax.transAxes, ha="center", color="0.5", fontsize=style.SMALL)
    epochs = epochs or max(int(history["epoch"].max()), 1)
    losses = plot(ax, history[history["epoch"] <= epochs], "epoch", "loss", shades, scale, linewidth=0.9)
    style.loss_axis(ax, losses, LOSS_SHARE)
    ax.set_xlim(-0.03 * epochs, 1.03 * epochs)
    style.ticks(ax.xaxis, 3, integer=True)
    ax.set_xlabel("Epoch")
    title = Line2D([], [], linestyle="none", label="$g$")
    handles = [title, *(Line2D([], [], color=color, label=f"{g}") for g, color in shades.items())]
    ax.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, 1.06), ncols=len(handles))


def spectrum_panel(ax: Axes, spectrum: DataFrame, shades: dict, ranks: int, marker: str) -> None:
    """Panels g-i: the leading singular values of dW."""
    rows = spectrum[(spectrum["matrix"] == "dW") & (spectrum["index"] <= ranks)]
    plot(ax, rows, "index", "singular_value", shades, marker=marker)
    style.ticks(ax.yaxis, 3)


def truncation_panel(ax: Axes, truncation: DataFrame, shades: dict, ranks: int, marker: str) -> None:
    """Panels j-l: loss with dW truncated to rank 1, 2, ...; L0 is the loss at rank 0, with the trained vectors."""
    rows = truncation[truncation["rank"].between(1, ranks)]
    losses = plot(ax, rows, "rank", "loss", shades, reference(truncation, "rank", shades), marker=marker)
    style.loss_axis(ax, losses)
    ax.set_xticks(np.unique(np.linspace(1, ranks, 3).round()))
    ax.set_xlabel("Rank")


def trials_panel(figure: Figure, slot: SubplotSpec, trial: DataFrame, task: str) -> list[Axes]:
    """Panels a-c: inputs and outputs of a trial in sub-axes, with its phases marked unless they recur."""
    channels = {signal: sorted(rows["channel"].unique()) for signal, rows in trial.groupby("signal")}
    inputs = INPUTS.get(task, [("In", "u", channels.get("input", []))])
    outputs = channels.get("output", [])
    axes = slot.subgridspec(len(inputs) + len(outputs), 1, hspace=0.35).subplots(squeeze=False, sharex=True)[:, 0]
    for ax, (title, symbol, numbers) in zip(axes, inputs, strict=False):
        input_axes(ax, trial, title, symbol, numbers)
    for ax, number in zip(axes[len(inputs) :], outputs, strict=True):
        output_axes(ax, trial, number, len(outputs) == 1)
    style.same_height(axes[len(inputs) :])
    for ax in axes:
        time_axis(ax, trial)
    axes[-1].set_xlabel("Trial time $t$")
    return list(axes)


def input_axes(ax: Axes, trial: DataFrame, title: str, symbol: str, channels: list[int]) -> None:
    """Plot the inputs, from grey to black."""
    for number, (channel, grey) in enumerate(zip(channels, np.linspace(0.62, 0.1, len(channels)), strict=True), 1):
        name = f"${symbol}_{{{number}}}$" if len(channels) > 1 else f"${symbol}$"
        plot_signal(ax, trial, "input", channel, color=f"{grey}", label=name)
    ax.set_ylabel(title)


def output_axes(ax: Axes, trial: DataFrame, channel: int, only: bool) -> None:
    """Plot an output z of the trained network and its target, where the mask includes it."""
    index = "" if only else f"_{{{channel}}}"
    plot_signal(ax, trial, "output", channel, color="0.62", linewidth=1.7, label=f"$z{index}$")
    plot_signal(ax, trial, "target", channel, color="0.1", linewidth=1, label=rf"$\hat{{z}}{index}$")
    ax.set_ylabel("Out" if only else f"Out {channel}")


def plot_signal(ax: Axes, trial: DataFrame, signal: str, channel: int, **options) -> None:
    """Plot one channel over time, with gaps where it is null."""
    rows = trial[(trial["signal"] == signal) & (trial["channel"] == channel)].sort_values("time")
    ax.plot(values(rows, "time"), values(rows, "value"), **options)


def time_axis(ax: Axes, trial: DataFrame) -> None:
    """Draw time from 0 to the end of the trial, its phases, and the legend to the right."""
    end = trial["time"].max() if len(trial) else 1
    ax.legend(loc="center left", bbox_to_anchor=(1.06 / (1 + LEGEND_ROOM), 0.5), handles=list(ax.lines))
    ax.plot([0, end], [0, 0], color="0.8", linewidth=0.6, zorder=0)
    for time in boundaries(trial):
        ax.axvline(time, color="0.6", linewidth=0.6, dashes=(4, 2.5), zorder=0)
    ax.set_xlim(-0.03 * end, (1 + LEGEND_ROOM) * end)
    ax.spines["bottom"].set_bounds(-0.03 * end, end)
    style.ticks(ax.yaxis, 3, steps=[1, 2.5, 5, 10])
    locations = MaxNLocator(3, integer=True).tick_values(0, end)
    ax.set_xticks(locations[(locations >= 0) & (locations <= end)])


def boundaries(trial: DataFrame) -> np.ndarray:
    """Return the times at which the phase changes; empty if a phase recurs."""
    steps = trial.drop_duplicates("time").sort_values("time")
    begins = steps[steps["phase"] != steps["phase"].shift()]
    return values(begins[1:], "time") if begins["phase"].is_unique else np.empty(0)


def panels(settings: dict) -> dict[str, Panel]:
    """Describe what each panel shows, by letter."""
    settings = settings["fig1"]
    rows = (_trial, _loss, _spectrum, _truncation)
    return lettered([row(task, settings) for row in rows for task in settings["tasks"]])


def _of_network(task: str, settings: dict, strengths: list[float], keep: Select = lambda rows: rows) -> Select:
    def rows(table: DataFrame) -> DataFrame:
        own = table[(table["task"] == task) & (table["seed"] == settings["seed"]) & table["g"].isin(strengths)]
        return keep(own)

    return rows


def _trial(task: str, settings: dict) -> Panel:
    text = f"one test trial of the trained {task} network of g = {settings['trial_g']:g}: inputs, outputs, targets"
    rows = _of_network(task, settings, [settings["trial_g"]])
    return Panel(
        text, "trials", "time", "value", ("signal", "channel"), rows, "trials_panel", "dashed: where a phase ends"
    )


def _loss(task: str, settings: dict) -> Panel:
    last = settings["epochs"].get(task)
    text = f"loss over epochs of {task}, divided by L0: the loss at epoch 0 of g = {settings['g'][0]:g}"
    rows = _of_network(task, settings, settings["g"], lambda rows: rows[rows["epoch"] <= (last or rows["epoch"].max())])
    return Panel(text, "history", "epoch", "loss", ("g",), rows, "loss_panel")


def _spectrum(task: str, settings: dict) -> Panel:
    text = f"the first {settings['ranks']} singular values of dW of {task}, as they are"
    rows = _of_network(
        task,
        settings,
        settings["g"],
        lambda rows: rows[(rows["matrix"] == "dW") & (rows["index"] <= settings["ranks"])],
    )
    return Panel(text, "spectrum", "index", "singular_value", ("g",), rows, "spectrum_panel")


def _truncation(task: str, settings: dict) -> Panel:
    text = f"loss of {task} with dW cut to its first ranks (Eq. 4), divided by L0: that of rank 0 of g = "
    rows = _of_network(task, settings, settings["g"], lambda rows: rows[rows["rank"].between(1, settings["ranks"])])
    return Panel(f"{text}{settings['g'][0]:g}", "truncation", "rank", "loss", ("g",), rows, "truncation_panel")
