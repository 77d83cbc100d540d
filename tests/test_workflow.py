"""What a finished run has made: the paths and columns that the design promises; and the workflow's own form."""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import workflow
from workflow import ROOT, planned, run

STRENGTHS = ("flipflop/g0.0", "flipflop/g0.9", "mante/g0.9", "romo/g0.9", "linear_z0.5/g0.0", "linear_z0.5/g0.6")
KEYS = [f"{strength}/seed{seed}" for strength in STRENGTHS for seed in (0, 1)]
MEASURES = ("truncation", "shuffle", "spectrum", "trials")

STRING, FLOAT, INT = pa.string(), pa.float64(), pa.int64()
NETWORK = {"task": STRING, "g": FLOAT, "seed": INT}
COLUMNS = {
    "history": {
        **NETWORK,
        **{"epoch": INT, "loss": FLOAT, "gradient_norm": FLOAT, "tau": FLOAT, "readout": FLOAT},
        **dict.fromkeys(("s1", "s2", "s3", "s4", "s5"), FLOAT),
        **dict.fromkeys((f"eigenvalue{n}_{part}" for n in range(1, 6) for part in ("real", "imag")), FLOAT),
        **dict.fromkeys(("fastest_real", "fastest_imag"), FLOAT),
    },
    "truncation": {**NETWORK, "rank": INT, "loss": FLOAT, "relative_loss": FLOAT},
    "shuffle": {**NETWORK, "repetition": INT, "loss": FLOAT, "relative_loss": FLOAT},
    "spectrum": {
        **NETWORK,
        "matrix": STRING,
        "index": INT,
        "singular_value": FLOAT,
        "eigenvalue_real": FLOAT,
        "eigenvalue_imag": FLOAT,
    },
    "trials": {**NETWORK, "time": FLOAT, "signal": STRING, "channel": INT, "value": FLOAT, "phase": STRING},
    "summary": {
        **NETWORK,
        "n_neurons": INT,
        "epochs": INT,
        "initial_loss": FLOAT,
        "final_loss": FLOAT,
        "norm_dW": FLOAT,
        "norm_W0": FLOAT,
        "norm_W": FLOAT,
        "shuffled_loss": FLOAT,
        "convergence_epoch": INT,
        "functional_rank": INT,
        "convergence_tau": FLOAT,
        "mean_gradient_norm": FLOAT,
        "reason": STRING,
        "network": STRING,
    },
}
OF_LSTM = {
    "sentiment_history": {
        "seed": INT,
        "epoch": INT,
        **dict.fromkeys(("train_loss", "train_accuracy", "validation_loss", "validation_accuracy"), FLOAT),
    },
    "sentiment_truncation": {"seed": INT, "truncated": STRING, "rank": INT, "loss": FLOAT, "accuracy": FLOAT},
    "sentiment_spectrum": {"seed": INT, "weight": STRING, "matrix": STRING, "index": INT, "singular_value": FLOAT},
}
OF_JUDGEMENT = {
    "claims": {
        **dict.fromkeys(("claim", "section", "statement", "measured", "effect"), STRING),
        "support": FLOAT,
        **dict.fromkeys(("expected", "tolerance", "reason", "verdict", "published", "published_measured"), STRING),
        **dict.fromkeys(("replaces", "source"), STRING),
    },
    "comparison": {
        **dict.fromkeys(("figure", "panel", "series"), STRING),
        **dict.fromkeys(("g", "x", "published", "error", "ours", "spread", "distance"), FLOAT),
    },
}
# A trial's time steps, and its channels: inputs, outputs and as many targets.
STEPS = {"flipflop": 100, "mante": 96, "romo": 56, "linear_z0.5": 202}
CHANNELS = {"flipflop": 2 + 2 + 2, "mante": 4 + 1 + 1, "romo": 1 + 2 + 2, "linear_z0.5": 1 + 1 + 1}
ROWS = {  # of each network
    "history": lambda task: 21,
    "truncation": lambda task: 3,
    "shuffle": lambda task: 3,
    "spectrum": lambda task: 3 * 12,
    "trials": lambda task: STEPS[task] * CHANNELS[task],
    "summary": lambda task: 1,
}


def table(folder: Path, name: str) -> pa.Table:
    return pq.read_table(folder / f"results/tiny/tables/{name}.parquet")


# --- Paths and tables


