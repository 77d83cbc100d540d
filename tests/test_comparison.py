"""Published beside reproduced: the published points, our values where they are, how far apart, and the drawing."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from lowrank.comparison import distance, fig2, fig4, figS_size, published
from lowrank.comparison.base import TASKS, Curve, Networks
from lowrank.comparison.fig5 import MATRICES, TRUNCATED
from lowrank.comparison.page import page
from lowrank.core.errors import UserError
from lowrank.figures.published import NOTE, underlay
from lowrank.store import tables
from test_figures import axes_of
from workflow import ROOT

FOLDER = ROOT / "workflow/resources/published"
FILES = [FOLDER / f"fig{n}.csv" for n in range(1, 6)]
LINEAR = {0.5: "linear_z0.5", 2.0: "linear_z2.0"}
NETWORKS = Networks(LINEAR, {})


@pytest.fixture(scope="module")
def points() -> pd.DataFrame:
    return pd.concat([published.read(path) for path in FILES], ignore_index=True)


# The published points


def test_every_simulated_point_is_read_and_no_theory(points):
    counts = points.groupby("figure").size().to_dict()
    assert counts == {"1": 321, "2": 102, "3": 291, "4": 78, "5": 172}
    assert not points["series"].str.contains("theory").any()
    assert points[["x", "published", "error"]].notna().all(axis=None)


def test_a_band_is_a_standard_deviation_of_five_networks(points):
    """Figure 2 a, flip-flop, g = 0: 95.0 to 114.7; in the paper's numpy it was over n, here it is over n - 1."""
    (sd,) = points.query("figure == '2' and panel == 'a' and series == 'Flip-flop' and g == 0")["sd"]
    assert sd == pytest.approx((114.7 - 95.0) / 2 * np.sqrt(5 / 4))


def test_what_a_column_of_pixels_covers_is_no_standard_deviation(points):
    assert points[(points["figure"] == "1")]["sd"].isna().all()


@pytest.mark.parametrize("content", ["", "panel,series\nd,x\n", "\x00\xff", "a,b\n1\n2,3,4\n"])
def test_a_damaged_file_is_told_by_its_name(tmp_path, content):
    path = tmp_path / "fig1.csv"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(UserError, match=r"fig1\.csv"):
        published.read(path)


# Ours at the published points: networks that have exactly the published values are found to have them


def networks(task: str, g: float, column: str, x: str, points: pd.DataFrame, scale: float = 1.0) -> pd.DataFrame:
    """Rows of two equal networks that go through the points."""
    rows = pd.DataFrame({x: points["x"], column: points["published"] * scale}).assign(task=task, g=g)
    return pd.concat([rows.assign(seed=seed) for seed in (0, 1)])


def figure_1(points: pd.DataFrame) -> dict[str, pd.DataFrame]:
    parts = {"history": [], "spectrum": [], "truncation": []}
    for (panel, series, g), rows in points.groupby(["panel", "series", "g"]):
        task = TASKS[series]
        if panel in "ghi":
            parts["spectrum"].append(networks(task, g, "singular_value", "index", rows).assign(matrix="dW"))
        else:
            name, x = ("history", "epoch") if panel in "def" else ("truncation", "rank")
            first = pd.DataFrame({"x": [0.0], "published": [1.0]})  # L0
            rows = rows if (rows["x"] == 0).any() and g > 0 else pd.concat([first, rows[rows["x"] > 0]])
            parts[name].append(networks(task, g, "loss", x, rows, scale=0.125))
    return {name: pd.concat(found) for name, found in parts.items()}


