"""Figures 3 and 4 from small made-up tables: what is drawn, and that it is drawn the same again."""

import io

import numpy as np
import pandas as pd
import pytest

from lowrank import theory
from lowrank.core.errors import UserError
from lowrank.figures import fig3, fig4, linear, style

TASKS = {"linear_z0.5": 0.5, "linear_z2.0": 2.0}
FIGURES = {
    "colors": {"linear_z0.5": "#3465b0"},
    "labels": {},
    "targets": TASKS,
    "fig3": {"tasks": list(TASKS), "seed": 1, "g": [0.0, 0.6], "effective_time": {"linear_z2.0": 0.6}},
    "fig4": {"tasks": list(TASKS)},
}
EPOCHS, RATE = 100, 0.02


def history() -> pd.DataFrame:
    """Two seeds, the loss of the second 0.2 higher than that of the first."""
    parts = []
    for task, target in TASKS.items():
        for g in (0.0, 0.6):
            for seed in (0, 1):
                tau = RATE * (1 - g**2) ** 2 * np.arange(EPOCHS)
                loss = theory.loss(tau, g, target, 1) + 0.2 * seed
                parts.append({"task": task, "g": g, "seed": seed, "epoch": np.arange(EPOCHS), "tau": tau, "loss": loss})
                parts[-1] |= {"s1": tau, "s2": tau / 10}
    return pd.concat(map(pd.DataFrame, parts), ignore_index=True)


def trials() -> pd.DataFrame:
    """The output is 10 g + the target from the onset on."""
    parts = []
    for task, target in TASKS.items():
        for g in (0.0, 0.6):
            for signal, value in (("input", 1.0), ("output", 10 * g + target), ("target", target)):
                time = np.arange(0, 11, 0.5)
                values = np.where(time >= 1, value, 0.0)
                parts.append({"task": task, "g": g, "seed": 1, "time": time, "signal": signal, "value": values})
    return pd.concat(map(pd.DataFrame, parts), ignore_index=True)


def predictions() -> pd.DataFrame:
    networks = [
        {"target": target, "g": g, "rate": RATE * (1 - g**2) ** 2, "epochs": EPOCHS}
        for target in TASKS.values()
        for g in (0.0, 0.6)
    ]
    return pd.DataFrame(theory.columns(networks))


def tables() -> dict[str, pd.DataFrame]:
    return {"history": history(), "trials": trials(), "theory": predictions()}


def summary() -> pd.DataFrame:
    """Networks that follow the first order exactly, the second seed 10 % above the first."""
    rows = [
        {
            "task": task,
            "g": g,
            "seed": seed,
            "convergence_tau": (1 + seed / 10) * theory.convergence_time(g, target),
            "norm_dW": (1 + seed / 10) * theory.final_norm(g, target),
            "mean_gradient_norm": (1 + seed / 10) * theory.gradient_norm(0.0, g, target),
            "shuffled_loss": theory.shuffled_loss(g, target),
        }
        for task, target in TASKS.items()
        for g in (0.0, 0.5, 0.9)
        for seed in (0, 1)
    ]
    return pd.DataFrame(rows)


def axes_of(figure, letter: str):
    """The axes of a panel, by its letter."""
    (ax,) = (ax for ax in figure.axes if any(text.get_text() == f"({letter})" for text in ax.texts))
    return ax


def png(figure) -> bytes:
    stream = io.BytesIO()
    with style.context():
        figure.savefig(stream, format="png", metadata=style.METADATA[".png"])
    return stream.getvalue()


# --- Figure 3


def test_simulations_are_means_over_seeds_and_effective_time():
    found = linear.simulation(history(), "linear_z2.0", 0.6, 0.6)
    assert found["x"] == pytest.approx(RATE * np.arange(31))
    assert found["loss"][0][0] == pytest.approx(2.1)
    assert found["loss"][1] == pytest.approx(np.full(31, 0.1))


def test_a_network_that_diverged_is_left_out():
    rows = history()
    lost = (rows["task"] == "linear_z2.0") & (rows["seed"] == 1) & (rows["epoch"] == 7)
    rows.loc[lost, "loss"] = np.nan
    found = linear.simulation(rows, "linear_z2.0", 0.0, None)
    assert found["loss"][0][0] == pytest.approx(2.0)
    assert not found["loss"][1].any()


