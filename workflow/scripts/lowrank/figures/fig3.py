"""Figure 3: a linear network learns a constant output, compared with the theory to third order.

The task and the outputs of trained networks (a); then one column per target: the loss (b, c) and the first two singular
values of dW (d, e) over the effective learning time tau~ = tau/(1 - g^2)^2, from simulations (mean and ±1 standard
deviation over seeds) and from Eqs. 14 and 15, held constant once z first exceeds the target.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.lines import Line2D
from pandas import DataFrame

from . import style
from .linear import available, simulation, theory, until
from .panels import SPREAD, Panel, Select, lettered
from .style import values

FIGURE = {
    "title": "Figure 3",
    "number": "3",
    "shows": "Linear network",
    "tables": ["history", "trials", "theory"],
    "settings": {"tasks": "list[str]", "seed": "Seed", "g": "Strengths", "effective_time": "dict[str, Positive]"},
    "linear": True,
    "published": {"tables": ["history"], "curves": "targets"},
}
HEIGHT = 2.35  # inches
COLUMN = 1.45  # inches of extra width for each target after the second
TARGET = r"$\hat{{z}} = {:.1f}$"
SV_SHARE = 1.75  # times the largest simulated singular value; the theory may leave the axis


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    """Draw Figure 3 from tables history, trials and theory; `figures` as in config.yaml, with the tasks' targets."""
    chosen, tasks = figures["fig3"], figures["fig3"]["tasks"]
    hues = style.colors(tasks, figures["colors"])
    width = style.WIDTH + COLUMN * max(0, len(tasks) - 2)
    unit, rows = style.WIDTH / width, {"top": 0.86, "bottom": 0.165}
    figure = Figure((width, HEIGHT))
    left = figure.add_gridspec(1, 1, left=0.065 * unit, right=0.39 * unit, **rows)[0]
    grid = figure.add_gridspec(2, len(tasks), left=0.475 * unit, right=0.985, hspace=0.28, wspace=0.3, **rows)
    panels = grid.subplots(squeeze=False, sharex="col")
    strengths = {task: available(tables["history"], task, chosen["g"]) for task in tasks}
    shades = {task: {g: style.shades(hues[task], strengths[task])[g] for g in strengths[task]} for task in tasks}
    style.letter(trial_panel(left, tables["trials"], figures, shades), "a")
    for column, task in enumerate(tasks):
        target, end = figures["targets"][task], chosen["effective_time"].get(task)
        simulated = {g: simulation(tables["history"], task, g, end) for g in strengths[task]}
        predicted = {g: theory(tables["theory"], target, g, end) for g in strengths[task]}
        top, bottom = panels[:, column]
        loss_panel(top, simulated, predicted, shades[task])
        singular_values_panel(bottom, simulated, predicted, shades[task])
        top.set_title(TARGET.format(target), pad=3)
        legend(top, shades[task], kinds=column == 0)
        for row, ax in enumerate((top, bottom)):
            style.letter(ax, chr(ord("b") + row * len(tasks) + column))
        bottom.set_xlabel(r"Eff. learning time $\tilde{\tau}$")
    singular_values_legend(panels[1, 0])
    panels[0, 0].set_ylabel("Loss")
    panels[1, 0].set_ylabel(r"SV($\Delta W$)")
    figure.align_ylabels(panels[:, 0])
    return figure


def plot(ax: Axes, simulated: dict, predicted: dict, shades: dict, name: str, styles: tuple) -> None:
    """Plot mean, spread and theory of one quantity, one shade per g; `styles` are the lines for simulation, theory."""
    for g, color in shades.items():
        x, (mean, sd) = simulated[g]["x"], simulated[g][name]
        ax.fill_between(x, mean - sd, mean + sd, color=color, alpha=0.35, linewidth=0)
        ax.plot(x, mean, color=color, linestyle=styles[0])
        ax.plot(predicted[g]["x"], predicted[g][name], color=color, linestyle=styles[1], linewidth=1)


def loss_panel(ax: Axes, simulated: dict, predicted: dict, shades: dict) -> None:
    """Panels b, c: the loss."""
    plot(ax, simulated, predicted, shades, "loss", ("-", "--"))
    top = max(predicted[g]["loss"][0] for g in shades)  # L0 = z^2/2
    ax.set_ylim(-0.05 * top, 1.05 * top)
    style.ticks(ax.yaxis, 2)
    ax.axhline(0, color="0.8", linewidth=0.6, zorder=0)


def singular_values_panel(ax: Axes, simulated: dict, predicted: dict, shades: dict) -> None:
    """Panels d, e: s1 and s2 of dW."""
    plot(ax, simulated, predicted, shades, "s1", ("-", "--"))
    plot(ax, simulated, predicted, shades, "s2", (":", "-."))
    top = SV_SHARE * max(np.max(simulated[g]["s1"][0], initial=0) for g in shades) or 1  # 1 if all networks diverged
    ax.set_ylim(-0.04 * top, top)
    style.ticks(ax.xaxis, 3)
    style.ticks(ax.yaxis, 2)
    ax.axhline(0, color="0.8", linewidth=0.6, zorder=0)


