"""The project away from its root: imported by another workflow, started from elsewhere, in a folder of any name."""

import os
import re
import shutil
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

import workflow
from lowrank.core import folders
from once import once
from workflow import ROOT, planned, refused, replace, run

ONE = {  # one network
    **workflow.TINY,
    "seeds": [0],
    "tasks": dict.fromkeys(workflow.TINY["tasks"]) | {"romo": workflow.TINY["tasks"]["romo"]},
    "sentiment": None,
}
FEW = ["rnn_train", "rnn_truncate", "rnn_shuffle", "rnn_spectrum"]  # the jobs of that network for the table `summary`
IMPORT = """
module {name}:
    snakefile: "rnn/Snakefile"
    config: {config}
    {prefix}

use rule * from {name} as {name}_*
"""


def example() -> dict[str, str]:
    """The files of the workflow that docs/reuse.md shows, by name."""
    text = (ROOT / "docs/reuse.md").read_text(encoding="utf-8")
    found = re.findall(r"`([\w.]+)`:\n\n((?: {4}.*\n|\n)+)", text)
    return {name: re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for name, block in found}


def cloned(folder: Path) -> Path:
    """A folder with a clone of the project as `rnn`, and the config of one network."""
    workflow.copy_sources(folder / "rnn")
    (folder / "tiny.yaml").write_text(yaml.safe_dump(ONE))
    return folder


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """The clone and the config that the tests share; each works in a folder of its own beside them."""
    return cloned(tmp_path_factory.mktemp("embedding"))


@pytest.fixture
def beside(clone, tmp_path) -> Path:
    """A new folder in which the shared clone stands as `rnn`, as in the example."""
    (tmp_path / "rnn").symlink_to(clone / "rnn")
    shutil.copy(clone / "tiny.yaml", tmp_path)
    return tmp_path


def whole(folder: Path, **changes) -> dict:
    """The clone's config with the one network, and other values."""
    return workflow.merged(yaml.safe_load((folder / "rnn/config.yaml").read_text()), ONE | changes)


@pytest.fixture(scope="session")
def imported(tmp_path_factory) -> Path:
    """The example of docs/reuse.md, run; not to be changed."""

    def make(folder: Path) -> None:
        cloned(folder)
        for name, text in example().items():
            (folder / name).write_text(text)
        shutil.copytree(ROOT / "profiles", folder / "profiles")
        before = workflow.snapshot(folder / "rnn")
        jobs = run(folder)
        expected = {f"{rule} romo/g0.9/seed0" for rule in FEW}
        expected |= {f"rnn_gather {table}" for table in ("truncation", "shuffle", "spectrum")}
        assert jobs.names == expected | {"rnn_gather history", "rnn_summary", "norm"}
        assert workflow.snapshot(folder / "rnn") == before

    return once(tmp_path_factory, "imported", make)


# --- Imported by another workflow


def test_a_workflow_draws_a_figure_of_its_own_from_our_tables(imported):
    assert (imported / "figures/norm.png").read_bytes().startswith(b"\x89PNG")
    config = yaml.safe_load((imported / "results/tiny/config.yaml").read_text())
    assert config["tasks"]["romo"]["epochs"] == 21
    assert config["measure"]["shuffles"] == 3  # a key of rnn/config.yaml
    assert planned(imported).names == set()


def test_with_a_prefix_all_is_below_it_the_report_and_an_archive_too(imported, beside):
    for name, text in example().items():
        (beside / name).write_text(text)
    replace(beside / "Snakefile", "        config\n", '        config\n    prefix:\n        "below"\n')
    profile = ("--workflow-profile", "rnn/profiles/default")
    run(beside, "norm", "rnn_report", "rnn_archive", *profile)
    made = {path.name for path in beside.iterdir()}
    assert made == {"rnn", "tiny.yaml", *example(), ".snakemake", "below", "figures"}
    assert {path.name for path in (beside / "below").iterdir()} == {"results"}
    assert workflow.network(beside / "below", "romo/g0.9/seed0").read_bytes() == (
        workflow.network(imported, "romo/g0.9/seed0").read_bytes()
    )
    results = beside / "below/results/tiny"
    report = (results / "report.html").read_text(encoding="utf-8")
    assert "the run tiny" in report
    hours = (results / "compute.csv").read_text().splitlines()
    assert len(hours) == 6  # the training and four measures, below their header
    assert not [row for row in hours if "no record" in row]
    with zipfile.ZipFile(results / "archive/tiny.zip") as archive:
        names = set(archive.namelist())
    assert {"Snakefile", "results/tiny/figures/fig1.png", "results/tiny/report.html"} <= names
    assert not any(name.startswith("below") for name in names)
    assert planned(beside, "norm", "rnn_report", *profile).names == set()