def test_both_figures_are_drawn_though_all_networks_of_a_target_diverged():
    rows, networks = history(), summary()
    rows.loc[(rows["task"] == "linear_z2.0") & (rows["epoch"] == 7), "loss"] = np.nan
    networks.loc[networks["task"] == "linear_z2.0", ["convergence_tau", "norm_dW", "mean_gradient_norm"]] = np.nan
    png(fig3.draw(tables() | {"history": rows}, FIGURES))
    png(fig4.draw({"summary": networks}, FIGURES))


def test_theory_is_held_from_where_it_passes_the_target():
    found = linear.theory(predictions(), 2.0, 0.0, None)
    z = theory.readout(found["x"], 0.0, 2.0)
    passed = int(np.flatnonzero(z > 2.0)[0])
    assert 0 < passed < EPOCHS - 1
    assert found["loss"][:passed] == pytest.approx((2.0 - z[:passed]) ** 2 / 2)
    assert set(found["loss"][passed:]) == {found["loss"][passed]}
    assert set(found["s1"][passed:]) == {found["s1"][passed]}


def test_trials_are_those_of_the_shown_seed_and_begin_at_the_onset():
    ax = fig3.draw(tables(), FIGURES).axes
    (ax,) = (each for each in ax if each.get_ylabel() == "Out")
    outputs = [line for line in ax.lines if len(line.get_xdata()) > 2]
    assert sorted(line.get_ydata()[-1] for line in outputs) == [0.5, 2.0, 6.5, 8.0]
    assert all(line.get_xdata()[0] == -1 for line in outputs)
    targets = [line for line in ax.lines if line.get_marker() in style.MARKERS]
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in targets] == [(9.5, 0.5), (9.5, 2.0)]


def test_a_column_a_target():
    figure = fig3.draw(tables(), FIGURES)
    assert "0.5" in axes_of(figure, "b").get_title()
    assert "2.0" in axes_of(figure, "c").get_title()
    assert axes_of(figure, "e").get_xlim()[1] < axes_of(figure, "d").get_xlim()[1], "its axis ends at 0.6"
    one = fig3.draw(tables(), FIGURES | {"fig3": FIGURES["fig3"] | {"tasks": ["linear_z2.0"], "g": [0.6]}})
    assert [text.get_text() for ax in one.axes for text in ax.texts] == ["(b)", "(c)", "(a)"]


def test_a_g_that_the_run_lacks_is_left_out_and_a_problem_if_it_is_the_only_one():
    figure = fig3.draw(tables(), FIGURES | {"fig3": FIGURES["fig3"] | {"g": [0.3, 0.6]}})
    assert len([line for line in axes_of(figure, "b").lines if len(line.get_xdata()) > 2]) == 2
    with pytest.raises(UserError, match=r"Figure 3 shows g = \[0\.3\]"):
        fig3.draw(tables(), FIGURES | {"fig3": FIGURES["fig3"] | {"g": [0.3]}})


# --- Figure 4


@pytest.mark.parametrize("letter", "abcd")
def test_networks_that_follow_the_first_order_lie_on_its_curve(letter):
    """Each quantity is divided by its mean at g = 0, or by L0 = z^2/2."""
    ax = axes_of(fig4.draw({"summary": summary()}, FIGURES), letter)
    *curves, dashed = (line for line in ax.lines if len(line.get_xdata()) > 2)
    assert len(curves) == len(TASKS)
    for line in curves:
        expected = np.interp(line.get_xdata(), dashed.get_xdata(), dashed.get_ydata())
        assert line.get_ydata() == pytest.approx(expected, rel=5e-3, abs=1e-3)


def test_diverged_networks_are_left_out_and_counted():
    rows = summary()
    rows.loc[5, ["convergence_tau", "norm_dW", "mean_gradient_norm", "shuffled_loss"]] = None
    kept, text = fig4.converging(rows, list(TASKS))
    assert len(kept) == len(rows) - 1
    assert text == "1 of 12 networks diverged: left out"
    figure = fig4.draw({"summary": rows}, FIGURES)
    assert text in [artist.get_text() for artist in figure.texts]
    assert fig4.converging(summary(), list(TASKS))[1] == ""


# --- both


def drawn() -> list:
    return [fig3.draw(tables(), FIGURES), fig4.draw({"summary": summary()}, FIGURES)]


def test_drawn_again_they_are_the_same():
    assert list(map(png, drawn())) == list(map(png, drawn()))


def test_text_is_readable_in_print():
    for figure in drawn():
        assert figure.get_figwidth() <= 5.5
        sizes = [text.get_fontsize() for text in figure.findobj(lambda artist: hasattr(artist, "get_fontsize"))]
        assert min(sizes) >= 7
