"""Figures 1 and 2 from small made-up tables: what is drawn (not its pixels), and that it is drawn the same again."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lowrank.core.errors import UserError
from lowrank.figures import fig1, fig2, fig2_seeds, style

SCRIPTS = Path(fig1.__file__).parents[2]
CHANNELS = {"flipflop": (2, 2), "mante": (4, 1), "romo": (1, 2), "unheard": (3, 4)}  # inputs, outputs
EPOCHS, RANKS = 40, 6
FIGURES = {
    "colors": {"flipflop": "#3465b0", "mante": "#f57900", "romo": "#3d8a0c"},
    "labels": {"flipflop": "Flip-flop"},
    "fig1": {
        "tasks": ["flipflop", "mante", "romo"],
        "seed": 0,
        "g": [0.0, 0.9],
        "trial_g": 0.9,
        "epochs": {"flipflop": 20},
        "ranks": 5,
    },
    "fig2": {"tasks": ["flipflop", "mante"], "convergence_limit": 600},
    "fig2_seeds": {"tasks": ["flipflop", "mante"], "group": 2},
}


def figures(name: str, **changes) -> dict:
    """The settings, with a few of figure `name` changed."""
    return FIGURES | {name: FIGURES[name] | changes}


def initial_loss(g: float) -> float:
    return 2 + g


def network(task: str, g: float, seed: int) -> dict[str, pd.DataFrame]:
    """The tables of one network."""
    steps = 12
    once, again = np.repeat(["fixation", "pulse", "report"], 4), np.repeat(["fixation", "pulse", "fixation"], 4)
    parts = [
        {
            "time": np.arange(steps) / 2,
            "signal": signal,
            "channel": channel,
            "value": np.where((np.arange(steps) < 8) & (signal == "target"), np.nan, channel / 10),
            "phase": again if task == "flipflop" else once,
        }
        for signal, count in zip(("input", "output", "target"), np.take(CHANNELS[task], [0, 1, 1]), strict=True)
        for channel in range(1, count + 1)
    ]
    tables = {
        "history": [
            {
                "epoch": np.arange(EPOCHS),
                "loss": initial_loss(g) * np.exp(-np.arange(EPOCHS) / 9),
                "gradient_norm": 1.0,
            }
        ],
        "truncation": [{"rank": np.arange(RANKS + 1), "loss": 3 * initial_loss(g) / (1 + np.arange(RANKS + 1))}],
        "spectrum": [
            {"matrix": matrix, "index": np.arange(1, RANKS + 1), "singular_value": size / np.arange(1, RANKS + 1)}
            for matrix, size in (("W", 9.0), ("dW", 2.0))
        ],
        "trials": parts,
    }
    return {
        name: pd.concat([pd.DataFrame({"task": task, "g": g, "seed": seed} | part) for part in parts])
        for name, parts in tables.items()
    }


def tables(tasks=("flipflop", "mante", "romo"), strengths=(0.0, 0.9)) -> dict[str, pd.DataFrame]:
    """The tables of Figure 1."""
    networks = [network(task, g, seed) for task in tasks for g in strengths for seed in (0, 1)]
    return {name: pd.concat([one[name] for one in networks], ignore_index=True) for name in networks[0]}


def summary(strengths=(0.0, 0.9, 1.8), seeds=5, integers="Int64") -> pd.DataFrame:
    """The table of Figure 2: everywhere all converged, with values 10, 11, ... over the seeds."""
    index = pd.MultiIndex.from_product([["flipflop", "mante"], strengths, range(seeds)], names=["task", "g", "seed"])
    frame = index.to_frame(index=False)
    frame["convergence_epoch"] = (frame["seed"] + 10).astype(integers)
    frame["functional_rank"] = (frame["seed"] + 10).astype(integers)
    frame["norm_dW"] = frame["seed"] + 10.0
    frame["initial_loss"] = frame["seed"] + 1.0
    frame["epochs"] = 200
    return frame.assign(shuffled_loss=frame["initial_loss"] * frame["norm_dW"])


def lose(frame: pd.DataFrame, column: str, **where) -> pd.DataFrame:
    """The table with a null in the rows that are so."""
    frame.loc[np.logical_and.reduce([frame[name] == value for name, value in where.items()]), column] = None
    return frame


def curves(ax) -> dict:
    """The labelled lines: label to (x, y)."""
    return {line.get_label(): line.get_data() for line in ax.lines if not line.get_label().startswith("_")}


def axes_of(figure, letter: str):
    """The axes with a panel's letter."""
    (found,) = (ax for ax in figure.axes if any(text.get_text() == f"({letter})" for text in ax.texts))
    return found


