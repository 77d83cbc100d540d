"""What the supplement's networks need: eigenvalues recorded in training, the cosine, its figures."""

import numpy as np
import pandas as pd
import pytest

from lowrank.core.errors import Stopped
from lowrank.figures import figS_cosine, figS_divergence, figS_singular_values, figS_size, figS_spectra
from lowrank.store import schemas
from lowrank.training import loop
from lowrank.training.eigenvalues import COLUMNS, leading
from lowrank.training.kernels.base import learning_rate
from specs import of, spec

RNG = np.random.default_rng(0)


# Eigenvalues in training


def test_leading_eigenvalues_of_a_known_matrix():
    """A rotation by 90 degrees times 2, and real eigenvalues: 3, -1, and of the rotation ±2i."""
    known = np.zeros((6, 6))
    known[:2, :2] = [[0, -2], [2, 0]]
    known[2:, 2:] = np.diag([3, -1, 0.5, 0.25])
    found = leading(known.astype(np.float32))
    shown = [complex(found[f"eigenvalue{i}_real"], found[f"eigenvalue{i}_imag"]) for i in range(1, 6)]
    assert shown == pytest.approx([3, 0.5, 0.25, 2j, -2j])
    assert complex(found["fastest_real"], found["fastest_imag"]) == pytest.approx(2j)


def test_a_small_matrix_has_fewer_and_one_that_is_not_finite_none():
    assert np.isnan(leading(np.eye(3, dtype=np.float32))["eigenvalue4_real"])
    assert all(np.isnan(value) for value in leading(np.full((3, 3), np.nan)).values())


@pytest.mark.parametrize("task", ["cosine", "romo", "linear_z0.5"])
def test_they_are_recorded_every_few_epochs_and_change_nothing(task):
    recorded, plain = (of(task, g=0.8, epochs=7, eigenvalues_every=every) for every in (3, None))
    with_them, without = loop.train(*recorded), loop.train(*plain)
    assert np.flatnonzero(np.isfinite(with_them.history["eigenvalue1_real"])).tolist() == [0, 3, 6]
    first = leading(with_them.initial["W0"])
    assert {name: with_them.history[name][0] for name in COLUMNS} == pytest.approx(first)
    assert not set(COLUMNS) & without.history.keys()
    for name in ("W", "M", "v"):
        np.testing.assert_array_equal(with_them.weights[name], without.weights[name])


def test_stopped_and_resumed_they_are_the_same_bits():
    one, task = of("cosine", g=0.8, epochs=9, eigenvalues_every=2)
    whole, saved, epochs = loop.train(one, task), [], iter(range(9))
    with pytest.raises(Stopped):
        loop.train(one, task, save=saved.append, stopping=lambda: next(epochs) == 5)
    again = loop.train(one, task, saved[-1])
    for name in whole.history:
        np.testing.assert_array_equal(again.history[name], whole.history[name])


def test_the_table_of_histories_has_a_column_for_each():
    assert set(COLUMNS) < set(schemas.columns("history"))


# The oscillation


def test_the_impulse_brings_the_state_to_the_input_vector_and_the_readout_to_one():
    """Before training, at g = 0, x decays as (1 - dt)^k from M, and so does the output from 1."""
    one, task = of("cosine", g=0.0, n_neurons=32, epochs=1)
    trained, trial = loop.train(one, task), task.draw(np.random.default_rng(0), 1)
    assert trained.initial["v0"] == pytest.approx(trained.initial["M0"] / 32)
    z = (1 - one["dt"]) ** np.arange(task.steps("trial"))
    judged = trial.mask[0, :, 0]
    expected = np.square(z - trial.targets[0, :, 0])[judged].mean() / 2
    assert trained.history["loss"][0] == pytest.approx(expected, rel=1e-5)
    assert trial.targets[0, 0, 0] == 1
    assert trial.targets[0, round(5 / one["dt"]), 0] == pytest.approx(1)


def test_without_initial_connectivity_there_is_one_direction_and_no_oscillation():
    """At g = 0 state and adjoint stay along M, so that dW is of rank one and symmetric: its eigenvalues are real."""
    one, task = of("cosine", g=0.0, n_neurons=32, epochs=30)
    trained = loop.train(one, task)
    s = np.linalg.svd(trained.weights["W"], compute_uv=False)
    assert s[0] > 1e-2
    assert s[1] < 1e-5 * s[0]
    assert np.abs(np.linalg.eigvals(trained.weights["W"]).imag).max() < 1e-6


def test_the_learning_rate_can_be_the_one_that_is_written():
    assert learning_rate(spec("cosine", g=0.8)) == 0.2
    assert learning_rate(spec("romo")) == pytest.approx(0.05 / 12)


# Figures


LOOK = {"colors": {}, "labels": {}}


def letters(figure) -> list[str]:
    return [text.get_text() for ax in figure.axes for text in ax.texts if text.get_text().startswith("(")]