def test_two_imports_have_a_config_and_a_plan_each(beside):
    """Their tables of the theory, which need no network, are of their own tasks."""
    strengths, text = {"one": [0.0, 0.3], "two": [0.0, 0.6]}, "import yaml\n"
    for name, g in strengths.items():
        tasks = ONE["tasks"] | {"romo": None, "linear_z0.5": workflow.TINY["tasks"]["linear_z0.5"] | {"g": g}}
        (beside / f"{name}.yaml").write_text(yaml.safe_dump(whole(beside, tasks=tasks)))
        text += IMPORT.format(name=name, config=f"yaml.safe_load(open('{name}.yaml'))", prefix=f"prefix: '{name}'")
    (beside / "Snakefile").write_text(text)
    assert run(beside, "one_theory", "two_theory").names == {"one_theory", "two_theory"}
    for name, g in strengths.items():
        table = pq.read_table(beside / name / "results/tiny/tables/theory.parquet")
        assert set(table["g"].to_pylist()) == set(g)


def test_without_a_config_it_is_the_clones_and_profiles_name_the_renamed_rules(beside):
    """tiny.yaml from the command line lies over it; `stack` and resources are those of `rnn_train`."""
    text = IMPORT.format(name="rnn", config="None", prefix="")
    (beside / "Snakefile").write_text(text)
    jobs = planned(
        beside, "results/tiny/tables/history.parquet", "--set-resources", "rnn_train:stack=5", "rnn_train:mem_mb=77"
    )
    assert jobs.names == {"rnn_train_1_romo", "rnn_gather history"}
    assert jobs.resources["rnn_train_1_romo"]["mem_mb"] == "77"


@pytest.mark.parametrize(
    ("config", "prefix", "sentences"),
    [
        ("{'run': 'mine'}", "", ["the config cannot be used:", "measure is missing", "tasks is missing"]),
        ("None", 'replace_prefix: {"results/": "mine/"}', ["with `replace_prefix:`", "use `prefix:`"]),
    ],
)
def test_what_cannot_be_imported_is_told(beside, config, prefix, sentences):
    (beside / "Snakefile").write_text(IMPORT.format(name="rnn", config=config, prefix=prefix))
    output = refused(beside)
    assert all(sentence in output for sentence in sentences), output


def test_a_second_copy_of_the_project_cannot_be_imported(beside):
    workflow.copy_sources(beside / "other")
    other = IMPORT.format(name="other", config="None", prefix="").replace("rnn/", "other/")
    (beside / "Snakefile").write_text(IMPORT.format(name="rnn", config="None", prefix="") + other)
    assert "can import only one copy of this project" in refused(beside)


def test_relative_paths_in_the_config_count_from_the_importing_workflow(beside):
    """With a prefix, too: the LSTM's sentences are read from here, and what is made of them is below the prefix."""
    (beside / "own").symlink_to("rnn/data")
    paths = {"treebank": "own/treebank", "vectors": "own/vectors.txt"}
    (beside / "tiny.yaml").write_text(yaml.safe_dump(ONE | {"sentiment": workflow.TINY["sentiment"] | paths}))
    (beside / "Snakefile").write_text(IMPORT.format(name="rnn", config="None", prefix='prefix: "below"'))
    target = "below/results/tiny/tables/sentiment_history.parquet"
    run(beside, target)
    assert (beside / target).exists()
    assert len(list((beside / "below/resources/sentiment").iterdir())) == 2
    assert not (beside / "resources").exists()
    assert planned(beside, target).names == set()


