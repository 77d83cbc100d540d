"""`make explain`: what it says of a run is what stands in the run's files."""

import importlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import specs
import workflow
from commands.explain import network, tracing
from commands.explain.explain import explain
from commands.explain.figure import panels
from commands.explain.runs import Run
from commands.explain.subject import parsed
from lowrank import figures
from lowrank.core import streams
from lowrank.core.errors import UserError
from lowrank.core.spec import digest, network_key
from lowrank.plan import orders
from lowrank.store import schemas, tables

NETWORK = "romo/g0.9/seed0"


@pytest.fixture
def run(finished, monkeypatch) -> Run:
    """The tiny run, from its folder."""
    monkeypatch.chdir(finished)
    return Run("tiny")


def flat(text: str) -> str:
    """A page without its line breaks."""
    return re.sub(r"\s+", " ", text)


def run_command(folder, *words: str) -> subprocess.CompletedProcess:
    return workflow.program(folder / "workflow/scripts/explain.py", *words, "--run", "tiny")


def test_a_panel_leads_to_its_table_networks_and_their_specs(finished):
    done = run_command(finished, "fig1.d")
    assert done.returncode == 0, done.stderr
    page = flat(done.stdout)
    history = tables.read_frame(finished / "results/tiny/tables/history.parquet", "history")
    drawn = history[(history["task"] == "flipflop") & (history["seed"] == 0) & (history["epoch"] <= 200)]
    assert f"history.parquet: {len(drawn)} of {len(history)} rows" in page
    first = drawn[(drawn["g"] == 0) & (drawn["epoch"] == 0)]["loss"].iloc[0]
    assert f"g 0: 0: {first:.5g}, " in page
    assert "2 flipflop: g0.0/seed0, g0.9/seed0" in page
    file = workflow.network(finished, "flipflop/g0.0/seed0")
    spec = network.about(str(file))["spec"]
    assert digest(spec) == file.stem.rpartition("-")[2]
    assert f"{file.relative_to(finished)} ({file.stat().st_size:,} bytes)" in page
    assert f"{digest(spec)}, the hash of the spec" in page
    assert f"{spec['code']}: this checkout gives the same" in page
    assert f"epochs {spec['epochs']}" in page
    assert "ziglang 0." in page
    assert "device cpu" in page
    assert re.search(rf"seconds [\d.]+ by results/tiny/benchmarks/train/flipflop/g0.0/{file.stem}.tsv", page)
    assert len(done.stdout.splitlines()) <= 60


@pytest.mark.parametrize("name", workflow.FIGURES)
def test_the_panels_are_those_of_the_figure(run, name):
    """Their letters, the columns of their tables, and the functions that draw them."""
    settings = run.figures(name)
    module = importlib.import_module(f"lowrank.figures.{name}")
    described = panels(name, settings)
    used = figures.declared(name).tables
    assert {panel.table for panel in described.values()} <= set(used)
    with np.errstate(invalid="ignore"):  # tiny networks do not converge
        figure = module.draw({table: run.frame(table) for table in used}, settings)
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert sorted(described) == sorted(match[1] for text in texts if (match := re.fullmatch(r"\((\w)\)", text)))
    for panel in described.values():
        assert callable(getattr(module, panel.drawn))
        assert set(panel.columns or [panel.y]) <= set(schemas.of(panel.table).names)
        assert {*panel.curves, panel.x, panel.y} <= set(panel.rows(run.frame(panel.table)).columns)


@pytest.mark.parametrize("name", workflow.FIGURES)
def test_every_panel_is_explained_on_a_page(run, name):
    for letter in panels(name, run.figures(name)):
        page = explain(f"{name}.{letter}", run)
        assert "CHANGED SINCE" not in page
        assert len(page.splitlines()) <= 60
    assert "CHANGED SINCE" not in explain(name, run)


