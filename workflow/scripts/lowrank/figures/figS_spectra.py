"""The supplementary figure on spectra: singular values and eigenvalues of the change dW and the trained W.

One column per task. The leading singular values of dW and W for each g (a-c); below, one row per g, the eigenvalues of
dW and W in the complex plane, with the circle of radius g that those of W0 fill. At g = 0, W is dW.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle
from pandas import DataFrame

from . import style
from .panels import Panel, Select, lettered
from .style import values

FIGURE = {
    "title": "Supplement, spectra",
    "number": "S",
    "shows": "Spectra, supplement",
    "tables": ["spectrum"],
    "settings": {"tasks": "list[str]", "g": "AnyStrengths", "ranks": "Count"},
    "one_seed": True,
    "borrowed": {"fig1": ["seed"]},
}
MATRICES = {"dW": r"\Delta W", "W": "W"}
UPPER, ROW = 2.0, 1.0  # inches: height of the panels of singular values, and of a row of eigenvalues
ROOM = 1.15  # half the side of the complex plane, in units of the largest modulus or circle


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    """Draw the figure from the table spectrum; `figures` as in config.yaml."""
    chosen, tasks = figures["figS_spectra"], figures["figS_spectra"]["tasks"]
    spectrum = tables["spectrum"][tables["spectrum"]["seed"] == figures["fig1"]["seed"]]
    hues = style.colors(tasks, figures["colors"])
    height, width = 0.65 + UPPER + ROW * len(chosen["g"]), style.WIDTH / 3 * len(tasks)
    figure = Figure((width, height))
    split = (0.3 + ROW * len(chosen["g"])) / height
    sides = {"left": 0.5 / width, "right": 1 - 0.06 / width}
    upper = figure.add_gridspec(2, len(tasks), top=1 - 0.3 / height, bottom=split + 0.42 / height, wspace=0.3, **sides)
    lower = figure.add_gridspec(len(chosen["g"]), len(tasks), top=split - 0.1 / height, bottom=0.35 / height, **sides)
    singular = upper.subplots(squeeze=False, sharex=True)
    labelled = {}
    for column, task in enumerate(tasks):
        rows = spectrum[spectrum["task"] == task]
        shades = style.rising(style.shades(hues[task], chosen["g"]))
        shades = {g: color for g, color in shades.items() if g in set(rows["g"])}
        for ax, matrix in zip(singular[:, column], MATRICES, strict=True):
            singular_values_panel(ax, rows, matrix, shades, chosen["ranks"])
        singular[0, column].set_title(f"{style.label(figures, task)} task", pad=4)
        singular[1, column].set_xlabel("Rank")
        legend(singular[0, column], shades)
        style.letter(singular[0, column], chr(ord("a") + column))
        size = ROOM * extent(rows, chosen["g"])
        for row, g in enumerate(sorted(chosen["g"])):
            if g not in shades:
                continue
            axes = lower[row, column].subgridspec(1, 2, wspace=0.2).subplots(sharey=True)
            axes[1].set_visible(g > 0)
            for ax, matrix in zip(axes, MATRICES, strict=True):
                eigenvalues_panel(ax, rows[(rows["g"] == g) & (rows["matrix"] == matrix)], g, shades[g], size)
                if g == max(shades):
                    ax.set_xlabel(f"${MATRICES[matrix]}$")
                else:
                    ax.set_xticklabels([])
            style.letter(axes[0], chr(ord("a") + (row + 1) * len(tasks) + column), left=18)
            if g not in labelled:
                axes[0].set_ylabel(f"$g = {g}$")
                labelled[g] = column, axes[0]
    for ax, name in zip(singular[:, 0], MATRICES.values(), strict=True):
        ax.set_ylabel(f"SV$({name})$")
    figure.align_ylabels([*singular[:, 0], *(ax for column, ax in labelled.values() if column == 0)])
    return figure


def singular_values_panel(ax: Axes, rows: DataFrame, matrix: str, shades: dict, ranks: int) -> None:
    """Plot the leading singular values of a matrix for each g."""
    for g, color in shades.items():
        own = rows[(rows["g"] == g) & (rows["matrix"] == matrix) & (rows["index"] <= ranks)].sort_values("index")
        ax.plot(values(own, "index"), values(own, "singular_value"), color=color, marker="o", markersize=1.6)
    ax.set_ylim(bottom=min(-0.05 * ax.get_ylim()[1], 0))
    style.ticks(ax.xaxis, 2, steps=(1, 2, 5, 10))
    style.ticks(ax.yaxis, 2)
    ax.axhline(0, color="0.8", linewidth=0.6, zorder=0)


def eigenvalues_panel(ax: Axes, rows: DataFrame, g: float, color, size: float) -> None:
    """Plot eigenvalues in the complex plane, with the circle of radius g and a dashed line at a real part of 1."""
    ax.axhline(0, color="0.8", linewidth=0.6, zorder=0)
    ax.axvline(0, color="0.8", linewidth=0.6, zorder=0)
    ax.axvline(1, color="0.6", linewidth=0.6, dashes=(4, 2.5), zorder=0)
    ax.add_patch(Circle((0, 0), g, fill=False, color=color, linewidth=0.8))
    real, imaginary = values(rows, "eigenvalue_real"), values(rows, "eigenvalue_imag")
    ax.plot(real, imaginary, linestyle="none", marker="o", markersize=1.4, color=color, markeredgewidth=0)
    ax.set(xlim=(-size, size), ylim=(-size, size), aspect="equal", anchor="W")
    for axis in (ax.xaxis, ax.yaxis):
        style.ticks(axis, 2, steps=(1, 2, 10), integer=True)


def extent(rows: DataFrame, strengths: list[float]) -> float:
    """Return the largest modulus of an eigenvalue that is shown, or the largest g, if that is larger; at least 1."""
    own = rows[rows["matrix"].isin(MATRICES) & rows["g"].isin(strengths)]
    moduli = np.hypot(values(own, "eigenvalue_real"), values(own, "eigenvalue_imag"))
    return max(1.0, *strengths, np.nanmax(moduli, initial=0))


def legend(ax: Axes, shades: dict) -> None:
    """Explain the shades of g."""
    handles = [Line2D([], [], color=color, marker="o", markersize=1.6, label=f"{g}") for g, color in shades.items()]
    ax.legend(handles=handles, title="$g$", title_fontsize=style.SMALL, loc="upper right", bbox_to_anchor=(0.98, 1))


def panels(settings: dict) -> dict[str, Panel]:
    """Describe what each panel shows, by letter."""
    chosen, seed = settings["figS_spectra"], settings["fig1"]["seed"]

    def rows(task: str, strengths: list[float], ranks: int | None = None) -> Select:
        def select(spectrum: DataFrame) -> DataFrame:
            own = spectrum[(spectrum["task"] == task) & (spectrum["seed"] == seed)]
            own = own[own["matrix"].isin(MATRICES) & own["g"].isin(strengths)]
            return own if ranks is None else own[own["index"] <= ranks]

        return select

    text = "the {} leading singular values of dW (above) and W (below) of {}, seed {}"
    found = [
        Panel(
            text.format(chosen["ranks"], task, seed),
            *("spectrum", "index", "singular_value", ("g", "matrix")),
            rows(task, chosen["g"], chosen["ranks"]),
            "singular_values_panel",
        )
        for task in chosen["tasks"]
    ]
    circle = "a circle of radius g, which the eigenvalues of W0 fill as N goes to infinity; dashed: a real part of 1"
    text = "eigenvalues of dW (left) and W (right) of {}, g = {}, seed {}, in the complex plane"
    found += [
        Panel(
            text.format(task, g, seed),
            *("spectrum", "eigenvalue_real", "eigenvalue_imag", ("matrix",)),
            rows(task, [g]),
            "eigenvalues_panel",
            circle,
        )
        for g in sorted(chosen["g"])
        for task in chosen["tasks"]
    ]
    return lettered(found)
