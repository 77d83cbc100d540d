"""A measure, a figure and a claim of one's own: each one new file, and found wherever the workflow speaks of such."""

import itertools
import json
import re
import shutil
import sys
import textwrap
import types
import zipfile
from typing import ClassVar

import numpy as np
import pyarrow.parquet as pq
import pytest

import workflow
from lowrank import measures
from lowrank.core.columns import Column
from lowrank.core.errors import UserError
from lowrank.measures import base
from lowrank.store import schemas
from workflow import ROOT, configure, library, planned, refused, run

NETWORK = "romo/g0.9/seed0"
MEASURE = '''"""Norms: the Schatten norms of a network's matrices; a measure that this project does not know."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..core.columns import Column
from ..analysis.connectivity import singular_values
from .base import Measure, Network

if TYPE_CHECKING:
    from ..config.schema import Positive, Ranks


@dataclass(frozen=True)
class Norms(Measure):
    """A row an exponent."""

    holds = "Schatten norms of the change of networks"
    columns: ClassVar = {
        "exponent": Column("float", "exponent p of the norm"),
        "norm": Column("float", "norm of dW", "weights"),
    }
    runs_task = False

    exponents: "Ranks"
    factor: "Positive"

    def compute(self, network: Network) -> dict:
        values = singular_values(network.weights["W"] - network.weights["W0"])
        norms = [self.factor * (values**p).sum() ** (1 / p) for p in self.exponents]
        return {"exponent": self.exponents, "norm": norms}

    def amount(self) -> int:
        return len(self.exponents)

    def setting_errors(self, networks):
        if self.exponents[0] < 1:
            yield f"exponents: {self.exponents[0]} gives no norm"
'''
SETTINGS = {"exponents": [1, 2, 4], "factor": 1.0}


def run_command(folder, program: str, *words: str) -> str:
    """What a short command prints."""
    done = workflow.program(folder / f"workflow/scripts/{program}.py", *words)
    assert done.returncode == 0, done.stderr
    return re.sub(r"\s+", " ", done.stdout)


@pytest.fixture
def measured(small):
    """The run of one network, with a measure of one's own."""
    (library(small) / "measures/norms.py").write_text(MEASURE)
    configure(small, measure=SETTINGS)
    return small


def test_a_measure_is_one_file(measured):
    jobs = {f"norms {NETWORK}", "gather norms"}
    assert planned(measured).names == jobs
    page = run_command(measured, "plan", "--configfile", "tiny.yaml", "--cores", "2")
    assert re.search(r"\bnorms 1 .* missing output 1 not known", page)
    assert run(measured).names == jobs
    assert planned(measured).names == set()
    table = pq.read_table(measured / "results/tiny/tables/norms.parquet")
    assert table.column_names == ["task", "g", "seed", "exponent", "norm"]
    assert table.schema.field("norm").metadata == {b"meaning": b"norm of dW", b"unit": b"weights"}
    summary = pq.read_table(measured / "results/tiny/tables/summary.parquet")
    assert table["norm"][1].as_py() == pytest.approx(summary["norm_dW"][0].as_py())
    (measured / "results/tiny/norms/romo/g0.9/seed0.parquet").unlink()
    assert planned(measured).names == jobs
    configure(measured, measure={"factor": 2.0})
    assert planned(measured, "--config", "stack=5").names == {"norms_1_romo", "gather norms"}


def test_a_measure_is_found_by_every_command(measured):
    run(measured, "all", "compute", "archive")
    page = run_command(measured, "explain", "--run", "tiny", f"norms/{NETWORK}", "exponent=2")
    assert "results/tiny/norms/romo/g0.9/seed0.parquet (and so on) by rule norms with" in page
    assert "exponent 2, norm" in page
    assert f"norms,{NETWORK},tiny," in (measured / "results/tiny/compute.csv").read_text()
    with zipfile.ZipFile(measured / "results/tiny/archive/tiny.zip") as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("ro-crate-metadata.json"))
        assert "Schatten norms of the change of networks (1 files)" in archive.read(name).decode()
        assert any(name.endswith("results/tiny/tables/norms.parquet") for name in archive.namelist())
    table = measured / f"results/tiny/norms/{NETWORK}.parquet"
    shutil.copy(table, table.with_stem("seed7"))
    page = run_command(measured, "unused", "--directory", str(measured))
    assert "results/tiny/norms/romo 1 measure," in page