def render(figure) -> None:
    """All that saving does but the writing."""
    figure.draw_without_rendering()


# --- Figure 1


def test_losses_are_in_units_of_the_first_networks_initial_loss():
    figure = fig1.draw(tables(), figures("fig1"))
    loss, truncated = curves(axes_of(figure, "d")), curves(axes_of(figure, "j"))
    np.testing.assert_allclose(loss["0.0"][1][0], 1)
    np.testing.assert_allclose(loss["0.9"][1][0], initial_loss(0.9) / initial_loss(0))
    np.testing.assert_array_equal(truncated["0.0"][0], np.arange(1, 6))
    np.testing.assert_allclose(truncated["0.0"][1], 1 / np.arange(2, 7))  # rank 0, over whose loss it is, not drawn
    np.testing.assert_allclose(truncated["0.9"][1], initial_loss(0.9) / initial_loss(0) / np.arange(2, 7))


def test_the_first_g_is_the_first_that_is_listed():
    figure = fig1.draw(tables(), figures("fig1", g=[0.9, 0.0]))
    np.testing.assert_allclose(curves(axes_of(figure, "d"))["0.0"][1][0], initial_loss(0) / initial_loss(0.9))


def test_axes_as_long_as_asked():
    figure = fig1.draw(tables(), figures("fig1"))
    assert 20 <= axes_of(figure, "d").get_xlim()[1] < 22
    assert 39 <= axes_of(figure, "e").get_xlim()[1] < 42
    singular = curves(axes_of(figure, "h"))["0.9"]
    np.testing.assert_allclose(singular, [np.arange(1, 6), 2 / np.arange(1, 6)])


def test_what_the_task_has_not_got_is_left_out():
    figure = fig1.draw(tables(strengths=(0.9, 1.8)), figures("fig1", trial_g=0.3))
    assert set(curves(axes_of(figure, "d"))) == set(curves(axes_of(figure, "g"))) == {"0.9"}
    render(figure)
    render(fig1.draw(tables(strengths=(1.8,)), figures("fig1")))


def test_darker_for_the_smaller_g():
    shades = style.shades("#3465b0", [0.9, 0.0, 0.3])
    assert shades[0.9] == pytest.approx((0x34 / 255, 0x65 / 255, 0xB0 / 255))
    assert sum(shades[0.0]) < sum(shades[0.3]) < sum(shades[0.9])
    assert style.shades("red", [1.5]) == {1.5: (1, 0, 0)}


def test_trials():
    figure = fig1.draw(tables(), figures("fig1"))
    labels = [ax.get_ylabel() for ax in figure.axes[-9:]]
    assert labels == ["In", "Out 1", "Out 2", "Signal", "Context", "Out", "In", "Out 1", "Out 2"]
    by_label = {ax.get_ylabel(): curves(ax) for ax in figure.axes[-6:-3]}  # Mante's
    assert {name: data[1][0] for name, data in by_label["Signal"].items()} == {"$u_{1}$": 0.3, "$u_{2}$": 0.4}
    assert {name: data[1][0] for name, data in by_label["Context"].items()} == {"$c_{1}$": 0.1, "$c_{2}$": 0.2}
    assert np.isnan(by_label["Out"][r"$\hat{z}$"][1]).sum() == 8


def test_phases_are_marked_unless_they_come_again():
    made = tables()["trials"]
    np.testing.assert_array_equal(fig1.boundaries(made[made["task"] == "mante"]), [2, 4])
    assert len(fig1.boundaries(made[made["task"] == "flipflop"])) == 0
    assert len(fig1.boundaries(made[:0])) == 0


