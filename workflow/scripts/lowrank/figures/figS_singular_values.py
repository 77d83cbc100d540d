"""The supplementary figure on singular values: those of dW of Figure 3's networks, on a logarithmic axis.

One column per target. The loss over the effective learning time (a, b), and below, one row per g, the singular values
s1 to s5 of dW over the learning time tau, from simulations (mean and ±1 standard deviation over seeds) and, for the
loss, s1 and s2, from Eqs. 14 and 15. So it is in the published figure, too, which labels both axes tau.

Our kernel for linear networks keeps dW itself, to float64 precision. A kernel that keeps W and subtracts W0, both in
float32, adds their rounding errors to dW, a random matrix whose singular values exceed the small ones of dW. Networks
that were trained by such a kernel, as those of the published figure, are drawn in grey.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from pandas import DataFrame

from ..theory import effective_time
from . import style
from .linear import available, simulation, theory, until
from .panels import SPREAD, Panel, Select, lettered

FIGURE = {
    "title": "Supplement, singular values",
    "number": "S",
    "shows": "Singular values, supplement",
    "tables": ["history", "theory"],
    "settings": {"tasks": "list[str]"},
    "linear": True,
    "beside": "kernel",
    "borrowed": {"fig3": ["effective_time", "g"]},
}
SHOWN = tuple(f"s{index}" for index in range(1, 6))
PREDICTED = SHOWN[:2]
ROW = 1.15  # inches
FLOOR = 1e-12  # of the axis; smaller singular values are rounding errors of float64


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    """Draw the figure from the tables history and theory; `figures` as in config.yaml, with targets and `beside`."""
    tasks, strengths = figures["figS_singular_values"]["tasks"], sorted(figures["fig3"]["g"])
    hues = style.colors(tasks, figures["colors"])
    axes = rows_of_axes(len(strengths), len(tasks))
    for column, task in enumerate(tasks):
        target, end = figures["targets"][task], figures["fig3"]["effective_time"].get(task)
        shades = style.rising(style.shades(hues[task], available(tables["history"], task, strengths)))
        subtracted = [name for kernel, name in figures["beside"][task] if kernel == "reference" and name != task]
        simulated = {g: simulation(tables["history"], task, g, end) for g in shades}
        predicted = {g: theory(tables["theory"], target, g, end) for g in shades}
        loss_panel(axes[0, column], simulated, predicted, shades)
        axes[0, column].set_title(rf"$\hat{{z}} = {target}$", pad=3)
        axes[0, column].set_xlabel(r"Effective learning time $\tilde{\tau}$")
        for ax, g in zip(axes[1:, column], strengths, strict=True):
            if g in shades:
                ours, *grey = (over_tau(tables["history"], name, g, end) for name in (task, *subtracted))
                expected = theory(tables["theory"], target, g, effective(end, g))
                singular_values_panel(ax, ours, in_tau(expected, g), grey, g, shades[g])
        axes[-1, column].set_xlabel(r"Learning time $\tau$")
        for row, ax in enumerate(axes[:, column]):
            style.letter(ax, chr(ord("a") + row * len(tasks) + column), left=30)
    legend(axes[0, 0], kinds=bool(any(len(figures["beside"][task]) > 1 for task in tasks)))
    axes[0, 0].set_ylabel("Loss")
    for ax in axes[1:, 0]:
        ax.set_ylabel(r"SV($\Delta W$)")
    axes[0, 0].figure.align_ylabels(axes[:, 0])
    return axes[0, 0].figure


def rows_of_axes(strengths: int, tasks: int) -> np.ndarray:
    """Return the axes (1 + strengths, tasks) of a new figure; those of a column below the first share their x axis."""
    height, width = 1.05 + ROW * (1 + strengths), style.WIDTH / 2 * tasks
    figure = Figure((width, height))
    sides = {"left": 0.55 / width, "right": 1 - 0.3 / width, "wspace": 0.35}
    top = figure.add_gridspec(1, tasks, top=1 - 0.3 / height, bottom=1 - (0.25 + ROW) / height, **sides)
    below = figure.add_gridspec(
        strengths, tasks, top=1 - (0.8 + ROW) / height, bottom=0.36 / height, hspace=0.3, **sides
    )
    return np.vstack([top.subplots(squeeze=False), below.subplots(squeeze=False, sharex="col")])


def effective(end: float | None, g: float) -> float | None:
    """Return the effective learning time at which tau is `end`."""
    return end and float(effective_time(end, g))


def in_tau(curves: dict, g: float) -> dict:
    """Return curves with x in units of tau instead of the effective learning time."""
    return curves | {"x": curves["x"] / effective_time(1, g)}


def over_tau(history: DataFrame, task: str, g: float, end: float | None) -> dict:
    """Return the loss and s1 to s5 of a task's networks over tau up to `end`."""
    return in_tau(simulation(history, task, g, effective(end, g), SHOWN), g)