def test_bad_settings_of_a_measure_are_told_with_all_others(measured):
    configure(measured, measure={"exponents": [0, 1], "threshold": 0.1})
    assert "measure.exponents: 0 gives no norm" in refused(measured)
    configure(measured, measure={"exponents": [1.5], "factor": 0, "fctor": 1})
    output = refused(measured)
    assert "measure.exponents.0 = 1.5: input should be a valid integer" in output
    assert "measure.factor = 0: input should be greater than 0" in output
    assert "measure.fctor is not a key of the config: did you mean factor?" in output


BROKEN = {
    "measures/norms.py cannot be imported: SyntaxError": MEASURE.replace("@dataclass", "@@dataclass"),
    "measures/norms.py cannot be imported: ModuleNotFoundError": MEASURE.replace("core.columns", "core.colums"),
    "measures/norms.py must define one measure, a subclass of Measure; it defines 0": MEASURE.replace("(Measure)", ""),
    "measures/norms.py: Norms lacks @dataclass(frozen=True)": MEASURE.replace("@dataclass(frozen=True)\n", ""),
    "measures/norms.py: the measure does not define its holds": MEASURE.replace("    holds =", "    what ="),
    "measures/norms.py: the measure lacks compute": MEASURE.replace("def compute", "def computed"),
    "measures/norms.py: the columns seed name the network: leave them out": MEASURE.replace('"exponent":', '"seed":'),
    "measures/norms.py: a measure cannot have the name norms and the rule summary": MEASURE.replace(
        "    runs_task", '    rule = "summary"\n    runs_task'
    ),
    "measures/norms.py and measures/shuffle.py have the same rule, shuffle": MEASURE.replace(
        "    runs_task", '    rule = "shuffle"\n    runs_task'
    ),
    "measures/norms.py: there is no type 'Numbers' of settings": MEASURE.replace("Ranks", "Numbers"),
    "and another measure take measure.ranks as different types": MEASURE.replace("exponents", "ranks").replace(
        '"Ranks"', '"Share"'
    ),
}


@pytest.mark.parametrize("sentence", BROKEN)
def test_a_measure_that_cannot_be_used_is_one_sentence(measured, sentence):
    (library(measured) / "measures/norms.py").write_text(BROKEN[sentence])
    assert sentence in refused(measured)


def test_the_measure_in_the_documentation_is_one(monkeypatch):
    text = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
    (block,) = re.findall(r'^    """Norms.*?(?=^\S)', text, re.MULTILINE | re.DOTALL)
    module = types.ModuleType("lowrank.measures.norms")
    module.__package__ = "lowrank.measures"
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(textwrap.dedent(block), vars(module))
    assert module.Norms.error() is None
    weights = {"W0": np.zeros((2, 2)), "W": np.diag([3.0, 4.0])}
    found = module.Norms([1, 2]).table(measures.Network({"task": "romo", "g": 0.9, "seed": 0}, weights))
    assert found == {"task": "romo", "g": 0.9, "seed": 0, "exponent": [1, 2], "norm": pytest.approx([7, 5])}


def test_a_measure_that_computes_other_columns_than_it_declares_says_so():
    class Odd(measures.Measure):
        columns: ClassVar = {"norm": Column("float", "a norm")}

        def compute(self, network):
            return {"nrom": [1.0]}

    network = measures.Network({"task": "romo", "g": 0.9, "seed": 0}, {})
    with pytest.raises(UserError, match="computes the columns nrom and declares norm"):
        Odd().table(network)


def test_there_is_no_measure_of_a_name_that_is_not_there():
    with pytest.raises(UserError, match=r"measures/none\.py cannot be imported"):
        measures.load("none")


def test_names_of_rules_tables_and_folders_are_taken():
    """Those that are in use beside the measures' own; a measure of such a name would write over another's files."""
    rules = "\n".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    named = re.findall(r"^ *rule (\w+):|^ *use rule \w+ as (\w+)", rules, re.MULTILINE)
    used = {*filter(None, itertools.chain(*named)), *re.findall(r"RESULTS}/(\w+)/", rules)}
    assert {*used, *schemas.TABLES} <= base.TAKEN


# A claim

