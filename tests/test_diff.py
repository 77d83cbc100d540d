"""`make diff`: keys, verdicts and points that differ are told; both runs' lines are in the pictures."""

import shutil
import subprocess

import numpy as np
import pyarrow as pa
import pytest

import workflow
from commands.diff import overlay
from commands.diff.numbers import difference
from commands.diff.settings import differing
from commands.explain.figure import panels
from commands.explain.runs import Run
from lowrank.core.errors import UserError
from lowrank.store import schemas, tables

TINY = "results/tiny"


def run_command(folder, *words: str) -> subprocess.CompletedProcess:
    return workflow.program(folder / "workflow/scripts/diff.py", *words)


def edit(path, name: str, change) -> None:
    """Alter a table."""
    frame = tables.read_frame(path, name)
    change(frame)
    tables.write(path, name, pa.Table.from_pandas(frame, schemas.of(name), preserve_index=False).to_pydict())


@pytest.fixture
def two(project, monkeypatch):
    """The tiny run, and a copy with another threshold, one loss, and one verdict."""
    other = project / "results/other"
    shutil.copytree(project / TINY, other)
    workflow.replace(other / "config.yaml", "run: tiny", "run: other")
    workflow.replace(other / "config.yaml", "threshold: 0.05", "threshold: 0.1")

    def one_loss(frame):
        row = (frame["task"] == "mante") & (frame["seed"] == 0) & (frame["epoch"] == 5)
        assert row.sum() == 1
        frame.loc[row, "loss"] *= 1.5

    def one_verdict(frame):
        frame.loc[frame["claim"] == "2", "verdict"] = "fails"

    for run in (TINY, "results/other"):
        shutil.copy(project / TINY / "figures/fig2.pdf", project / run / "figures/figS_size.pdf")
    edit(other / "tables/history.parquet", "history", one_loss)
    edit(other / "tables/claims.parquet", "claims", one_verdict)
    monkeypatch.chdir(project)
    return project


def test_what_differs_is_told_and_nothing_else(two):
    before = tables.read_frame(two / TINY / "tables/claims.parquet", "claims").set_index("claim").loc["2"]
    assert before["verdict"] != "fails"
    done = run_command(two, "tiny", "other")
    assert done.returncode == 0, done.stderr
    text = done.stdout
    assert "## Config: 1 keys differ\n\n- `measure.threshold`: 0.05 | 0.1\n" in text
    assert "## Claims: 1 verdicts changed\n\ntiny: " in text
    assert f"- 2. {before['statement']} {before['verdict']} | fails" in text
    assert "12 and 12 networks of tasks, 12 of them the same files." in text
    assert "fig2_seeds" not in text, "neither draws it"
    assert "figS_size" not in text, "nor what is left of an earlier config"
    changed = [line for line in text.splitlines() if line.startswith("- fig") and "%" in line]
    assert [line.partition(":")[0] for line in changed] == ["- fig1.e"]
    assert "at g 0.9, epoch 5: " in changed[0]
    assert (two / TINY / "diff/other/diff.md").read_text() == text
    pictures = {path.stem for path in (two / TINY / "diff/other").glob("*.png")}
    assert pictures == set(workflow.FIGURES)


def test_both_runs_are_in_the_picture(two):
    a, b = Run("tiny"), Run("other")
    both = overlay.drawn("fig1", a, b)
    behind = [[line for line in ax.lines if line.get_color() == overlay.COLOR] for ax in both.axes]
    own = [
        [line for line in ax.lines if line.get_color() != overlay.COLOR and line.get_zorder() > 0] for ax in both.axes
    ]
    assert [len(lines) for lines in behind] == [len(lines) for lines in own]
    moved = [
        number
        for number, (lines, others) in enumerate(zip(own, behind, strict=True))
        for line, other in zip(lines, others, strict=True)
        if not np.array_equal(line.get_xydata(), other.get_xydata(), equal_nan=True)
    ]
    losses = [number for number, ax in enumerate(both.axes) if ax.get_xlabel() == "Epoch"]
    assert moved == [losses[1]], "Mante's loss at g = 0.9"
    assert any("In colour: tiny.  In violet, behind it: other." in text.get_text() for text in both.texts)