def legend(ax: Axes, shades: dict, kinds: bool) -> None:
    """Explain the shades of g and, if `kinds`, the line styles of simulation and theory."""
    handles = [Line2D([], [], color=color, label=f"$g = {g}$") for g, color in shades.items()]
    if kinds:
        handles += [Line2D([], [], color="0.4", label="Sim."), Line2D([], [], color="0.4", ls="--", label="Theory")]
    ax.legend(handles=handles, loc="upper right", bbox_to_anchor=(1, 1.04))


def singular_values_legend(ax: Axes) -> None:
    """Explain the line styles of s1 and s2."""
    lines = {"-": "$s_1$, sim.", "--": "theory", ":": "$s_2$, sim.", "-.": "theory"}
    handles = [Line2D([], [], color="0.4", linestyle=line, label=text) for line, text in lines.items()]
    ax.legend(handles=handles, ncols=2, loc="upper left", bbox_to_anchor=(0.03, 1.06), handlelength=1.8)


def trial_panel(slot: SubplotSpec, trials: DataFrame, figures: dict, shades: dict) -> Axes:
    """Panel a: the input, and trained networks' outputs over the time since input onset; markers show the targets."""
    seed, markers, dashes = figures["fig3"]["seed"], style.markers([*shades]), style.dashes([*shades])
    top, bottom = slot.subgridspec(2, 1, hspace=0.3).subplots(sharex=True)
    for task, colors in shades.items():
        for g, color in colors.items():
            rows = trials[(trials["task"] == task) & (trials["g"] == g) & (trials["seed"] == seed)].sort_values("time")
            u = rows[rows["signal"] == "input"]
            time, onset = values(u, "time"), values(u[values(u, "value") != 0], "time").min()
            top.plot(time - onset, values(u, "value"), color="0.1", drawstyle="steps-post")
            output = values(rows[rows["signal"] == "output"], "value")
            bottom.plot(time - onset, output, color=color, linestyle=dashes[task])
        end = time[-1] - onset
        dot = {"marker": markers[task], "color": colors[max(colors)], "markersize": 4}
        bottom.plot(end, figures["targets"][task], clip_on=False, **dot)
    for ax, text in ((top, "In"), (bottom, "Out")):
        ax.set_ylabel(text)
        for x in (0, end):
            ax.axvline(x, color="0.6", linewidth=0.6, dashes=(4, 2.5), zorder=0)
        ax.set_xlim(-0.05 * end, 1.45 * end)
        ax.spines["bottom"].set_bounds(-0.05 * end, end)
        style.ticks(ax.yaxis, 2)
    top.set_xticks([0, end], ["0", f"$T = {round(end)}$"])
    bottom.set_xlabel("Trial time $t$")
    top.legend(handles=[Line2D([], [], color="0.1", label="$u$")], loc="center right")
    dots = [Line2D([], [], marker=markers[t], ls="", color=c[max(c)], markersize=4) for t, c in shades.items()]
    names = {
        g: [Line2D([], [], color=c[g], linestyle=dashes[t]) for t, c in shades.items() if g in c]
        for g in figures["fig3"]["g"]
    }
    trial_legend(bottom, names, dots)
    return top


def trial_legend(ax: Axes, lines: dict[float, list[Line2D]], dots: list[Line2D]) -> None:
    """Explain the outputs, one entry per g with the targets' lines side by side, and the target markers."""
    rows = [(f"$g = {g}$", handles) for g, handles in lines.items() if handles] + [(r"$\hat{z}$", dots)]
    from_handles = {text: tuple(handles) for text, handles in rows}
    side_by_side = {tuple: style.SideBySide()}
    ax.legend(list(from_handles.values()), list(from_handles), handler_map=side_by_side, loc="center right")


def panels(settings: dict) -> dict[str, Panel]:
    """Describe what each panel shows, by letter."""
    chosen, tasks = settings["fig3"], settings["fig3"]["tasks"]

    def trial(table: DataFrame) -> DataFrame:
        rows = table[table["task"].isin(tasks) & table["g"].isin(chosen["g"]) & (table["seed"] == chosen["seed"])]
        return rows[rows["signal"] != "target"]

    def shown(task: str) -> Select:
        return lambda history: until(history, task, chosen["g"], chosen["effective_time"].get(task))

    text = "input and output of trained networks over the time since the input's onset; a dot is a target"
    found = [Panel(text, "trials", "time", "value", ("task", "g", "signal"), trial, "trial_panel")]
    theory = "dashed: third order of the theory (Eqs. 14, 15), from the table theory"
    for y, label, function in ("loss", "the loss", "loss_panel"), ("s1", "s1 and s2 of dW", "singular_values_panel"):
        for task in tasks:
            text = f"{label} of {task} over tau/(1 - g^2)^2: {SPREAD}; networks that diverged are left out"
            of = ("tau", "s1", "s2") if y == "s1" else ("tau", "loss")
            panel = Panel(text, "history", "effective_time", y, ("g",), shown(task), function, theory, of)
            found.append(panel)
    return lettered(found)