CLAIM = '''"""A claim of one's own."""

from .base import Result, Run, claim


@claim(
    900,
    "2",
    "Norms fall with their exponent.",
    expected="a falling order",
    tolerance="none",
    reason="a theorem",
    source="norms: all rows",
)
def norms_fall(run: Run) -> Result:
    rows = run.rows("norms").sort_values("exponent")
    return Result(f"{len(rows)} norms", bool(rows["norm"].is_monotonic_decreasing))
'''


def test_a_claim_is_one_function(measured):
    run(measured)
    (library(measured) / "claims/own.py").write_text(CLAIM)
    assert planned(measured).names == {"claims"}
    run(measured, "all", "archive")
    claims = pq.read_table(measured / "results/tiny/tables/claims.parquet").to_pylist()
    assert [(row["verdict"], row["measured"]) for row in claims if row["claim"] == "900"] == [("holds", "3 norms")]
    assert "Norms fall with their exponent." in (measured / "results/tiny/claims.md").read_text()
    assert "Norms fall" in (measured / "results/tiny/pages/claims.html").read_text()
    page = run_command(measured, "explain", "--run", "tiny", "claim.900")
    assert "norms_fall in workflow/scripts/lowrank/claims/own.py, line 6" in page
    assert "judged again from the tables: same result" in page
    configure(measured, measure={"exponents": [1, 2]})
    assert planned(measured).names == {f"norms {NETWORK}", "gather norms", "claims"}, "its table is one of its inputs"


def test_two_claims_of_one_number_are_one_sentence(measured):
    (library(measured) / "claims/own.py").write_text(CLAIM.replace("900", "1"))
    assert "several claims have the number 1" in refused(measured)


# A figure

FIGURE = '''"""The spread of singular values; a figure that this project does not know."""

from matplotlib.figure import Figure
from pandas import DataFrame

from . import style
from .panels import Panel

FIGURE = {
    "title": "Figure 9",
    "number": "9",
    "shows": "Norms",
    "tables": ["norms"],
    "settings": {"tasks": "list[str]", "g": "Strengths", "largest": "Count", "line": {"hue": "Color"}},
}


@style.context()
def draw(tables: dict[str, DataFrame], figures: dict) -> Figure:
    figure = Figure((2, 2))
    ax = figure.subplots()
    for task, rows in tables["norms"].groupby("task"):
        if task in figures["fig9"]["tasks"]:
            norm_panel(ax, rows, figures["fig9"])
    style.letter(ax, "a")
    return figure


def norm_panel(ax, rows: DataFrame, shown: dict) -> None:
    rows = rows[rows["exponent"] <= shown["largest"]]
    ax.plot(rows["exponent"], rows["norm"], color=shown["line"]["hue"])


def panels(settings: dict) -> dict[str, Panel]:
    shown = settings["fig9"]
    rows = lambda table: table[table["task"].isin(shown["tasks"]) & (table["exponent"] <= shown["largest"])]
    return {"a": Panel("norms of dW over their exponent", "norms", "exponent", "norm", ("task",), rows, "norm_panel")}
'''
CAPTION = """**Norms** of ΔW up to p = {{ snakemake.config.figures.fig9.largest }}.
"""
SHOWN = {"tasks": ["romo"], "g": [0.9, 1.5], "largest": 2, "line": {"hue": "#3d8a0c"}}


@pytest.fixture
def pictured(measured):
    """The same with a figure of the measure, and its caption."""
    (library(measured) / "figures/fig9.py").write_text(FIGURE)
    (measured / "workflow/report/fig9.rst").write_text(CAPTION)
    configure(measured, figures={"fig9": SHOWN})
    return measured


def test_a_figure_is_one_file_and_its_caption(pictured):
    jobs = {f"norms {NETWORK}", "gather norms"}
    assert planned(pictured, "fig9").names == jobs | {"fig9"}
    run(pictured, "all", "report", "archive")
    assert (pictured / "results/tiny/figures/fig9.png").stat().st_size > 1000
    report = (pictured / "results/tiny/report.html").read_text()
    assert "up to p = 2" in report
    page = run_command(pictured, "explain", "--run", "tiny", "fig9.a")
    assert "norms of dW over their exponent (norm_panel); table norms, norm over exponent" in page
    assert "task romo: 1: " in page
    assert "figures.fig9: g [0.9, 1.5], largest 2, line" in page
    assert "| Figure 9 | 1 | " in (pictured / "results/tiny/compute.md").read_text()
    with zipfile.ZipFile(pictured / "results/tiny/archive/tiny.zip") as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("archive.json"))
        assert json.loads(archive.read(name))["figures"]["fig9"]["tables"] == {
            "norms": "results/tiny/tables/norms.parquet"
        }
    configure(pictured, figures={"fig9": {"largest": 4}})
    assert planned(pictured).names == {"fig9"}