def test_tasks_that_one_run_lacks_are_left_out(two):
    a, b = Run("tiny"), Run("other")
    settings = b.figures("fig1")
    settings["fig1"]["tasks"] = ["romo", "mante"]
    b.figures = lambda name: settings
    shown = overlay.common("fig1", a, b)
    assert [each["fig1"]["tasks"] for each in shown] == [["mante", "romo"]] * 2
    settings["fig1"]["tasks"] = ["other"]
    with pytest.raises(UserError, match="fig1: tiny and other have no task in common"):
        overlay.common("fig1", a, b)


def test_of_strengths_that_both_runs_show_each_panel_is_compared_with_its_own(two):
    """Panels are lettered in the order of g: with other g the same letter would be another g."""
    a, b = Run("tiny"), Run("other")
    shows = {"tasks": ["romo"], "ranks": 5}
    a.figures, b.figures = (
        lambda name, g=g: {"figS_spectra": shows | {"g": g}, "fig1": {"seed": 0, "g": g}}
        for g in ([0.0, 0.9, 1.8], [1.8, 0.0])
    )
    shown = overlay.common("figS_spectra", a, b)
    assert [each["figS_spectra"]["g"] for each in shown] == [[0.0, 1.8]] * 2
    b.figures = lambda name: {"figS_spectra": shows | {"g": [1.1]}, "fig1": {"seed": 0}}
    with pytest.raises(UserError, match="figS_spectra: tiny and other have no g in common"):
        overlay.common("figS_spectra", a, b)


def test_a_change_is_measured_by_the_panels_largest_value(two):
    a, b = Run("tiny"), Run("other")
    panel = panels("fig1", a.figures("fig1"))["e"]
    found = difference((panel, panel), (a, b))
    rows = panel.rows(a.frame("history"))
    loss = rows[rows["epoch"] == 5]["loss"].iloc[0]
    assert found.values == pytest.approx((loss, 1.5 * loss))
    assert found.change == pytest.approx(0.5 * loss / rows["loss"].max())
    assert (found.common, found.alone) == (len(rows), (0, 0))


def test_runs_without_points_in_common_are_told(two):
    a, b = Run("tiny"), Run("other")
    history = b.frame("history")
    b.frame = lambda name: history.assign(epoch=history["epoch"] + 1000)
    panel = panels("fig1", a.figures("fig1") | {"fig1": {**a.figures("fig1")["fig1"], "epochs": {}}})["e"]
    assert np.isnan(difference((panel, panel), (a, b)).change)


def test_keys_are_compared_by_what_they_mean():
    a = {"run": "a", "seeds": [0, 1], "tasks": {"romo": {"epochs": 23}, "mante": None}, "colour": "#3465b0"}
    b = {"run": "b", "seeds": ["0", "1"], "tasks": {"romo": {"epochs": "23", "g": [0.9]}, "mante": {"g": [1.0]}}}
    assert differing(a, b) == [
        ("tasks.mante", "None", "(none)"),
        ("colour", "#3465b0", "(none)"),
        ("tasks.romo.g", "(none)", "[0.9]"),
        ("tasks.mante.g", "(none)", "[1.0]"),
    ]


def test_what_is_not_there_is_told(two):
    (two / "results/other/tables/claims.parquet").unlink()
    (two / "results/other/config.yaml").unlink()
    done = run_command(two, "tiny", "other")
    assert "Not compared: results/other/tables/claims.parquet is missing" in done.stdout
    assert "Not compared: results/other/config.yaml is missing" in done.stdout
    for words, sentence in {
        ("tiny", "tny"): "there is no run 'tny' in results: did you mean tiny?\n",
        ("tiny", "tiny"): "tiny and tiny are the same run: name two, for example A=paper B=quick\n",
    }.items():
        done = run_command(two, *words)
        assert (done.returncode, done.stderr) == (1, sentence)