def figure_2(points: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {"summary": summary(points, fig2.MEASURES, lambda series, target: TASKS[series], initial_loss=1.0, epochs=1)}


def figure_4(points: pd.DataFrame) -> dict[str, pd.DataFrame]:
    scales = {"d": lambda target: target**2 / 2}
    return {"summary": summary(points, fig4.MEASURES, lambda series, target: LINEAR[target], scales)}


def summary(points: pd.DataFrame, measures: dict, task, scales=None, **constant) -> pd.DataFrame:
    rows: dict[tuple, dict] = {}
    for point in points.itertuples():
        scale = (scales or {}).get(point.panel, lambda target: 1.0)(point.target)
        for seed in (0, 1):
            row = rows.setdefault((task(point.series, point.target), point.g, seed), {"convergence_epoch": 1.0})
            row[measures[point.panel]] = point.published * scale
    return pd.DataFrame([{"task": t, "g": g, "seed": s} | row | constant for (t, g, s), row in rows.items()])


def figure_3(curve: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Of one curve alone: each has points at times of its own."""
    first = curve.iloc[0]
    column = first["series"].split()[0] if first["panel"] in "de" else "loss"
    rows = networks(LINEAR[first["target"]], first["g"], column, "time", curve)
    return {"history": rows.assign(tau=rows["time"] * (1 - first["g"] ** 2) ** 2)}


def figure_5(points: pd.DataFrame) -> dict[str, pd.DataFrame]:
    spectrum, truncation = [], []
    for (panel, series), rows in points.groupby(["panel", "series"]):
        if panel == "a":
            found = pd.DataFrame({"index": rows["x"] + 1, "singular_value": rows["published"]})
            spectrum.append(found.assign(weight="W2", matrix=MATRICES[series], seed=0))
        else:
            found = pd.DataFrame({"rank": rows["x"], "accuracy": rows["published"]})
            truncation.append(found.assign(truncated=TRUNCATED[series], seed=0))
    return {"sentiment_spectrum": pd.concat(spectrum), "sentiment_truncation": pd.concat(truncation)}


@pytest.mark.parametrize(("figure", "exact"), [(figure_1, 1e-3), (figure_2, 0), (figure_4, 2.1e-3), (figure_5, 0)])
def test_networks_with_the_published_values_are_at_no_distance(figure, exact, points):
    """Where L0 or the mean at g = 0 is the unit, the published value there is 1 only to the third digit."""
    number = figure.__name__[-1]
    rows = points[points["figure"] == number]
    columns = pd.DataFrame(distance.table([rows], figure(rows), NETWORKS))
    assert len(columns) == len(rows)
    dense = columns["panel"].isin(["e", "f"]) if number == "1" else columns["panel"].isna()
    columns = columns[~dense]
    np.testing.assert_allclose(columns["ours"], columns["published"], atol=exact + 1e-9, rtol=0)


def test_linear_networks_with_the_published_losses_are_at_no_distance(points):
    curves = points[points["figure"] == "3"].groupby(["panel", "series", "g", "target"])
    assert len(curves) == 12
    for _, one in curves:
        columns = distance.table([one], figure_3(one), NETWORKS)
        np.testing.assert_allclose(columns["ours"], columns["published"], atol=1e-9)


def test_the_middle_of_what_a_column_of_pixels_covers(points):
    """Figure 1 e: a column is 7 epochs wide, so a spike 3 epochs away counts and one 4 epochs away does not."""
    one = points.query("figure == '1' and panel == 'e' and g == 0.9 and x in (100, 300)")
    assert len(one) == 2
    epochs = np.arange(1001)
    loss = np.full(1001, 0.1)
    loss[103], loss[304] = 0.5, 0.5
    rows = [pd.DataFrame({"task": "mante", "g": g, "seed": 0, "epoch": epochs, "loss": loss}) for g in (0.0, 0.9)]
    columns = distance.table([one], {"history": pd.concat(rows)}, NETWORKS)
    assert columns["ours"] == pytest.approx([3.0, 1.0])


# How far apart


def test_the_distance_by_hand(points):
    """Figure 2 a, flip-flop, g = 0: 104.9 with a scatter of 11.0, five networks; ours 90 and 110."""
    one = points.query("figure == '2' and panel == 'a' and series == 'Flip-flop' and g == 0")
    ours = pd.DataFrame({"task": "flipflop", "g": 0.0, "seed": [0, 1], "convergence_epoch": [90.0, 110.0]})
    (ours_mean,), (spread,), (far,) = (
        distance.table([one], {"summary": ours}, NETWORKS)[name] for name in ("ours", "spread", "distance")
    )
    variance = (200 + one["sd"].iloc[0] ** 2) / 2
    assert ours_mean == 100
    assert spread == pytest.approx(np.sqrt(variance * (1 / 2 + 1 / 5)))
    assert far == pytest.approx(4.9 / np.hypot(spread, 0.7))


def test_a_g_at_which_a_network_did_not_converge_is_left_out_as_in_figure_2(points):
    one = points.query("figure == '2' and panel == 'b' and series == 'Flip-flop' and g == 0")
    ours = pd.DataFrame({"task": "flipflop", "g": 0.0, "seed": [0, 1], "norm_dW": [2.0, 2.0]})
    assert len(distance.table([one], {"summary": ours.assign(convergence_epoch=[50, 60])}, NETWORKS)["ours"]) == 1
    assert not len(distance.table([one], {"summary": ours.assign(convergence_epoch=[50, np.nan])}, NETWORKS)["ours"])


def test_over_sizes_a_seed_is_a_curve_and_a_size_that_it_lacks_is_unknown():
    curve = Curve("S_size", "j", "Flip-flop", 0.9, np.nan, np.array([64.0, 128.0, 512.0]))
    rows = [("big", 512, 0, 4), ("flipflop", 128, 0, 3), ("small", 64, 0, 2), ("small", 64, 1, 1), ("other", 128, 1, 9)]
    ours = pd.DataFrame(rows, columns=["task", "n_neurons", "seed", "functional_rank"]).assign(g=0.9)
    ours = ours.astype({"functional_rank": "Int64"})
    found = figS_size.sample(curve, {"summary": ours}, Networks({}, {"flipflop": ["small", "flipflop", "big"]}))
    np.testing.assert_array_equal(found, [[2, 3, 4], [1, np.nan, np.nan]])
    assert figS_size.sample(curve._replace(series="Romo"), {"summary": ours}, Networks({}, {})) == []


def test_one_network_on_either_side_has_no_known_distance_but_an_accuracy_has(points):
    rows = points[points["figure"] == "5"]
    columns = pd.DataFrame(distance.table([rows], figure_5(rows), NETWORKS))
    assert columns[columns["panel"] == "a"]["distance"].isna().all()
    shares = columns[columns["panel"] == "b"]
    assert shares["spread"].to_numpy() == pytest.approx(
        np.sqrt(2 * shares["published"] * (1 - shares["published"]) / 872).to_numpy()
    )


def test_a_run_without_any_of_the_networks_has_an_empty_table(points, tmp_path):
    columns = distance.table([points], {}, Networks({}, {}))
    tables.write(tmp_path / "comparison.parquet", "comparison", columns)
    table = tables.read_frame(tmp_path / "comparison.parquet", "comparison")
    assert len(table) == 0
    assert "no curves for the networks" in page(table, "mine")


def test_the_tiny_run_is_compared_where_it_has_networks(finished):
    table = pq.read_table(finished / "results/tiny/tables/comparison.parquet").to_pandas()
    assert {"1", "3", "4"} <= set(table["figure"])
    assert set(table[table["figure"] == "1"]["g"]) == {0.0, 0.9}
    text = (finished / "results/tiny/comparison.md").read_text()
    assert text == page(table, "tiny")
    assert "| d | Flip-flop, g = 0.9 | 5 |" in text, "21 epochs of the 200"


# Drawn


def test_published_curves_lie_under_ours_and_move_no_axis(points):
    from lowrank.figures import fig2 as drawing

    rows = points[points["figure"] == "2"]
    figures = {
        "colors": {"flipflop": "#3465b0", "mante": "#f57900", "romo": "#3d8a0c"},
        "labels": {},
        "fig2": {"tasks": ["flipflop", "romo"], "convergence_limit": 600},
    }
    ours = figure_2(rows)["summary"]
    plain = drawing.draw({"summary": ours}, figures)
    drawn = underlay(drawing.draw({"summary": ours}, figures), rows, figures, "fig2", drawing.FIGURE["published"])
    for letter in "abcd":
        before, after = axes_of(plain, letter), axes_of(drawn, letter)
        assert (after.get_xlim(), after.get_ylim()) == (before.get_xlim(), before.get_ylim())
        added = after.lines[len(before.lines) :]
        assert {line.get_color() for line in added} == {"#3465b0", "#3d8a0c"}, "Mante is not shown"
        assert all(line.get_zorder() < 1 and line.get_alpha() < 0.5 for line in added)
        (flipflop,) = (line for line in added if line.get_color() == "#3465b0")
        there = rows[(rows["panel"] == letter) & (rows["series"] == "Flip-flop")]
        np.testing.assert_array_equal(flipflop.get_ydata(), there["published"])
    assert NOTE in [text.get_text() for text in drawn.texts]


def test_all_five_figures_are_drawn_with_the_published_curves(finished):
    for n in range(1, 6):
        for kind in ("png", "pdf"):
            assert Path(finished, f"results/tiny/figures/fig{n}_published.{kind}").stat().st_size > 5000