def test_bad_settings_of_a_figure_are_told_with_all_others(pictured):
    configure(pictured, figures={"fig9": {"tasks": ["rmo"], "g": [0.8]}})
    assert "figures.fig9.tasks: there is no task 'rmo': did you mean romo?" in refused(pictured)
    configure(pictured, figures={"fig9": {"tasks": ["romo"], "g": [0.8]}})
    assert "figures.fig9.g = [0.8]: none is in tasks.romo.g = [0.9]" in refused(pictured)
    configure(pictured, figures={"fig9": {"largest": 0, "line": {"hue": "green", "hu": 1}}})
    output = refused(pictured)
    assert "figures.fig9.largest = 0: input should be greater than or equal to 1" in output
    assert "figures.fig9.line.hue: 'green' is not a colour as in '#3465b0'" in output
    assert "figures.fig9.line.hu is not a key of the config: did you mean hue?" in output


BROKEN_FIGURES = {
    "figures/fig9.py needs FIGURE = {...}, a literal": FIGURE.replace("FIGURE = {", "ABOUT = {"),
    "unexpected keyword argument 'tabels'": FIGURE.replace('"tables":', '"tabels":'),
    "missing 1 required positional argument: 'shows'": FIGURE.replace('    "shows": "Norms",\n', ""),
    "figures/fig9.py: there is no type 'Number' of settings": FIGURE.replace('"Count"', '"Number"'),
    "figures/fig9.py: there is no table 'norm': did you mean norms?": FIGURE.replace('["norms"]', '["norm"]'),
}


@pytest.mark.parametrize("sentence", BROKEN_FIGURES)
def test_a_figure_that_cannot_be_used_is_one_sentence(pictured, sentence):
    (library(pictured) / "figures/fig9.py").write_text(BROKEN_FIGURES[sentence])
    assert sentence in refused(pictured)


def test_a_figure_without_its_caption_is_one_sentence(pictured):
    (pictured / "workflow/report/fig9.rst").unlink()
    sentence = "workflow/report/fig9.rst is missing, the caption of results/tiny/figures/fig9.png: write it"
    assert sentence in refused(pictured)


COMPARED = '''"""Figure 9: norms of each network."""

from .base import TASKS, Readings, interpolate, select


def sample(curve, tables, networks):
    rows = select(tables, "norms", task=TASKS[curve.series], g=curve.g)
    return [interpolate(one, "exponent", "norm", curve.x) for _, one in rows.groupby("seed")]


READINGS = Readings(networks=5, sample=sample)
'''
POINTS = """panel,series,g,target,x_name,x,y_name,y,y_low,y_high,error
a,Romo,0.9,,exponent,1,norm,2.0,1.5,2.5,0.01
a,Romo,0.9,,exponent,2,norm,1.0,,,0.01
"""


def test_published_curves_of_a_figure_are_two_files(pictured):
    declared = FIGURE.replace(
        '    "settings":', '    "published": {"tables": ["norms"], "curves": "tasks"},\n    "settings":'
    )
    (library(pictured) / "figures/fig9.py").write_text(declared)
    assert "figures/fig9.py has published curves: write comparison/fig9.py" in refused(pictured)
    (library(pictured) / "comparison/fig9.py").write_text(COMPARED)
    (pictured / "workflow/resources/published/fig9.csv").write_text(POINTS)
    run(pictured)
    assert (pictured / "results/tiny/figures/fig9_published.png").stat().st_size > 1000
    compared = pq.read_table(pictured / "results/tiny/tables/comparison.parquet").to_pandas()
    compared = compared[compared["figure"] == "9"]
    norms = pq.read_table(pictured / f"results/tiny/norms/{NETWORK}.parquet").to_pandas()
    assert list(compared["ours"]) == list(norms["norm"][:2])
    assert "## Figure 9" in (pictured / "results/tiny/comparison.md").read_text()
    (library(pictured) / "comparison/fig9.py").write_text(COMPARED.replace("networks=5", "networks=4"))
    assert planned(pictured).names == {"comparison", "figure_published 9"}