def test_unknown_task():
    figure = fig1.draw(tables(tasks=["unheard"]), figures("fig1", tasks=["unheard"]))
    assert axes_of(figure, "a").get_title() == "unheard task"
    assert list(curves(axes_of(figure, "a"))) == ["$u_{1}$", "$u_{2}$", "$u_{3}$"]
    assert [ax.get_ylabel() for ax in figure.axes].count("Out 4") == 1
    render(figure)


@pytest.mark.parametrize("text", ["Flip-flop", "Émile Žižka", "Мант α", "a $x_1$", "cost $5", "a_b", ""])
def test_labels_that_can_be_written(text):
    assert style.label({"labels": {"romo": text}}, "romo") == text
    assert style.label({"labels": {}}, "romo") == "romo"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("闪烁 a", "the figures' fonts have no 闪 烁"), ("$\\foo$", "is not valid mathtext: .*Unknown symbol")],
)
def test_labels_that_cannot(text, sentence):
    with pytest.raises(UserError, match=rf"figures.labels.romo = .*{sentence}[^\n]*$"):
        style.label({"labels": {"romo": text}}, "romo")


def test_colors_that_are_not_given_differ():
    colors = style.colors(["flipflop", "one", "two"], FIGURES["colors"])
    assert colors["flipflop"] == "#3465b0"
    assert len(set(colors.values())) == 3


@pytest.mark.parametrize("g", [0.0, 0.9])
def test_null_losses(g):
    made = tables()
    for name, column in (("history", "loss"), ("truncation", "loss"), ("spectrum", "singular_value")):
        lose(made[name], column, task="mante", g=g)
    lose(made["trials"], "value", task="mante", g=g)
    render(fig1.draw(made, figures("fig1")))


def test_missing_seed():
    with pytest.raises(UserError, match=r"^Figure 1 shows seed 7 of task flipflop, which the \w+ table lacks: [^.\n]*"):
        fig1.draw(tables(), figures("fig1", seed=7))


@pytest.mark.parametrize(("largest", "top"), [(0.2, 1.12), (4.0, 4.2), (1e30, style.MOST), (np.nan, 1.12)])
def test_axis_of_losses(largest, top):
    ax = axes_of(fig1.draw(tables(), figures("fig1")), "l")
    style.loss_axis(ax, np.array([np.nan, 0.1, largest]))
    assert ax.get_ylim()[1] == pytest.approx(top)
    assert [tick.get_text() for tick in ax.get_yticklabels()][:2] == ["0", "$L_0$"]


# --- Figure 2


@pytest.mark.parametrize("integers", ["Int64", "float"])
def test_mean_and_band(integers):
    figure = fig2.draw({"summary": summary(integers=integers)}, figures("fig2"))
    for letter in "abcd":  # shuffled_loss / initial_loss is 10, 11, ... too, only if each network has its own L0
        ax = axes_of(figure, letter)
        np.testing.assert_allclose(curves(ax)["mante"], [[0, 0.9, 1.8], [12, 12, 12]])
        edges = ax.collections[0].get_paths()[0].vertices[:, 1]
        np.testing.assert_allclose([edges.min(), edges.max()], 12 + np.std(np.arange(5)) * np.array([-1, 1]))


@pytest.mark.parametrize("integers", ["Int64", "float"])
def test_points_only_where_all_seeds_converged(integers):
    made = lose(summary(integers=integers), "convergence_epoch", task="mante", g=0.9, seed=3)
    made = lose(made, "functional_rank", task="flipflop", g=0.0, seed=0)
    figure = fig2.draw({"summary": made}, figures("fig2"))
    shown = {letter: {task: list(x) for task, (x, _) in curves(axes_of(figure, letter)).items()} for letter in "abcd"}
    assert shown["a"] == shown["b"] == shown["c"] == {"flipflop": [0, 0.9, 1.8], "mante": [0, 1.8]}
    assert shown["d"] == {"flipflop": [0.9, 1.8], "mante": [0, 1.8]}