def summary() -> pd.DataFrame:
    rows = [
        {"task": name, "n_neurons": n, "g": g, "seed": seed, "convergence_epoch": 50 + n, "norm_dW": 2.0 - g}
        | {"norm_W": g * n**0.5, "functional_rank": None if n == 64 and seed == 1 else 2}
        for name, n in (("small", 32), ("middle", 64), ("large", 128))
        for g in (0.0, 0.9)
        for seed in (0, 1)
    ]
    return pd.DataFrame(rows).astype({"functional_rank": "Int64"})


SIZE = LOOK | {
    "figS_size": {"tasks": ["middle"], "g": [0.0, 0.9, 1.8]},
    "beside": {"middle": [[32, "small"], [64, "middle"], [128, "large"]]},
}


def test_sizes_are_a_line_for_each_g_and_a_point_for_each_n():
    figure = figS_size.draw({"summary": summary()}, SIZE)
    assert letters(figure) == ["(a)", "(b)", "(c)", "(d)"]
    time, change, _, rank = figure.axes
    assert [line.get_xdata().tolist() for line in time.lines] == [[32, 64, 128], [32, 64, 128], []]
    assert [text.get_text() for text in time.get_legend().get_texts()] == ["$g$", "0.0", "0.9", "1.8"]
    assert change.lines[1].get_ydata() == pytest.approx(1.1)
    assert rank.lines[0].get_xdata().tolist() == [32, 128], "one of the networks with N = 64 has no functional rank"
    assert time.get_ylim()[0] < 0 < time.get_ylim()[1]


def test_what_the_panels_of_sizes_say_is_what_is_drawn():
    rows = figS_size.panels(SIZE)["d"].rows(summary())
    assert sorted(rows["n_neurons"].unique()) == [32, 128]
    assert figS_size.panels(SIZE)["a"].y == "convergence_epoch"


def spectrum() -> pd.DataFrame:
    n, rows = 8, []
    for g in (0.0, 0.9):
        for matrix in ("W0", "W", "dW"):
            values = np.linalg.eigvals(RNG.standard_normal((n, n)))
            rows.append(
                pd.DataFrame(
                    {"task": "romo", "g": g, "seed": 0, "matrix": matrix, "index": range(1, n + 1)}
                    | {"singular_value": np.linspace(2, 0, n), "eigenvalue_real": values.real}
                    | {"eigenvalue_imag": values.imag}
                )
            )
    return pd.concat(rows)


SPECTRA = LOOK | {"figS_spectra": {"tasks": ["romo"], "g": [0.0, 0.9, 1.8], "ranks": 5}, "fig1": {"seed": 0}}


def test_spectra_have_the_leading_singular_values_and_all_eigenvalues():
    figure = figS_spectra.draw({"spectrum": spectrum()}, SPECTRA)
    assert letters(figure) == ["(a)", "(b)", "(c)"], "there are no networks with g = 1.8"
    upper = figure.axes[0]
    assert [len(line.get_xdata()) for line in upper.lines[:2]] == [5, 5]
    planes = figure.axes[2:]
    assert [ax.get_visible() for ax in planes] == [True, False, True, True], "at g = 0, W is dW"
    assert {ax.patches[0].radius for ax in planes} == {0.0, 0.9}
    assert len(planes[3].lines[-1].get_xdata()) == 8
    assert len(figS_spectra.panels(SPECTRA)["c"].rows(spectrum())) == 16


def test_spectra_of_a_task_without_one_of_the_g_are_in_the_rows_of_their_g():
    rows = pd.concat([spectrum(), spectrum().replace({"task": {"romo": "mante"}, "g": {0.9: 1.8}})])
    settings = SPECTRA | {"figS_spectra": SPECTRA["figS_spectra"] | {"tasks": ["mante", "romo"]}}
    figure = figS_spectra.draw({"spectrum": rows}, settings)
    panel = {text: ax for ax in figure.axes for text in [t.get_text() for t in ax.texts]}
    assert sorted(panel) == ["(a)", "(b)", "(c)", "(d)", "(f)", "(g)"]
    assert [panel[f"({letter})"].get_ylabel() for letter in "cdfg"] == ["$g = 0.0$", "", "$g = 0.9$", "$g = 1.8$"]
    for letter, g in {"f": 0.9, "g": 1.8}.items():
        assert panel[f"({letter})"].patches[0].radius == g
        assert figS_spectra.panels(settings)[letter].rows(rows)["g"].unique() == [g]


def divergence() -> pd.DataFrame:
    epochs = {0.6: 6, 0.8: 4}
    parts = []
    for g, count in epochs.items():
        own = pd.DataFrame({"task": "linear", "g": g, "seed": 0, "epoch": range(count), "loss": 2.0})
        for index in range(1, 6):
            own[f"eigenvalue{index}_real"] = np.linspace(g, 1, count) - 0.1 * index
        parts.append(own)
    found = pd.concat(parts, ignore_index=True)
    ran_away = (found["g"] == 0.8) & (found["epoch"] == 3)
    found.loc[ran_away, ["loss", *(f"eigenvalue{index}_real" for index in range(1, 6))]] = np.nan
    return found