def loss_panel(ax: Axes, simulated: dict, predicted: dict, shades: dict) -> None:
    """Plot the loss for each g, from simulations and theory."""
    for g, color in shades.items():
        x, (mean, sd) = simulated[g]["x"], simulated[g]["loss"]
        ax.fill_between(x, mean - sd, mean + sd, color=color, alpha=0.35, linewidth=0)
        ax.plot(x, mean, color=color, label=f"$g = {g}$")
        ax.plot(predicted[g]["x"], predicted[g]["loss"], color=color, linestyle="--", linewidth=1)
    top = max(predicted[g]["loss"][0] for g in shades)  # L0 = z^2/2
    ax.set_ylim(-0.05 * top, 1.05 * top)
    ax.axhline(0, color="0.8", linewidth=0.6, zorder=0)
    style.ticks(ax.yaxis, 2)
    style.ticks(ax.xaxis, 3)
    ax.add_artist(ax.legend(loc="upper right"))


def singular_values_panel(ax: Axes, simulated: dict, predicted: dict, subtracted: list, g: float, color) -> None:
    """Plot s1 ... s5 over tau; the theory of s1 and s2 dashed; those of networks trained with a subtraction in grey."""
    ax.set_yscale("log")
    for other in subtracted:
        for name in SHOWN:
            ax.plot(other["x"], positive(other[name][0]), color="0.6", linewidth=0.8, linestyle=(0, (3, 1)), zorder=1)
    for name in SHOWN:
        x, (mean, sd) = simulated["x"], simulated[name]
        ax.fill_between(x, positive(mean - sd), positive(mean + sd), color=color, alpha=0.35, linewidth=0)
        ax.plot(x, positive(mean), color=color)
        last = mean[np.isfinite(mean)][-1:]
        if len(last) and last[0] > 3 * FLOOR:
            at = {"xytext": (4, 0), "textcoords": "offset points", "va": "center", "fontsize": style.SMALL}
            ax.annotate(f"$s_{name[1]}$", (x[-1], last[0]), color=color, annotation_clip=False, **at)
    for name in PREDICTED:
        ax.plot(predicted["x"], positive(predicted[name]), color=color, linestyle="--", linewidth=1)
    style.ticks(ax.xaxis, 3)
    ax.set_ylim(FLOOR, 10)
    ax.set_yticks([1e-12, 1e-8, 1e-4, 1], labels=["$10^{-12}$", "$10^{-8}$", "$10^{-4}$", "1"])
    ax.minorticks_off()
    ax.annotate(f"$g = {g}$", (0.98, 0.03), xycoords="axes fraction", ha="right", va="bottom", fontsize=style.SMALL)


def positive(curve: np.ndarray) -> np.ndarray:
    """Return a curve for a logarithmic axis: what is below the axis is left out."""
    return np.where(curve > FLOOR / 100, curve, np.nan)


def legend(ax: Axes, kinds: bool) -> None:
    """Explain the line styles; if `kinds`, also the networks in grey."""
    handles = [Line2D([], [], color="0.4", label="Sim."), Line2D([], [], color="0.4", ls="--", label="Theory")]
    if kinds:
        handles.append(Line2D([], [], color="0.6", lw=0.8, ls=(0, (3, 1)), label="$W - W_0$ in float32"))
    ax.legend(handles=handles, loc="upper right", bbox_to_anchor=(0.72, 1.0))


def panels(settings: dict) -> dict[str, Panel]:
    """Describe what each panel shows, by letter."""
    tasks = settings["figS_singular_values"]["tasks"]
    strengths, ends = settings["fig3"]["g"], settings["fig3"]["effective_time"]

    def over_effective_time(task: str) -> Select:
        return lambda history: until(history, task, strengths, ends.get(task))

    def over_tau_at(task: str, g: float) -> Select:
        return lambda history: until(history, task, [g], effective(ends.get(task), g))

    theory_of = "dashed: third order of the theory ({}), from the table theory"
    found = [
        Panel(
            f"the loss of {task} over tau / (1 - g^2)^2: {SPREAD}",
            *("history", "effective_time", "loss", ("g",)),
            over_effective_time(task),
            "loss_panel",
            theory_of.format("Eq. 15"),
            ("tau", "loss"),
        )
        for task in tasks
    ]
    grey = "grey: the same of networks whose kernel subtracts W0 from W in float32"
    found += [
        Panel(
            f"s1 to s5 of dW of {task} over tau, g = {g}: {SPREAD}",
            *("history", "tau", "s1", ()),
            over_tau_at(task, g),
            "singular_values_panel",
            f"{theory_of.format('Eq. 14')}; {grey}",
            SHOWN,
        )
        for g in sorted(strengths)
        for task in tasks
    ]
    return lettered(found)
