"""Figure 5: training changes the weights of a two-layer LSTM by low-rank matrices.

The singular values of the recurrent weights of layer 2 (a), and the accuracy on the validation sentences with W, or
only dW, truncated to its leading ranks (b), for the recurrent weights of both layers and the input weights of layer 2
at once.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from . import style
from .lstm import data_note, rank_axis, select, singular_values, spectrum_panel
from .panels import Panel
from .style import values

FIGURE = {
    "title": "Figure 5",
    "number": "5",
    "shows": "LSTM",
    "tables": ["sentiment_history", "sentiment_truncation", "sentiment_spectrum"],
    # colours of the weight change, the final and initial weights, and the final accuracy
    "settings": {"seed": "Seed", "colors": {"dW": "Color", "W": "Color", "W0": "Color", "final": "Color"}},
    "of_lstm": True,
    "published": {
        "tables": ["sentiment_spectrum", "sentiment_truncation"],
        "curves": "weights",
        "from_rank_0": ["a"],
    },
}
HEIGHT = 1.45  # inches
WEIGHT = "W2"  # shown in panel a
CHANCE = 0.5


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    """Draw Figure 5 from the tables sentiment_history, sentiment_truncation and sentiment_spectrum."""
    seed, colors = figures["fig5"]["seed"], figures["fig5"]["colors"]
    history, truncation, spectrum = (
        select(tables[f"sentiment_{name}"], seed) for name in ("history", "truncation", "spectrum")
    )
    figure = Figure((style.WIDTH, HEIGHT))
    grid = figure.add_gridspec(1, 2, left=0.075, right=0.985, top=0.87, bottom=0.29, wspace=0.24)
    left, right = grid.subplots()
    most = int(spectrum[spectrum["weight"] == WEIGHT]["index"].max())
    spectrum_panel(left, spectrum, WEIGHT, colors)
    left.set_ylabel("SV")
    left.set_xlabel("Rank")
    accuracy_panel(right, truncation, history, colors)
    for ax, text in (left, "a"), (right, "b"):
        rank_axis(ax, most)
        style.letter(ax, text, left=24)
    data_note(figure, tables["sentiment_history"])
    return figure


def accuracy_panel(ax: Axes, truncation: DataFrame, history: DataFrame, colors: dict) -> None:
    """Plot accuracy over the remaining rank; dashed: the final accuracy of the untruncated network."""
    final = values(history.sort_values("epoch"), "validation_accuracy")[-1]
    names = {"dW": r"Truncate $\Delta W$", "W": "Truncate $W$"}
    for what, name in names.items():
        rows = truncation[truncation["truncated"] == what].sort_values("rank")
        ax.plot(values(rows, "rank"), values(rows, "accuracy"), color=colors[what], label=name)
    ax.axhline(final, color=colors["final"], linestyle=(0, (3, 1.5)), label="Final accuracy")
    accuracies = np.append(values(truncation, "accuracy"), [final, CHANCE])
    lowest, highest = np.nanmin(accuracies), np.nanmax(accuracies)
    margin = 0.06 * max(highest - lowest, 0.1)
    ax.set_ylim(lowest - margin, highest + margin)
    style.ticks(ax.yaxis, 3, steps=(1, 2, 5, 10))
    ax.legend(loc="lower right")
    ax.set_xlabel("Residual rank")
    ax.set_ylabel("Accuracy")


def panels(settings: dict) -> dict[str, Panel]:
    """Describe what each panel shows, by letter."""
    seed = settings["fig5"]["seed"]
    text = "accuracy on the validation sentences with W or dW cut to its first ranks: W1, W2 and U2 at once"
    final = "dashed: the last validation_accuracy of the table sentiment_history"

    def truncated(table: DataFrame) -> DataFrame:
        return table[(table["seed"] == seed) & table["truncated"].isin(["dW", "W"])]

    accuracy = Panel(
        text, "sentiment_truncation", "rank", "accuracy", ("truncated",), truncated, "accuracy_panel", final
    )
    return {"a": singular_values(WEIGHT, seed), "b": accuracy}