def test_none_converged():
    made = summary(integers="float").assign(convergence_epoch=np.nan, functional_rank=np.nan, norm_dW=np.nan)
    for frame in (made, made[:0]):
        figure = fig2.draw({"summary": frame}, figures("fig2"))
        assert all(len(x) == 0 for x, _ in curves(axes_of(figure, "b")).values())
        render(figure)


def test_one_seed_and_two_g():
    figure = fig2.draw({"summary": summary(strengths=(0.0, 0.9), seeds=1)}, figures("fig2", tasks=["mante", "new"]))
    np.testing.assert_allclose(curves(axes_of(figure, "d"))["mante"], [[0, 0.9], [10, 10]])
    assert not any(ax.collections for ax in figure.axes)
    render(figure)
    render(fig2.draw({"summary": summary(strengths=(0.0,), seeds=1)}, figures("fig2")))


@pytest.mark.parametrize(("limit", "top"), [(600, 14.4), (20, 20), (5, 5)])
def test_convergence_axis(limit, top):
    figure = fig2.draw({"summary": summary()}, figures("fig2", convergence_limit=limit))
    assert axes_of(figure, "a").get_ylim()[1] == pytest.approx(top)


# --- Figure 2 a with more seeds


def test_means_of_groups_of_seeds_beside_that_of_all():
    """Seeds 0 to 6 converge at 10 to 16: groups of two have 10.5, 12.5 and 14.5, the mean of all is 13."""
    figure = fig2_seeds.draw({"summary": summary(seeds=7)}, figures("fig2_seeds"))
    of_all, *groups = [line.get_ydata() for line in axes_of(figure, "c").lines]
    np.testing.assert_allclose(of_all, [13, 13, 13])
    np.testing.assert_allclose(groups, [[10.5] * 3, [12.5] * 3, [14.5] * 3])
    ax = axes_of(figure, "d")
    np.testing.assert_allclose([line.get_ydata()[0] for line in ax.lines[1:]], 100 * np.array([-2.5, -0.5, 1.5]) / 13)
    edges = ax.collections[0].get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose(edges.max(), 100 * np.std(np.arange(7)) / np.sqrt(2) / 13)
    render(figure)


def test_a_group_has_a_point_where_its_own_networks_converged():
    made = lose(summary(seeds=4), "convergence_epoch", task="mante", g=0.9, seed=3)
    of_all, groups = fig2_seeds.means(made, "mante", 2)
    assert [list(points["g"]) for points in (of_all, *groups)] == [[0, 1.8], [0, 0.9, 1.8], [0, 1.8]]
    render(fig2_seeds.draw({"summary": made.assign(convergence_epoch=np.nan)}, figures("fig2_seeds")))


# --- both

FILES = ["1.pdf", "1.png", "2.pdf", "2.png"]


def redraw(folder: Path) -> dict[str, str]:
    """Draw both figures into the folder; the files' hashes."""
    style.save(fig1.draw(tables(), figures("fig1")), [folder / name for name in FILES[:2]])
    style.save(fig2.draw({"summary": summary()}, figures("fig2")), [folder / name for name in FILES[2:]])
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}


def test_same_bytes_in_another_process(tmp_path):
    code = f"import pathlib, test_figures; print(test_figures.redraw(pathlib.Path({str(tmp_path / 'other')!r})))"
    path = os.pathsep.join([str(SCRIPTS), str(Path(__file__).parent)])
    other = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path, "PYTHONHASHSEED": "17", "TZ": "Asia/Tokyo", "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == str(redraw(tmp_path / "here"))
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == FILES


def test_fonts_are_not_the_machines(tmp_path):
    redraw(tmp_path)
    content = (tmp_path / "1.pdf").read_bytes()
    assert b"STIXGeneral" in content
    assert b"DejaVu" not in content
    assert b"CreationDate" not in content


def test_text_is_readable_in_print():
    for figure in (fig1.draw(tables(), figures("fig1")), fig2.draw({"summary": summary()}, figures("fig2"))):
        assert figure.get_figwidth() <= 5.5
        sizes = [text.get_fontsize() for text in figure.findobj(lambda artist: hasattr(artist, "get_fontsize"))]
        assert min(sizes) >= 7