def test_a_prefix_is_worked_in_and_a_missing_one_holds_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    (tmp_path / "below/results").mkdir(parents=True)
    for prefix, seen in (("", "results"), ("below/", "below/results"), ("nothing/", None)):
        with folders.inside(prefix):
            found = Path("results").resolve() if Path("results").exists() else None
        assert found == (seen and tmp_path / seen)
    assert Path.cwd() == tmp_path
    assert not Path("nothing").exists()


def test_files_of_the_config_are_found_from_inside_a_prefix(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("words.txt").touch()
    given = {"treebank": "sha256:0123", "vectors": "words.txt", "epochs": 3}
    known = folders.with_absolute_paths({"run": "mine", "sentiment": given})
    assert known == {"run": "mine", "sentiment": given | {"vectors": f"{tmp_path}/words.txt"}}
    for sentiment in (None, "null", {"treebank": None, "vectors": 3}):
        assert folders.with_absolute_paths({"sentiment": sentiment}) == {"sentiment": sentiment}


# --- Started from elsewhere


def test_from_elsewhere_the_clone_is_used_and_results_are_there(imported, beside):
    """Where the results of an import without prefix are, a start of the clone itself goes on from them."""
    elsewhere = beside / "elsewhere"
    elsewhere.mkdir()
    for name in ("results", ".snakemake"):
        shutil.copytree(imported / name, elsewhere / name)
    before = workflow.snapshot(beside / "rnn")
    options = ("-s", "rnn/Snakefile", "-d", "elsewhere")
    jobs = run(beside, "report", "archive", *options)
    assert {"comparison", "claims_page", "page differences", "report", "archive"} <= jobs.names
    assert not jobs.networks
    assert not any(name.startswith(("truncate", "summary")) for name in jobs.names)
    assert workflow.snapshot(beside / "rnn") == before
    assert "profiles/default" in jobs.output
    assert run(beside, "verify", *options, "--config", "archive=results/tiny/archive/tiny.zip").names == {"verify"}
    assert planned(beside, "report", *options).names == set()


def test_a_config_yaml_elsewhere_is_read_instead_of_the_clones(beside):
    (beside / "config.yaml").write_text(yaml.safe_dump(whole(beside, run="mine")))
    process = workflow.start_as_is(beside, "fig2", "-s", "rnn/Snakefile", "--dry-run")
    assert process.returncode == 0, process.stdout
    assert "results/mine/logs/train/romo/g0.9/seed0" in process.stdout
    assert "results/paper" not in process.stdout


# --- Folders of any name


def test_a_folder_may_have_spaces_quotes_umlauts_and_more_in_its_name(tmp_path):
    folder = cloned(tmp_path / "a 'b' \"c\" Ümläut 50% #1 [x] $HOME") / "rnn"
    shutil.copy(folder.parent / "tiny.yaml", folder)
    assert "fig2" in run(folder, "fig2").names


@pytest.mark.parametrize("name", ["{x}", "x}"])
def test_braces_in_the_name_of_a_folder_are_told(tmp_path, name):
    folder = cloned(tmp_path / name) / "rnn"
    output = refused(folder, configfile="../tiny.yaml")
    assert f"Cannot run the workflow in the folder {folder}: Snakemake takes braces" in output


# --- The order of words on a command line

OURS = ("README.md", "Makefile", "docs", "workflow", "slurm", "profiles", "envs", "tests/slurm")
AFTER_CONFIGFILE = re.compile(r"--configfiles?[ =]\S*[^\s`'\",)] +([^\s\-`'\"|&>)#]\S*)")


def texts() -> list[Path]:
    files = [Path(ROOT, name) for name in OURS]
    return [path for file in files for path in ([file] if file.is_file() else file.rglob("*")) if path.is_file()]


def test_no_command_of_ours_has_its_target_after_the_config_file():
    """Snakemake takes all words after --configfile for config files."""
    assert AFTER_CONFIGFILE.findall("`snakemake --cores 2 --configfile FILE fig2`") == ["fig2`"]
    kinds = {".md", ".py", ".smk", ".yaml", ".html", ".rst", ""}
    found = {
        (os.fspath(path.relative_to(ROOT)), word)
        for path in texts()
        if path.suffix in kinds and "__pycache__" not in path.parts
        for word in AFTER_CONFIGFILE.findall(path.read_text(encoding="utf-8"))
    }
    assert not found