def test_the_promised_files_and_no_others(finished):
    made = {str(path.relative_to(finished / "results")) for path in (finished / "results").rglob("*") if path.is_file()}
    made = {re.sub(r"-[0-9a-f]{12}\.", "-{spec}.", name) for name in made}
    for folder in ("tiny/logs/", "tiny/benchmarks/"):
        assert any(name.startswith(folder) for name in made)
        made = {name for name in made if not name.startswith(folder)}
    networks = {f"networks/{key}-{{spec}}.{kind}" for key in KEYS for kind in ("safetensors", "parquet")}
    measures = {f"tiny/{measure}/{key}.parquet" for measure in MEASURES for key in KEYS}
    tables = {f"tiny/tables/{name}.parquet" for name in (*COLUMNS, *OF_JUDGEMENT, "theory")}
    figures = {f"tiny/figures/fig{name}.{kind}" for name in (1, 2, 3, 4, 5, "S_lstm") for kind in ("pdf", "png")}
    figures |= {f"tiny/figures/fig{n}_published.{kind}" for n in range(1, 6) for kind in ("pdf", "png")}
    pages = {f"tiny/{name}" for name in ("claims.md", "comparison.md", "config.yaml")}
    lstm = {f"networks/sentiment/seed0-{{spec}}.{kind}" for kind in ("safetensors", "parquet")}
    lstm |= {f"tiny/{measure}/sentiment/seed0.parquet" for measure in ("truncation", "spectrum")}
    lstm |= {f"tiny/tables/{name}.parquet" for name in OF_LSTM}
    assert made == networks | measures | tables | figures | pages | lstm | {"networks/.lock"}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_and_rows_of_a_table(finished, name):
    found = table(finished, name)
    assert found.schema.remove_metadata() == pa.schema(COLUMNS[name])
    rows = Counter(zip(*(found[column].to_pylist() for column in NETWORK), strict=True))
    assert {f"{task}/g{g}/seed{seed}": count for (task, g, seed), count in rows.items()} == {
        key: ROWS[name](key.partition("/")[0]) for key in KEYS
    }


def test_the_theory_has_a_row_for_each_g_order_and_epoch(finished):
    columns = ("target", "g", "tau", "order", "readout", "loss", "s1", "s2")
    found = table(finished, "theory")
    assert found.schema.remove_metadata() == pa.schema({name: INT if name == "order" else FLOAT for name in columns})
    assert found.num_rows == 2 * 3 * 21


@pytest.mark.parametrize("name", OF_JUDGEMENT)
def test_columns_of_what_is_judged(finished, name):
    assert table(finished, name).schema == pa.schema(OF_JUDGEMENT[name])


def test_the_config_of_the_last_start_is_that_run(finished):
    """Given back as it stands, it has nothing to do."""
    started = workflow.start(finished, "--dry-run", configfile="results/tiny/config.yaml")
    assert "Nothing to be done" in started.stdout


@pytest.mark.parametrize(
    ("name", "rows"), [("history", 3), ("truncation", 2 * 3 + 1), ("spectrum", 3 * (3 + 6 + 6 + 6))]
)
def test_columns_and_rows_of_the_lstms_tables(finished, name, rows):
    """And what its data was made of."""
    found = table(finished, f"sentiment_{name}")
    assert found.schema.remove_metadata() == pa.schema(OF_LSTM[f"sentiment_{name}"])
    assert found.num_rows == rows
    (beside,) = (finished / "resources/sentiment").glob("*.json")
    assert json.loads(found.schema.metadata[b"about"]) == json.loads(beside.read_text())


def test_without_truncation_the_lstm_is_as_accurate_as_at_the_end_of_training(finished):
    history, truncation = (table(finished, f"sentiment_{name}").to_pylist() for name in ("history", "truncation"))
    final = [(row["truncated"], row["accuracy"]) for row in truncation if row["rank"] == 6]
    assert final == [("dW", history[-1]["validation_accuracy"]), ("W", history[-1]["validation_accuracy"])]


@pytest.mark.parametrize(
    ("name", "key"),
    [(name, key) for name in MEASURES for key in ("flipflop/g0.0/seed0", "romo/g0.9/seed1", "linear_z0.5/g0.6/seed0")],
)
def test_a_measure_is_its_part_of_the_table(finished, name, key):
    task, g, seed = re.fullmatch(r"([\w.]+)/g(.+)/seed(\d)", key).groups()
    part = pq.read_table(finished / f"results/tiny/{name}/{key}.parquet")
    rows = [
        row
        for row in table(finished, name).to_pylist()
        if (row["task"], row["g"], row["seed"]) == (task, float(g), int(seed))
    ]
    assert part.to_pylist() == rows


def test_the_history_beside_a_network_is_its_part_of_the_table(finished):
    file = workflow.network(finished, "mante/g0.9/seed1").with_suffix(".parquet")
    rows = [row for row in table(finished, "history").to_pylist() if (row["task"], row["seed"]) == ("mante", 1)]
    assert pq.read_table(file).to_pylist() == rows


