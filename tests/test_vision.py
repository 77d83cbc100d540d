"""Figures for readers who see colours otherwise, or print in grey: lines of a panel that differ can be told apart."""

from itertools import combinations

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import test_figures
import test_linear_figures
import test_lstm_figures
from lowrank.figures import fig1, fig2, fig3, fig4, fig5, figS_lstm, style
from vision import DEFICIENCIES, difference

LEAST = 15  # of colours that alone tell lines apart
FIGURES = {"fig1": fig1, "fig2": fig2, "fig3": fig3, "fig4": fig4, "fig5": fig5, "figS_lstm": figS_lstm}
LINEAR = test_linear_figures.FIGURES | {"colors": {"linear_z0.5": "#3465b0", "linear_z2.0": "#f57900"}}
THREE = ["flipflop", "mante", "romo"]


def drawn(name: str) -> Figure:
    """A figure of the paper, in its colours, from made-up tables."""
    if name == "fig1":
        return fig1.draw(test_figures.tables(), test_figures.FIGURES)
    if name == "fig2":
        summary = test_figures.summary()
        romo = summary[summary["task"] == "mante"].assign(task="romo")
        settings = test_figures.figures("fig2", tasks=THREE)
        return fig2.draw({"summary": pd.concat([summary, romo], ignore_index=True)}, settings)
    if name == "fig3":
        return fig3.draw(test_linear_figures.tables(), LINEAR)
    if name == "fig4":
        return fig4.draw({"summary": test_linear_figures.summary()}, LINEAR)
    return FIGURES[name].draw(test_lstm_figures.tables(), test_lstm_figures.FIGURES)


def looks(ax: Axes) -> set[tuple]:
    """How the lines of a panel look: colour, marker, dashes. Guides lie below all else."""
    return {
        (to_hex(line.get_color()), line.get_marker(), str(line._dash_pattern))
        for line in ax.lines
        if line.get_zorder() > 0
    }


def alike(ax: Axes, deficiency: str) -> list[tuple]:
    """Lines of a panel that have other colours, and that nothing else tells apart."""
    return [
        (one, other)
        for one, other in combinations(sorted(looks(ax), key=str), 2)
        if one[1:] == other[1:] and difference(one[0], other[0], deficiency) < LEAST
    ]


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("name", FIGURES)
def test_lines_of_a_panel_are_told_apart(name, deficiency):
    for ax in drawn(name).axes:
        assert not alike(ax, deficiency)


@pytest.mark.parametrize("name", ["fig2", "fig4"])
def test_tasks_have_a_marker_each_in_the_legend_and_in_every_panel(name):
    figure = drawn(name)
    (legend,) = figure.legends or [figure.axes[0].get_legend()]
    in_legend = {to_hex(handle.get_color()): handle.get_marker() for handle in legend.legend_handles}
    in_legend = {color: marker for color, marker in in_legend.items() if marker not in ("None", "", None)}
    assert len(set(in_legend.values())) == len(in_legend) == {"fig2": 3, "fig4": 2}[name]
    for ax in figure.axes:
        marked = {color: marker for color, marker, _ in looks(ax) if marker != "None"}
        assert marked == in_legend


def test_a_tasks_marker_is_that_of_its_place_and_there_are_enough():
    assert style.markers(THREE) == {"flipflop": "o", "mante": "s", "romo": "^"}
    many = [f"{number}" for number in range(20)]
    assert len(style.markers(many)) == len(style.dashes(many)) == 20


def test_what_this_measures():
    """As the issue that led to this: orange and green, which are far apart, are alike with protanopia."""
    assert difference("#f57900", "#3d8a0c", "none") > 80
    assert difference("#f57900", "#3d8a0c", "protanopia") < 25
    assert difference("#ffffff", "#000000", "grey") == pytest.approx(100, abs=0.1)