def test_the_lines_of_a_panel_are_the_rows_that_are_told(run):
    """Figure 1 d-l: point for point, up to the scale."""
    settings = run.figures("fig1")
    figure = importlib.import_module("lowrank.figures.fig1").draw(
        {table: run.frame(table) for table in ("history", "spectrum", "truncation", "trials")}, settings
    )
    lettered = {text.get_text()[1]: ax for ax in figure.axes for text in ax.texts if len(text.get_text()) == 3}
    for letter, panel in list(panels("fig1", settings).items())[3:]:
        rows = panel.rows(run.frame(panel.table))
        lines = {line.get_label(): line.get_xydata() for line in lettered[letter].lines}
        for g, curve in rows.groupby("g"):
            y = curve.sort_values(panel.x)[panel.y].to_numpy(float)
            drawn = lines[f"{g}"]
            np.testing.assert_array_equal(drawn[:, 0], sorted(curve[panel.x]))
            np.testing.assert_allclose(drawn[:, 1] * y[0], y * drawn[0, 1], rtol=1e-12)


def test_every_claim_is_judged_anew_by_the_rows_that_are_told(run):
    judged = run.frame("claims").set_index("claim")
    for number, row in judged.iterrows():
        page = flat(explain(f"claim.{number}", run))
        assert not re.search("effect nan|told: nan", page), "what is not known is left out"
        assert "judged again from the tables: same result" in page
        assert f"verdict {row['verdict']}, in" in page
        assert flat(row["measured"]) in page


def test_a_claim_tells_what_its_rule_looked_at(run):
    claim = tracing.known("1")
    _, _, traced = tracing.judged(claim, {"summary": run.frame("summary")}, run.config["tasks"])
    assert ("summary", {"task": "flipflop", "g": 0.0}) in traced.requested
    assert set(traced.networks["seed"]) == {0, 1}


def test_rows_are_found_by_their_values(run):
    page = flat(explain(f"truncation/{NETWORK} rank=2", run))
    rows = run.frame("truncation")
    row = rows[(rows["task"] == "romo") & (rows["seed"] == 0) & (rows["rank"] == 2)].iloc[0]
    assert f"rows rank 2, loss {row['loss']:.5g}, relative_loss {row['relative_loss']:.5g}" in page
    assert "results/tiny/truncation/romo/g0.9/seed0.parquet (and so on) by rule truncate" in page
    assert workflow.network(run.folder.parents[1].resolve(), NETWORK).name in page


def test_a_network_has_rows_in_every_table(run):
    page = flat(explain(NETWORK, run))
    for name in ("summary", "history", "truncation", "shuffle", "spectrum", "trials"):
        count = (run.frame(name)[["task", "g", "seed"]] == ["romo", 0.9, 0]).all(axis=1).sum()
        assert f"{name}.parquet: {count} of {len(run.frame(name))} rows" in page
    assert "sentiment_truncation.parquet: 7 of 7 rows" in flat(explain("sentiment/seed0", run))


SPECS = {
    "compiled": specs.spec("romo"),
    "linear": specs.spec("linear_z0.5"),
    "reference": specs.spec("linear_z0.5"),
    "lstm": {"run_seed": 3, "task": "sentiment", "seed": 1},
}


@pytest.mark.parametrize("kind", SPECS)
def test_streams_are_named_as_they_are_drawn(kind):
    for purpose, (_, name) in network.streams(SPECS[kind], kind).items():
        number = name[-1] if isinstance(name[-1], int) else 7
        drawn = streams.named(*name[:-1], number).random(3)
        np.testing.assert_array_equal(drawn, streams.stream(SPECS[kind], purpose, number).random(3))


def test_all_streams_are_told():
    told = {kind: set(network.streams(spec, kind)) for kind, spec in SPECS.items()}
    assert set().union(*told.values()) == set(streams.PURPOSES)
    assert "sketch" in told["linear"] - told["reference"], "only the kernel for linear networks draws one"


def test_the_code_of_a_network_is_that_of_the_plan(run):
    settings = run.config
    for task in settings["tasks"]:
        (file, *_) = (run.folder.parent / "networks" / task).rglob("*.safetensors")
        assert network.roots(network.about(file)["spec"]) == orders.roots(settings, f"train {task}")
    assert orders.roots({}, "train_sentiment") == network.ROOTS_OF_LSTM


def test_code_and_config_that_were_changed_since_are_told(project):
    with (workflow.library(project) / "tasks/romo.py").open("a") as file:
        file.write("\nEDIT = 1\n")
    assert "CHANGED SINCE: this checkout gives" in run_command(project, NETWORK).stdout
    config = project / "results/tiny/config.yaml"
    workflow.replace(config, "convergence_limit: 600", "convergence_limit: 500")
    page = flat(run_command(project, "fig2").stdout)
    assert "convergence_limit 600" in page, "as it was drawn"
    assert "CHANGED SINCE in results/tiny/config.yaml" in page