DIVERGENCE = LOOK | {
    "figS_divergence": {"tasks": ["linear"], "g": [0.8, 0.6]},
    "fig3": {"seed": 0},
    "targets": {"linear": 2.0},
}


def test_the_curves_of_a_network_that_runs_away_end_there():
    figure = figS_divergence.draw({"history": divergence()}, DIVERGENCE)
    assert letters(figure) == ["(a)", "(b)", "(c)"]
    loss, weak, strong = figure.axes
    assert [text.get_text() for text in loss.get_legend().get_texts()] == ["$g = 0.6$", "$g = 0.8$"]
    assert [len(line.get_xdata()) for line in weak.lines[:5]] == [6] * 5
    assert [len(line.get_xdata()) for line in strong.lines[:5]] == [3] * 5
    assert weak.lines[5].get_ydata() == [1, 1], "where the fixed point is unstable"
    assert len(figS_divergence.panels(DIVERGENCE)["b"].rows(divergence())) == 6


def oscillation() -> tuple[pd.DataFrame, pd.DataFrame]:
    time = np.arange(8.0)
    trials = [
        {"task": task, "g": g, "seed": 0, "time": t, "signal": signal, "value": value}
        for task, g in (("slow", 0.0), ("fast", 0.8))
        for t in time
        for signal, value in (("output", np.cos(t)), ("target", np.cos(t) if t < 4 else np.nan))
    ]
    history = [
        {"task": task, "g": g, "seed": 0, "epoch": epoch, "loss": 0.5 / (1 + epoch)}
        | dict.fromkeys(("fastest_real", "fastest_imag", "eigenvalue1_real"), np.nan if epoch % 2 else g)
        for task, g in (("slow", 0.0), ("fast", 0.8))
        for epoch in range(5)
    ]
    return pd.DataFrame(history), pd.DataFrame(trials)


def test_the_oscillation_shows_outputs_losses_and_eigenvalues():
    history, trials = oscillation()
    settings = LOOK | {"figS_cosine": {"tasks": ["slow", "fast"]}, "fig3": {"seed": 0}}
    figure = figS_cosine.draw({"history": history, "trials": trials}, settings)
    assert letters(figure) == ["(a)", "(b)", "(c)", "(d)"]
    output, loss, imaginary, _ = figure.axes
    assert [text.get_text() for text in output.get_legend().get_texts()] == ["$g = 0.0$", "$g = 0.8$", r"$\hat{z}$"]
    assert loss.lines[0].get_ydata()[0] == 1
    assert imaginary.lines[1].get_xdata().tolist() == [0, 2, 4], "epochs at which they were recorded"
    assert set(figS_cosine.panels(settings)) == set("abcd")
    several = {name: pd.concat([rows, rows.assign(g=0.7)]) for name, rows in (("history", history), ("trials", trials))}
    more = figS_cosine.draw(several, settings).axes[1]
    assert len(more.lines) == len(loss.lines) + 2, "a curve for each g"


def test_singular_values_are_shown_beside_those_of_a_kernel_that_subtracts():
    rows = []
    for task, noise in (("linear", 1e-14), ("other", 1e-7)):
        for epoch in range(6):
            values = {"s1": 0.1 * epoch, "s2": 1e-3 * epoch**3, "s3": noise, "s4": noise, "s5": noise}
            rows.append({"task": task, "g": 0.0, "seed": 0, "epoch": epoch, "tau": 0.1 * epoch, "loss": 2.0} | values)
    predicted = [
        {"target": 2.0, "g": 0.0, "tau": 0.1 * k, "order": 3, "readout": 0.1, "loss": 2.0, "s1": 0.1 * k, "s2": 1e-3}
        for k in range(6)
    ]
    settings = LOOK | {
        "figS_singular_values": {"tasks": ["linear"]},
        "fig3": {"g": [0.0], "effective_time": {}},
        "targets": {"linear": 2.0},
        "beside": {"linear": [["fast", "linear"], ["reference", "other"]]},
    }
    tables = {"history": pd.DataFrame(rows), "theory": pd.DataFrame(predicted)}
    figure = figS_singular_values.draw(tables, settings)
    assert letters(figure) == ["(a)", "(b)"]
    grey = [line for line in figure.axes[1].lines if line.get_color() == "0.6"]
    assert len(grey) == 5
    assert grey[4].get_ydata() == pytest.approx(1e-7)
    assert np.isnan(figure.axes[1].lines[5].get_ydata()[0]), "0 is not on a logarithmic axis"
    assert figure.axes[1].lines[5].get_ydata()[5] == pytest.approx(0.5)
    assert len(figS_singular_values.panels(settings)["b"].rows(tables["history"])) == 6
