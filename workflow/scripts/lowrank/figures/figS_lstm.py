"""The supplementary figure on the LSTM: its training, and the singular values of all its weight matrices.

Loss (a) and accuracy (b) on the training sentences, with dropout, and on the validation sentences; the spectra of the
input weights U (c, e) and the recurrent weights W (d, f) of layers 1 and 2.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas import DataFrame

from . import style
from .lstm import data_note, rank_axis, rows_of, select, singular_values, spectrum_panel
from .panels import Panel
from .style import values

FIGURE = {
    "title": "Supplement, LSTM",
    "number": "S",
    "shows": "LSTM, supplement",
    "tables": ["sentiment_history", "sentiment_spectrum"],
    "settings": {"seed": "Seed"},
    "of_lstm": True,
    "borrowed": {"fig5": ["colors"]},
}
HEIGHT = 4.4  # inches
WEIGHTS = {"c": "U1", "d": "W1", "e": "U2", "f": "W2"}
SENTENCES = {"train": ("Training", "dW"), "validation": ("Validation", "W")}  # label, and the colour it shares


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    """Draw the supplementary figure from the tables sentiment_history and sentiment_spectrum."""
    seed, colors = figures["figS_lstm"]["seed"], figures["fig5"]["colors"]
    history, spectrum = (select(tables[f"sentiment_{name}"], seed) for name in ("history", "spectrum"))
    figure = Figure((style.WIDTH, HEIGHT))
    sides = {"left": 0.12, "right": 0.985, "wspace": 0.2}
    upper = figure.add_gridspec(1, 2, top=0.955, bottom=0.71, **sides).subplots()
    lower = figure.add_gridspec(2, 2, top=0.565, bottom=0.095, hspace=0.24, **sides).subplots(sharex=True, sharey="row")
    for ax, measure, letter in zip(upper, ("loss", "accuracy"), "ab", strict=True):
        learning_panel(ax, history, measure, colors)
        style.letter(ax, letter, left=30)
    upper[0].legend(loc="lower left")
    most = int(spectrum["index"].max())
    for ax, (letter, weight) in zip(lower.flat, WEIGHTS.items(), strict=True):
        spectrum_panel(ax, spectrum, weight, colors)
        rank_axis(ax, most)
        style.letter(ax, letter, left=30)
    for ax, text in zip(lower[0], ("Input weights $U$", "Recurrent weights $W$"), strict=True):
        ax.set_title(text)
    for layer, row in enumerate(lower, 1):
        row[0].set_ylabel(f"Layer {layer}\nSV")
    for ax in lower[1]:
        ax.set_xlabel("Rank")
    data_note(figure, tables["sentiment_history"])
    return figure


def learning_panel(ax: Axes, history: DataFrame, measure: str, colors: dict) -> None:
    """Plot loss or accuracy over epochs."""
    rows = history.sort_values("epoch")
    for sentences, (name, color) in SENTENCES.items():
        ax.plot(values(rows, "epoch"), values(rows, f"{sentences}_{measure}"), color=colors[color], label=name)
    last = max(rows["epoch"].max(), 1)
    ax.set_xlim(-0.03 * last, 1.03 * last)
    style.ticks(ax.xaxis, 3, steps=(1, 2.5, 5, 10), integer=True)
    style.ticks(ax.yaxis, 3, steps=(1, 2, 5, 10))
    if measure == "loss":
        ax.set_ylim(bottom=-0.02)
    ax.set_xlabel("Epoch")
    ax.set_ylabel(measure.capitalize())


def panels(settings: dict) -> dict[str, Panel]:
    """Describe what each panel shows, by letter."""
    seed = settings["figS_lstm"]["seed"]
    learning = {
        letter: Panel(
            f"{measure} of the LSTM over epochs, on training (with dropout) and validation sentences",
            "sentiment_history",
            "epoch",
            f"validation_{measure}",
            (),
            rows_of(seed),
            "learning_panel",
            columns=(f"train_{measure}", f"validation_{measure}"),
        )
        for letter, measure in (("a", "loss"), ("b", "accuracy"))
    }
    return learning | {letter: singular_values(weight, seed) for letter, weight in WEIGHTS.items()}