def test_without_snakemakes_records_the_config_tells_the_settings(run, monkeypatch, tmp_path):
    monkeypatch.setattr("commands.explain.records.FOLDER", tmp_path)
    page = flat(explain("fig2.b", run))
    assert "code not recorded" in page
    assert "convergence_limit 600" in page


def test_networks_of_one_job_have_equal_shares_of_its_time(run, monkeypatch):
    files = [str(path) for path in sorted(Path("results/networks/flipflop").rglob("*.safetensors"))]
    assert re.fullmatch(r"\d+ in all, by results/tiny/benchmarks/train", network.summed(files))
    monkeypatch.setattr(network, "benchmark", lambda file, spec: None)
    monkeypatch.setattr(network.records, "order", lambda file: {"specs": files})
    monkeypatch.setattr(
        network.records, "record", lambda file: {"starttime": 5, "endtime": 105, "rule": "train_1_flipflop"}
    )
    assert network.summed(files) == "100 in all, by Snakemake's records"
    stack = f"100.0 by Snakemake's record of rule train_1_flipflop, {len(files)} networks in one job"
    assert network.seconds(files[0], network.about(files[0])["spec"]) == stack
    monkeypatch.setattr(network.records, "record", lambda file: {})
    assert network.summed(files) == f"no benchmarks; {len(files)} have no benchmark"


def test_what_is_not_there_is_one_sentence(run, project):
    for what, sentence in {
        "fig2.e": "fig2 has no panel 'e': did you mean fig2.",
        "fgi2": "'fgi2' is not a known subject: did you mean fig2?",
        "claim.999": "unknown claim 999: there are 1 to",
        "romo/g0.8/seed0": "the run tiny has no network romo/g0.8/seed0: did you mean romo/g0.9/seed",
        "trunction/romo/g0.9/seed0": "there is no table 'trunction' of networks: did you mean truncation?",
        f"truncation/{NETWORK} rnk=3": "the table truncation has no column 'rnk': did you mean rank?",
        f"truncation/{NETWORK} rank=30": f"the table truncation of {NETWORK} has no row with rank = 30",
        "truncation/romo": "does not name a network",
        "sentiment/seed9": "the run tiny has no network sentiment/seed9",
    }.items():
        with pytest.raises(UserError, match=re.escape(sentence)):
            explain(what, run)
    with pytest.raises(UserError, match="there is no run 'tyny' in results: did you mean tiny"):
        Run("tyny")
    (project / "results/tiny/figures/fig2.pdf").unlink()
    done = run_command(project, "fig2.b")
    assert done.returncode == 1
    assert not done.stdout
    assert done.stderr == "results/tiny/figures/fig2.pdf is missing: the run tiny is not finished: start it again\n"
    shutil.copy(project / "results/tiny/figures/fig1.pdf", project / "results/tiny/figures/figS_size.pdf")
    for figure in ("fig2_seeds", "figS_size"):
        done = run_command(project, figure)
        assert done.stderr == f"the config of the run tiny has nothing that {figure} shows\n"


def test_a_run_without_an_lstm_has_none(small):
    (small / "results/tiny/tables/sentiment_history.parquet").unlink(missing_ok=True)
    for what in ("sentiment/seed0", "sentiment_truncation/seed0"):
        assert run_command(small, what).stderr == "the run tiny has no network sentiment/seed0\n"


def test_every_form_is_understood():
    assert network_key({"task": "romo", "g": 0.9, "seed": 0}) == parsed("summary/romo/g0.9/seed0").key
    assert parsed("truncation/sentiment/seed0") == parsed("sentiment_truncation/seed0")
    assert parsed("summary/romo/g1e-05/seed0").key == network_key({"task": "romo", "g": 1e-05, "seed": 0})
    with pytest.raises(UserError, match="there is no table 'romo'"):
        parsed("romo/g0.9./seed0")
    assert parsed("claim.12") == parsed("claims 12".replace(" ", "."))
    assert json.dumps(parsed("spectrum/romo/g0.9/seed0 matrix=dW, index=1").where) == '{"matrix": "dW", "index": "1"}'