def test_the_summary_names_files_that_are_there(finished):
    names = table(finished, "summary")["network"].to_pylist()
    assert len(set(names)) == len(KEYS)
    assert all((finished / name).is_file() for name in names)


# --- Targets and figures


def test_figures_drawn_again_are_the_same_to_the_byte(small):
    figures = small / "results/tiny/figures"
    before = {path.name: path.read_bytes() for path in figures.iterdir()}
    for path in figures.glob("fig[12].*"):
        path.unlink()
    assert run(small, "fig1", "fig2").names == {"fig1", "fig2"}
    assert {path.name: path.read_bytes() for path in figures.iterdir()} == before


def test_snakemake_looks_for_what_to_start_only_when_a_job_ends(small):
    """While jobs wait it would look again every second, and more often with every job that ends."""
    for path in (small / "results/tiny/figures").iterdir():
        path.unlink()
    jobs = run(small, "--verbose")
    assert len(jobs.names) >= 4
    assert 0 < jobs.output.count("Resources before job selection") <= len(jobs.names) + 1


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> Path:
    """The project before its first run."""
    folder = tmp_path_factory.mktemp("sources") / "project"
    workflow.copy_sources(folder)
    return folder


NEEDED = {
    "fig1": ({"train", "truncate", "spectrum", "trials"}, {"gather truncation", "gather spectrum", "gather trials"}),
    "fig2": (
        {"train", "truncate", "spectrum", "shuffle"},
        {"gather truncation", "gather spectrum", "gather shuffle", "summary"},
    ),
    "fig3": ({"train", "trials"}, {"gather trials", "theory"}),
}
NEEDED["fig4"] = NEEDED["fig2"]
OF_DATA = {"sentiment_data", "train_sentiment seed0", "gather sentiment_history"}
NEEDED_OF_LSTM = {
    "fig5": {"truncate_sentiment seed0", "gather sentiment_truncation"},
    "figS_lstm": set(),
}


@pytest.mark.parametrize("figure", NEEDED)
def test_a_figure_as_a_target_needs_just_what_it_shows(sources, figure):
    rules, tables = NEEDED[figure]
    jobs = {f"{rule} {key}" for rule in rules for key in KEYS}
    assert planned(sources, figure).names == jobs | tables | {"gather history", figure}


@pytest.mark.parametrize("figure", NEEDED_OF_LSTM)
def test_a_figure_of_the_lstm_needs_just_what_it_shows(sources, figure):
    spectrum = {"spectrum_sentiment seed0", "gather sentiment_spectrum"}
    assert planned(sources, figure).names == OF_DATA | spectrum | NEEDED_OF_LSTM[figure] | {figure}


def test_the_papers_networks(sources):
    networks = planned(sources, "--config", "sentiment=null", configfile="config.yaml").networks
    linear = dict.fromkeys(("linear_z0.5", "linear_z1.0", "linear_z2.0"), 10 * 5)
    expected = {"flipflop": 8 * 5, "mante": 10 * 5, "romo": 11 * 5} | linear
    assert Counter(name.partition("/")[0] for name in networks) == expected
    assert not (sources / "results").exists()


# --- Form


def test_snakemakes_linter_is_content(sources):
    process = workflow.start(sources, "--lint")
    assert process.returncode == 0, process.stdout
    assert "Congratulations" in process.stdout


@pytest.mark.parametrize("path", sorted((ROOT / "workflow/rules").glob("*.smk")), ids=lambda path: path.name)
def test_rules_name_their_log_environment_and_message(path):
    for rule in re.split(r"^(?=rule |use rule )", path.read_text(), flags=re.MULTILINE)[1:]:
        inherited = rule.startswith("use rule ")
        for directive in ("log", "message") if inherited else ("log", "conda", "message", "script"):
            assert f"\n    {directive}:\n" in rule, f"{rule.splitlines()[0]} has no {directive}"


def test_no_rule_is_in_the_snakefile_but_all():
    text = (ROOT / "Snakefile").read_text()
    assert re.findall(r"^rule (\w+):", text, flags=re.MULTILINE) == ["all"]
    assert len(text.splitlines()) <= 45


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "--no-cache", "workflow", "tests"],
        ["ruff", "format", "--check", "--no-cache", "workflow", "tests"],
        ["snakefmt", "--check", "Snakefile", "workflow/rules"],
    ],
    ids=" ".join,
)
def test_formatters_are_content(command):
    program = Path(sys.executable).with_name(command[0])
    process = subprocess.run([program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
