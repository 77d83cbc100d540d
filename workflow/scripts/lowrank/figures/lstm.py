"""Shared by Figure 5 and its supplement: selecting the LSTM, the spectra of its weights, the data's source."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from ..core.errors import UserError
from . import style
from .panels import Panel
from .style import values


def select(table: DataFrame, seed: int) -> DataFrame:
    """Select the rows of the LSTM shown; raise UserError if there are none."""
    rows = table[table["seed"] == seed]
    if rows.empty:
        raise UserError(f"there is no LSTM with seed {seed}: set figures.fig5.seed and figures.figS_lstm.seed to one")
    return rows


def spectrum_panel(ax: Axes, spectrum: DataFrame, weight: str, colors: dict) -> None:
    """Plot the singular values of a weight matrix: its change, its final state and, dashed, its initial state."""
    symbol, layer = weight[0], weight[1:]
    names = {"dW": rf"$\Delta {symbol}^{{({layer})}}$", "W": f"${symbol}^{{({layer})}}$"}
    names["W0"] = f"${symbol}_0^{{({layer})}}$"
    rows = spectrum[spectrum["weight"] == weight]
    for matrix, name in names.items():
        selected = rows[rows["matrix"] == matrix].sort_values("index")
        dashes = {"linestyle": (0, (3, 1.5))} if matrix == "W0" else {}
        ax.plot(
            values(selected, "index"), values(selected, "singular_value"), color=colors[matrix], label=name, **dashes
        )
    ax.axhline(0, color="0.6", linewidth=0.6, zorder=0)
    ax.legend(loc="upper right")
    style.ticks(ax.yaxis, 2, steps=(1, 2, 10))


def rank_axis(ax: Axes, most: int) -> None:
    """Show ranks from 0 to the number of units."""
    ax.set_xticks(np.unique([0, most // 2, most]))
    ax.set_xlim(-0.04 * most, 1.06 * most)


def data_note(figure: Figure, table: DataFrame) -> None:
    """Name the source of the sentences and word vectors in the lower right corner."""
    sources = [table.attrs[kind] for kind in ("treebank", "vectors") if kind in table.attrs]
    names = [
        f"{each['name']} (a file of the config)" if each["source"] == "files" else each["name"] for each in sources
    ]
    if names:
        figure.text(0.99, 0.01, f"Data: {'; '.join(names)}", ha="right", fontsize=style.SMALL - 1.5, color="0.45")


def rows_of(seed: int, **where):
    """Return a function that selects an LSTM table's rows for a seed, with these values in other columns."""

    def rows(table: DataFrame) -> DataFrame:
        own = table[table["seed"] == seed]
        for column, value in where.items():
            own = own[own[column] == value]
        return own

    return rows


def singular_values(weight: str, seed: int) -> Panel:
    """Describe a panel of singular values."""
    text = f"the singular values of {weight} of the LSTM: its change, what it became, and dashed what it was"
    rows = rows_of(seed, weight=weight)
    return Panel(text, "sentiment_spectrum", "index", "singular_value", ("matrix",), rows, "spectrum_panel")
