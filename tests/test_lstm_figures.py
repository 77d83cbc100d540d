"""Figure 5 and its supplement from small made-up tables: what is drawn, and that it is drawn the same again."""

import numpy as np
import pandas as pd
import pytest

from lowrank.core.errors import UserError
from lowrank.figures import fig5, figS_lstm, style
from test_figures import axes_of, curves, render

N, EPOCHS = 16, 20
SIZES = {"U1": 10, "W1": N, "U2": N, "W2": N}
COLORS = {"dW": "#3465b0", "W": "#f57900", "W0": "#8b0000", "final": "#3d8a0c"}
FIGURES = {"fig5": {"seed": 0, "colors": COLORS}, "figS_lstm": {"seed": 0}}
DATA = {
    "treebank": {"source": "stanford", "name": "Stanford Sentiment Treebank"},
    "vectors": {"source": "files", "name": "mine.txt"},
}


def value(weight: str, matrix: str, index):
    return {"dW": 4, "W": 2, "W0": 1}[matrix] * (1 + list(SIZES).index(weight)) / index


def tables(seeds=(0, 1), epochs=EPOCHS) -> dict[str, pd.DataFrame]:
    """The tables of some LSTMs; those of a seed are larger by it."""
    history, truncation, spectrum = [], [], []
    for seed in seeds:
        epoch = np.arange(epochs)
        measured = {"train_loss": 0.7 - 0.01 * epoch, "validation_loss": 0.7 - 0.005 * epoch}
        measured |= {"train_accuracy": 0.5 + 0.01 * epoch, "validation_accuracy": 0.5 + 0.015 * epoch}
        history.append(pd.DataFrame({"seed": seed, "epoch": epoch} | measured))
        for what, accuracy in (("dW", 0.7), ("W", 0.6)):
            rank = np.arange(N)
            truncation.append(
                pd.DataFrame(
                    {"seed": seed, "truncated": what, "rank": rank, "loss": 0.6, "accuracy": accuracy + rank / 99}
                )
            )
        for weight, size in SIZES.items():
            for matrix in ("W0", "W", "dW"):
                index = np.arange(1, size + 1)
                rows = {"weight": weight, "matrix": matrix, "index": index}
                spectrum.append(
                    pd.DataFrame({"seed": seed} | rows | {"singular_value": value(weight, matrix, index) + seed})
                )
    made = {"history": history, "truncation": truncation, "spectrum": spectrum}
    found = {f"sentiment_{name}": pd.concat(parts, ignore_index=True) for name, parts in made.items()}
    for table in found.values():
        table.attrs = DATA
    return found


def drawn(figure: str, shown=None, **changes):
    module = {"fig5": fig5, "figS_lstm": figS_lstm}[figure]
    made = module.draw(shown or tables(), FIGURES | {figure: FIGURES[figure] | changes})
    render(made)
    return made


def texts(figure) -> str:
    return " ".join(text.get_text() for text in figure.texts)


def test_figure_5_a_shows_the_recurrent_weights_of_layer_2():
    lines = curves(axes_of(drawn("fig5"), "a"))
    names = {r"$\Delta W^{(2)}$": "dW", "$W^{(2)}$": "W", "$W_0^{(2)}$": "W0"}
    assert lines.keys() == names.keys()
    for name, matrix in names.items():
        x, y = lines[name]
        assert x.tolist() == list(range(1, N + 1))
        np.testing.assert_array_equal(y, value("W2", matrix, x))


def test_figure_5_b_shows_accuracy_by_rank_and_at_the_end_of_training():
    lines = curves(axes_of(drawn("fig5"), "b"))
    assert lines.keys() == {r"Truncate $\Delta W$", "Truncate $W$", "Final accuracy"}
    np.testing.assert_array_equal(lines[r"Truncate $\Delta W$"][1], 0.7 + np.arange(N) / 99)
    np.testing.assert_array_equal(lines["Truncate $W$"][0], np.arange(N))
    assert set(lines["Final accuracy"][1]) == {0.5 + 0.015 * (EPOCHS - 1)}


def test_the_seed_that_is_shown_is_the_configs():
    assert min(curves(axes_of(drawn("fig5", seed=1), "a"))["$W^{(2)}$"][1]) == value("W2", "W", N) + 1


@pytest.mark.parametrize("figure", FIGURES)
def test_a_seed_that_the_run_lacks_is_named(figure):
    with pytest.raises(UserError, match=r"there is no LSTM with seed 7: set figures\.fig5\.seed"):
        drawn(figure, seed=7)


@pytest.mark.parametrize("figure", FIGURES)
def test_where_the_data_is_from_stands_below(figure):
    assert texts(drawn(figure)) == "Data: Stanford Sentiment Treebank; mine.txt (a file of the config)"


@pytest.mark.parametrize("letter", "cdef")
def test_the_supplement_shows_each_weight(letter):
    weight = {"c": "U1", "d": "W1", "e": "U2", "f": "W2"}[letter]
    lines = curves(axes_of(drawn("figS_lstm"), letter))
    assert len(lines) == 3
    x, y = lines[f"${weight[0]}^{{({weight[1]})}}$"]
    assert len(x) == SIZES[weight]
    np.testing.assert_array_equal(y, value(weight, "W", x))


@pytest.mark.parametrize(("letter", "measure"), [("a", "loss"), ("b", "accuracy")])
def test_the_supplement_shows_the_training(letter, measure):
    lines = curves(axes_of(drawn("figS_lstm"), letter))
    history = tables()["sentiment_history"].query("seed == 0")
    np.testing.assert_array_equal(lines["Training"][1], history[f"train_{measure}"])
    np.testing.assert_array_equal(lines["Validation"][1], history[f"validation_{measure}"])


@pytest.mark.parametrize("figure", FIGURES)
def test_an_lstm_that_diverged_is_drawn_with_gaps(figure):
    shown = tables()
    shown["sentiment_history"].loc[EPOCHS - 3 :, "validation_accuracy"] = None
    shown["sentiment_truncation"][["loss", "accuracy"]] = np.nan
    spectrum = shown["sentiment_spectrum"]
    spectrum.loc[spectrum["matrix"] != "W0", "singular_value"] = np.nan
    drawn(figure, shown)


@pytest.mark.parametrize("figure", FIGURES)
def test_one_epoch_is_drawn(figure):
    drawn(figure, tables(epochs=1))


@pytest.mark.parametrize("figure", FIGURES)
def test_the_same_tables_give_the_same_bytes(figure, tmp_path):
    for name in ("one", "two"):
        style.save(drawn(figure), [tmp_path / f"{name}.pdf", tmp_path / f"{name}.png"])
    for kind in ("pdf", "png"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()
