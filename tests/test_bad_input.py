"""Mistakes in the config, damaged files, a full or closed disk: one sentence each, and nothing lost."""

import copy
import datetime
import os
import re
import shutil
from pathlib import Path

import pytest
import yaml

import sentences
import workflow
from disks import closed, contents, fill, mounted
from lowrank.config import configfiles, drawing, entries
from lowrank.config.config import validated
from lowrank.core.errors import UserError
from workflow import ROOT, configure, network, planned, refused, run

PAPER = yaml.safe_load((ROOT / "config.yaml").read_text())
IN_THE_RUN = [name for name, entry in PAPER["tasks"].items() if not entry.get("left_out")]
NOTHING = object()


def edited(changes: dict) -> dict:
    """The paper's config with other values at dotted paths; NOTHING deletes."""
    config = copy.deepcopy(PAPER)
    for path, value in changes.items():
        *sections, key = path.split(".")
        section = config
        for name in sections:
            section = section[name]
        if value is NOTHING:
            del section[key]
        else:
            section[key] = value
    return config


def errors(changes: dict) -> list[str]:
    """What is wrong with a config, a line each."""
    with pytest.raises(UserError) as caught:
        validated(edited(changes))
    head, *lines = str(caught.value).splitlines()
    assert head == "the config cannot be used:"
    return [line.strip() for line in lines]


# --- The config as it is


def test_every_value_of_the_paper_is_kept():
    config = validated(PAPER)
    for section in ("run", "run_seed", "seeds", "measure", "figures"):
        assert config[section] == PAPER[section]
    assert config["sentiment"] == PAPER["sentiment"] | {"ranks": list(range(256))}
    assert list(config["tasks"]) == IN_THE_RUN
    for name, task in config["tasks"].items():
        numbers = task.pop("numbers")
        own = {"module": name, "seeds": PAPER["seeds"]} | PAPER["training"] | entries.resolved(PAPER["tasks"], name)
        assert task | numbers == own


def test_the_config_is_left_as_it_was():
    config = copy.deepcopy(PAPER)
    validated(config)
    assert config == PAPER


def as_text(value):
    """As Snakemake's command line hands it over: all that is inside a list or a mapping is text."""
    if isinstance(value, dict):
        return {key: as_text(item) for key, item in value.items()}
    return [as_text(item) for item in value] if isinstance(value, list) else "null" if value is None else str(value)


def test_text_means_the_number_that_it_says():
    config = {name: section if name in ("run", "run_seed") else as_text(section) for name, section in PAPER.items()}
    assert repr(validated(config)) == repr(validated(PAPER))


@pytest.mark.parametrize(
    ("path", "text", "number"),
    [
        ("training.learning_rate", "1e-3", 0.001),  # YAML reads 1e-3 as text
        ("measure.threshold", "5e-2", 0.05),
        ("seeds", ["0", "7"], [0, 7]),
        ("tasks.romo.epochs", "23", 23),
        ("tasks.romo.g", ["0", 0.9, "3"], [0.0, 0.9, 3.0]),
        ("tasks.romo.g", [-0.0, 0.9, 3], [0.0, 0.9, 3.0]),
        ("tasks.romo.delay", ["2", "8.0"], [2.0, 8.0]),
        ("tasks.mante.coherences", ["1e-1"], [0.1]),
        ("measure.ranks", [2, 0, 1], [0, 1, 2]),
        ("measure.ranks", "0-3", [0, 1, 2, 3]),
        ("measure.ranks", ["0-3", "5", "10-25:5"], [0, 1, 2, 3, 5, 10, 15, 20, 25]),
        ("training.trained", ["v", "W"], ["W", "v"]),
    ],
)
def test_one_value_in_several_forms(path, text, number):
    assert repr(validated(edited({path: text}))) == repr(validated(edited({path: number})))


@pytest.mark.parametrize("null", [None, "null"])
def test_a_task_set_to_null_is_left_out(null):
    assert list(validated(edited({"tasks.mante": null}))["tasks"]) == [name for name in IN_THE_RUN if name != "mante"]


@pytest.mark.parametrize("null", [None, "null"])
def test_the_lstm_set_to_null_is_left_out(null):
    """And no figure of it is asked for, whatever seed it would show."""
    assert validated(edited({"sentiment": null, "figures.fig5.seed": 9}))["sentiment"] is None


def test_a_task_may_stand_twice_under_other_names():
    twin = {**PAPER["tasks"]["romo"], "module": "romo", "epochs": 10}
    config = validated(edited({"tasks.short": twin}))
    assert config["tasks"]["short"] == config["tasks"]["romo"] | {"epochs": 10}


# --- Mistakes, one at a time

MISSPELT = {
    "sedes": "seeds",
    "training.learing_rate": "learning_rate",
    "tasks.romo.epoch": "epochs",
    "tasks.mante.coherence": "coherences",
    "tasks.flipflop.n_neuron": "n_neurons",
    "measure.threshhold": "threshold",
    "sentiment.learing_rate": "learning_rate",
    "figures.fig5.color": "colors",
    "figures.fig5.colors.finl": "final",
    "figures.color": "colors",
    "figures.fig1.trials_g": "trial_g",
    "figures.fig2.convergence_limits": "convergence_limit",
}


@pytest.mark.parametrize("path", MISSPELT)
def test_a_misspelt_key_and_the_nearest(path):
    assert errors({path: 1}) == [f"{path} is not a key of the config: did you mean {MISSPELT[path]}?"]


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("tasks.rmo", PAPER["tasks"]["romo"], "tasks.rmo"),
        ("tasks.long", {**PAPER["tasks"]["romo"], "module": "rmo"}, "tasks.long"),
        ("figures.colors.rmo", "#3465b0", "figures.colors"),
        ("figures.labels.rmo", "Romo", "figures.labels"),
        ("figures.fig1.epochs.rmo", 10, "figures.fig1.epochs"),
        ("figures.fig1.tasks", ["rmo"], "figures.fig1.tasks"),
        ("figures.fig2.tasks", ["rmo"], "figures.fig2.tasks"),
    ],
)
def test_an_unknown_task_and_the_nearest(path, value, where):
    assert errors({path: value}) == [f"{where}: there is no task 'rmo': did you mean romo?"]


MISSING = (
    "run",
    "seeds",
    "training.dt",
    "tasks.romo.g",
    "tasks.romo.delay",
    "measure.ranks",
    "sentiment",
    "sentiment.treebank",
    "figures.figS_lstm",
    "figures.colors",
    "figures.fig1.seed",
)


@pytest.mark.parametrize("path", MISSING)
def test_a_key_that_is_missing(path):
    for error in errors({path: NOTHING}):
        assert error.endswith(f"{path.rpartition('.')[2]} is missing")


NAN, INFINITE = float("nan"), float("inf")
WRONG = [
    # no number, or none of its kind
    ("seeds", 5, "list"),
    ("seeds", [0.5], "integer"),
    ("seeds", [True], "true or false"),
    ("run_seed", True, "true or false"),
    ("training.n_neurons", 256.5, "integer"),
    ("training.learning_rate", "fast", "number"),
    ("training.learning_rate", False, "true or false"),
    ("tasks.romo.epochs", "many", "integer"),
    ("tasks.romo.g", 0.9, "list"),
    ("tasks.romo.g", [True], "true or false"),
    ("tasks.romo.fixation", "long", "number"),
    ("tasks.romo.fixation", True, "number"),
    ("tasks.romo.delay", [True, 8], "number"),
    ("tasks.mante.noise", None, "number"),
    ("measure.trials", None, "integer"),
    ("measure", 3, "dictionary"),
    ("figures.labels.romo", 5, "string"),
    # not finite
    ("tasks.romo.g", [NAN], "finite"),
    ("tasks.romo.g", [INFINITE], "finite"),
    ("tasks.romo.g", ["nan"], "finite"),
    ("tasks.romo.amplitude", NAN, "finite"),
    ("tasks.romo.delay", [2, "inf"], "finite"),
    ("training.learning_rate", INFINITE, "finite"),
    ("measure.threshold", NAN, "finite"),
    # out of range
    ("seeds", [-1], "greater than or equal to 0"),
    ("tasks.romo.g", [-0.3], "greater than or equal to 0"),
    ("tasks.romo.epochs", 0, "greater than or equal to 1"),
    ("tasks.mante.noise", -1, "negative"),
    ("training.batch", 0, "greater than or equal to 1"),
    ("training.dt", 2, "less than or equal to 1"),
    ("training.learning_rate", 0, "greater than 0"),
    ("measure.threshold", 1, "less than 1"),
    ("measure.ranks", [0, -1], "greater than or equal to 0"),
    ("training.optimizer", "adma", "'adam' or 'sgd'"),
    ("tasks.flipflop.memory", "forever", "'last_pulse' or 'per_channel'"),
    ("figures.colors.romo", "green", "'green' is not a colour"),
    # empty, or twice
    ("seeds", [], "at least 1"),
    ("seeds", [0, 1, 0], "names 0 twice"),
    ("seeds", [1, "1"], "names 1 twice"),
    ("tasks.romo.g", [], "at least 1"),
    ("tasks.romo.g", [0.9, "0.90"], "names 0.9 twice"),
    ("tasks.mante.coherences", [], "one at least"),
    ("measure.ranks", [0, 1, 1], "names 1 twice"),
    ("training.trained", ["W", "W"], "names W twice"),
    # does not fit together
    ("measure.ranks", [1, 2], "must hold 0"),
    ("measure.ranks", [], "at least 1"),
    ("training.trained", ["M", "v"], "must hold W"),
    ("measure.shown_trial", 512, "there are 512 trials"),
    ("tasks.romo.pulse", 0, "pulse = 0.0 is not a positive multiple"),
    ("tasks.romo.delay", [8, 2], "not a range from a smaller to a larger number"),
    ("tasks.flipflop.trial", 5, "ends before its first report"),
    # the LSTM
    ("sentiment.seeds", [0, 0], "names 0 twice"),
    ("sentiment.treebank", 5, "string"),
    ("sentiment.lowercase", "maybe", "boolean"),
    ("sentiment.dropout", 1, "less than 1"),
    ("sentiment.ranks", [0, 257], "257 is beyond sentiment.n_neurons = 256"),
    ("sentiment.compressed_rank", 257, "compressed_rank: 257 is beyond sentiment.n_neurons = 256"),
    ("sentiment.ranks", ["0-2", 1], "names 1 twice"),
    ("sentiment.ranks", ["2-1"], "at least 1"),
    ("sentiment.ranks", ["0-9:0"], "integer"),
    ("sentiment.learning_rate", 0, "greater than 0"),
    ("figures.fig5.colors.dW", "blue", "'blue' is not a colour"),
    ("tasks.sentiment", {**PAPER["tasks"]["romo"], "module": "romo"}, "the name is that of the LSTM's task"),
    # what no JSON holds
    ("figures.labels.romo", b"Romo", "it must be text, a number"),
    ("tasks.romo.delay", {1, 2}, "it must be text, a number"),
    # no name of a folder
    ("run", "a" * 300, "of at most 100 letters"),
    ("tasks." + "a" * 300, {**PAPER["tasks"]["romo"], "module": "romo"}, "of at most 100 letters"),
    ("run", "a/b", "'a/b' is not a folder name"),
    ("run", "..", "'..' is not a folder name"),
    ("run", "", "'' is not a folder name"),
    ("run", "networks", "networks"),
    ("run", None, "string"),
    ("tasks.a/b", {**PAPER["tasks"]["romo"], "module": "romo"}, "'a/b' is not a folder name"),
]


@pytest.mark.parametrize(("path", "value", "fragment"), WRONG)
def test_a_wrong_value_and_where_it_stands(path, value, fragment):
    (error,) = errors({path: value})
    assert error.startswith((path, path.rpartition(".")[0]))  # what must fit together is said of the section
    assert fragment in error


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        ("measure.ranks", [0, 300], "measure.ranks: 300 is beyond tasks.mante.n_neurons = 256"),
        ("tasks.romo.n_neurons", 20, "measure.ranks: 25 is beyond tasks.romo.n_neurons = 20"),
        ("measure.shown_trial", 512, "measure.shown_trial = 512: there are 512 trials, from 0"),
        (
            "tasks.romo.fixation",
            0.3,
            "tasks.romo: fixation = 0.3 is not a positive multiple of the step dt = 0.5",
        ),
        ("tasks.romo.dt", 0.3, "tasks.romo: pulse = 1.0 is not a positive multiple of the step dt = 0.3"),
        ("training.dt", 0.4, "tasks.mante: fixation = 3.0 is not a positive multiple of the step dt = 0.4"),
        ("figures.fig1.seed", 7, "figures.fig1.seed = 7 is not one of seeds = [0, 1, 2, 3, 4]"),
        ("figures.fig5.seed", 1, "figures.fig5.seed = 1 is not one of sentiment.seeds = [0]"),
        ("figures.figS_lstm.seed", 1, "figures.figS_lstm.seed = 1 is not one of sentiment.seeds = [0]"),
        ("figures.fig1.trial_g", 3.0, "figures.fig1.trial_g = 3.0 is not in tasks.flipflop.g = "),
        ("figures.fig1.g", [3.0], "figures.fig1.g = [3.0]: none is in tasks.flipflop.g = "),
    ],
)
def test_a_value_that_does_not_fit_the_rest(path, value, error):
    assert any(found.startswith(error) for found in errors({path: value}))


def test_all_tasks_left_out():
    assert "tasks: all are left out" in errors({"tasks": dict.fromkeys(PAPER["tasks"])})


def test_a_figure_of_tasks_that_are_all_left_out_is_not_drawn():
    """It is no mistake: who leaves tasks out wants the rest."""
    config = validated(
        edited({"tasks.mante": None, "figures.fig1.tasks": ["mante"], "figures.fig2.tasks": ["romo", "mante"]})
    )
    assert drawing.tasks(config, "fig1") == []
    assert drawing.tasks(config, "fig2") == ["romo"]


LINEAR = "tasks.linear_z0.5"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({f"{LINEAR}#g": [0.0, 1.0]}, "from g = 1 on the fixed point of a linear network is unstable"),
        ({f"{LINEAR}#optimizer": "adam"}, "effective_time is for optimizer sgd"),
        ({f"{LINEAR}#decision": 200}, "decision = 200.0 is longer than stimulus = 100.0"),
        ({f"{LINEAR}#kernel": "quick"}, "should be 'reference' or 'fast'"),
        ({f"{LINEAR}#g": [0.6]}, "g lacks 0, in units of which figures.fig4 shows the others"),
        ({"figures.fig3.tasks": ["romo"]}, "figures.fig3.tasks: 'romo' has no theory"),
        ({"figures.fig3.g": [0.65]}, "figures.fig3.g = [0.65]: none is in tasks.linear_z0.5.g"),
        ({"figures.fig3.seed": 7}, "figures.fig3.seed = 7 is not one of seeds"),
    ],
)
def test_what_the_linear_network_cannot_be(changes, sentence):
    config = edited({path: value for path, value in changes.items() if "#" not in path})
    for path, value in changes.items():
        if "#" in path:
            task, key = path.removeprefix("tasks.").split("#")
            config["tasks"][task][key] = value
    with pytest.raises(UserError) as caught:
        validated(config)
    assert sentence in str(caught.value)


def test_a_task_that_is_no_mapping():
    assert "tasks.romo = [1]: input should be a valid dictionary" in errors({"tasks.romo": [1]})


@pytest.mark.parametrize("value", [None, [], 5, "romo"])
def test_tasks_that_are_no_mapping(value):
    assert any(error.startswith("tasks = ") for error in errors({"tasks": value}))


def test_all_mistakes_are_told_at_once():
    found = errors(
        {
            "sedes": [0],
            "run": "a/b",
            "training.batch": 0,
            "tasks.romo.epoch": 5,
            "tasks.mante.noise": -1,
            "tasks.flipflop.memory": "forever",
            "measure.threshhold": 0.1,
            "figures.colors.romo": "green",
        }
    )
    text = "\n".join(found)
    for part in ("sedes", "run", "batch", "epoch", "noise", "memory", "threshhold", "colors.romo"):
        assert part in text
    assert len(found) == len(set(found))


# --- The workflow: a config that cannot be used


# --- How a file is written


TEXTS = {
    "a key twice": ("run: a\nseeds: [0]\nrun: b\n", ["lines 1 and 3: run is set twice: keep one"]),
    "twice in the depth": (
        "tasks:\n  romo: {g: [0.0]}\n  mante:\n    g: [0.0]\n    'g': [0.9]\n  \"romo\": null\n",
        [
            "lines 4 and 5: tasks.mante.g is set twice: keep one",
            "lines 2 and 6: tasks.romo is set twice: keep one",
        ],
    ),
    "thrice in a list": (
        "a:\n- {b: 1, b: 2, b: 3}\n",
        ["lines 2 and 2 and 2: a.0.b is set 3 times: keep one"],
    ),
    "twice in an anchor": (
        "a: &a\n  b: 1\n  b: 2\nc: *a\nd: {<<: *a}\n",
        ["lines 2 and 3: a.b is set twice: keep one"],
    ),
    "twice in JSON": ('{\n\t"run": "a",\n\t"run": "b"\n}', ["lines 2 and 3: run is set twice: keep one"]),
    "a tab": ("tasks:\n\tromo: null\n", ["line 2: a tab, which YAML does not accept as indentation: use spaces"]),
    "two documents": (
        "run: a\n---\nrun: b\n",
        ["line 3: a second document after ---, which would be ignored: keep one document per file"],
    ),
    "an open bracket": (
        "seeds: [0, 1\n",
        ["line 2: while parsing a flow sequence, expected ',' or ']', but got '<stream end>'"],
    ),
    "Latin 1": (b"run: a\nx: caf\xe9\n", ["line 2: byte 0xe9 is not UTF-8: save the file as UTF-8"]),
    "UTF-16": ("run: a\n".encode("utf-16"), ["line 1: byte 0xff is not UTF-8: save the file as UTF-8"]),
}


ODD = ["010", "-010", "1:30", "1:30.5", "0_17"]


@pytest.mark.parametrize("number", ODD)
def test_numbers_that_yaml_reads_otherwise_than_they_look(tmp_path, number):
    (path := tmp_path / "mine.yaml").write_text(f"a:\n- {{b: {number}}}\nc: '{number}'\n")
    read = yaml.safe_load(number)
    assert configfiles.errors(path) == [f"{path}, line 2: a.0.b = {number} is {read} in YAML: write {read}"]


def test_numbers_that_are_as_they_look(tmp_path):
    (path := tmp_path / "mine.yaml").write_text(
        "[0, 0.05, 1e-3, 1.5e+3, 1_000, -7, 0x10, 08, 2026-11-26, '010', a:b]\n"
    )
    assert configfiles.errors(path) == []


@pytest.mark.parametrize("run", [202611, 1.5, datetime.date(2026, 11, 26)])
def test_a_name_that_was_read_as_something_else(run):
    assert f"run: {run} is read as a number or a date, not as a name: begin it with a letter" in errors({"run": run})


@pytest.mark.parametrize("key", ["run", "figures.labels.romo", "device", "training.optimizer"])
def test_words_that_yaml_takes_for_true_or_false(key):
    (output,) = errors({key: yaml.safe_load("no")})
    assert output.startswith(f"{key} = False: input should be ")
    assert output.endswith(" (if the file says yes, no, on or off there, quote it)")


def test_seeds_that_no_table_can_hold():
    assert any(
        "seeds.1 = 9223372036854775808: input should be less" in output for output in errors({"seeds": [0, 2**63]})
    )
    assert validated(edited({"seeds": [0, 2**63 - 1], "run_seed": 2**200}))["run_seed"] == 2**200


@pytest.mark.parametrize(
    "key", ["training.n_neurons", "training.batch", "tasks.romo.epochs", "measure.trials", "stack"]
)
def test_counts_that_no_array_can_have(key):
    assert any(f"{key} = {10**18}: input should be less than or equal to" in output for output in errors({key: 10**18}))


def test_spans_that_would_fill_the_memory():
    assert "measure.ranks: 0-1000000000000 is more than 100000 numbers" in errors({"measure.ranks": "0-1000000000000"})


def test_names_that_some_file_systems_cannot_tell_apart_or_hold():
    assert errors({"tasks.Romo": PAPER["tasks"]["romo"] | {"module": "romo"}}) == [
        "tasks: romo and Romo differ in case alone, which file systems of macOS do not tell apart"
    ]
    assert "of at most 100 letters" in errors({"run": 101 * "a"})[0]


@pytest.mark.parametrize("what", TEXTS)
def test_how_a_file_is_written(tmp_path, what):
    text, expected = TEXTS[what]
    (path := tmp_path / "mine.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    found = configfiles.errors(path)
    assert [error.removeprefix(f"{path}, ") for error in found] == expected


@pytest.mark.parametrize(
    "text", ["\ufeffrun: a\n", "a: 1\r\nb: 2\r\n", '{\n\t"a": 1\n}', "a: &a {<<: *a, b: 1}\n", "", "---\na: 1\n"]
)
def test_what_is_written_well(tmp_path, text):
    (path := tmp_path / "mine.yaml").write_bytes(text.encode())
    assert configfiles.errors(path) == []


def test_the_projects_own_files_are_written_well():
    for path in (workflow.ROOT / "config.yaml", *(workflow.ROOT / "workflow/presets").glob("*.yaml")):
        assert configfiles.errors(path) == []


def test_a_key_twice_in_any_file_of_the_config_starts_no_job(tmp_path):
    workflow.copy_sources(folder := tmp_path / "project")
    (folder / "mine.yaml").write_text("tasks:\n  flipflop: {epochs: 3}\n  flipflop: {epochs: 4}\n")
    with (folder / "config.yaml").open("a") as file:
        file.write("seeds: [7]\n")
    output = refused(folder, "fig2", configfile="mine.yaml")
    assert "mine.yaml, lines 2 and 3: tasks.flipflop is set twice: keep one" in output
    assert re.search(r"config\.yaml, lines \d+ and \d+: seeds is set twice", output)
    assert not (folder / "results").exists()


def test_a_mistake_in_the_config_starts_no_job(small):
    before = workflow.snapshot(small / "results")
    sentence = "measure.threshhold is not a key of the config: did you mean threshold?"
    assert sentence in refused(small, "--config", 'measure={"threshhold": 0.1}')
    configure(small, measure={"threshhold": 0.1}, seeds=[])
    output = refused(small, "--dry-run")
    assert sentence in output
    assert "seeds" in output
    assert workflow.snapshot(small / "results") == before


# --- Damaged files


IN_THE_WAY = [
    "results/networks/romo/g0.9/seed0-*.safetensors",
    "results/networks/romo/g0.9/seed0-*.parquet",
    "results/tiny/truncation/romo/g0.9/seed0.parquet",
    "results/tiny/tables/truncation.parquet",
    "results/tiny/figures/fig1.pdf",
    "results/tiny/claims.md",
    "results/networks",
]


def pipe(path: Path) -> str:
    os.mkfifo(path)
    return "is neither a file nor a folder"


def link_to_nothing(path: Path) -> str:
    path.symlink_to("/gone/elsewhere")
    return "is a link to /gone/elsewhere, which does not exist"


def link_to_itself(path: Path) -> str:
    path.symlink_to(path.name)
    return f"is a link to {path.name}, which does not exist"


@pytest.mark.parametrize("damage", [pipe, link_to_nothing, link_to_itself])
def test_what_is_no_file_is_named_before_any_job(small, damage):
    """A pipe would be waited for without end; of a link to nothing Snakemake says that it was just deleted."""
    for pattern in IN_THE_WAY:
        (path,) = small.glob(pattern)
        path.rename(kept := small / "kept")
        sentence = f"{relative(path, small)} {damage(path)}"
        assert sentence in refused(small, "--dry-run")
        path.unlink()
        kept.rename(path)


def relative(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder))


@pytest.fixture
def trained(small) -> Path:
    return network(small, "romo/g0.9/seed0")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def swap(path: Path) -> None:
    """Another network under the name."""
    other = next(file for file in path.parent.glob("*.safetensors") if file != path)
    path.write_bytes(other.read_bytes())


@pytest.mark.parametrize("damage", [cut_short, swap])
def test_a_network_that_is_not_whole_is_trained_again_and_kept_aside(small, trained, damage):
    right, history = trained.read_bytes(), trained.with_suffix(".parquet").read_bytes()
    damage(trained)
    wrong = trained.read_bytes()
    assert planned(small).names >= {"train romo/g0.9/seed0", "truncate romo/g0.9/seed0", "summary", "fig1", "fig2"}
    assert run(small, relative(trained, small)).names == {"train romo/g0.9/seed0"}
    assert trained.read_bytes() == right
    assert trained.with_suffix(".parquet").read_bytes() == history
    assert trained.with_name(f"{trained.name}.damaged").read_bytes() == wrong


def test_a_history_that_is_cut_short_is_made_again_too(small, trained):
    history = trained.with_suffix(".parquet")
    right = history.read_bytes()
    cut_short(history)
    assert "train romo/g0.9/seed0" in run(small, "results/tiny/tables/history.parquet").names
    assert history.read_bytes() == right


def test_a_network_with_other_numbers_is_not_measured(small, trained):
    content = bytearray(trained.read_bytes())
    content[-50] ^= 0x40
    trained.write_bytes(content)
    output = refused(small, "results/tiny/truncation/romo/g0.9/seed0.parquet")
    assert output.count(f"{relative(trained, small)} is damaged") == 1
    assert trained.read_bytes() == content


def test_a_damaged_measure_is_taken_again(small):
    path = small / "results/tiny/truncation/romo/g0.9/seed0.parquet"
    right = path.read_bytes()
    cut_short(path)
    target = "results/tiny/tables/truncation.parquet"
    assert "truncate romo/g0.9/seed0" in run(small, target).names
    assert path.read_bytes() == right


# --- Sentences and word vectors


LSTM = {"treebank": "data/treebank", "vectors": "data/vectors.txt", "dimensions": sentences.DIMENSIONS}
LSTM |= {"n_neurons": 6, "batch": 8, "epochs": 2, "ranks": [0, 6], "compressed_rank": 1}
OTHERS = "results/tiny/figures/fig2.pdf"  # does not need them
DATA = {
    "a malformed tree": (
        lambda data: workflow.replace(data / "treebank/dev.txt", "(2 (2 the) (2 film))", "(2 (2 the) (2 film)"),
        "data/treebank/dev.txt, line 1: it is not one tree of (label token) and (label tree tree)",
    ),
    "no sentences": (
        lambda data: (data / "treebank/train.txt").write_text(""),
        "data/treebank/train.txt holds no sentence that is positive or negative",
    ),
    "a vector of another length": (
        lambda data: (data / "vectors.txt").write_text("good 1 2 3\nbad 1 2\n"),
        "data/vectors.txt, line 2: 2 numbers after the word instead of 3",
    ),
}


@pytest.mark.parametrize("what", DATA)
def test_bad_data_is_named_and_all_else_is_made(small, what):
    damage, sentence = DATA[what]
    damage(small / "data")
    configure(small, sentiment=LSTM)
    (small / OTHERS).unlink()
    assert refused(small).count(sentence) == 1
    assert (small / OTHERS).exists()
    assert not list((small / "resources").glob("sentiment/*"))


def test_data_that_is_not_there_is_named_before_any_job(small):
    configure(small, sentiment=LSTM | {"vectors": "glove.txt"})
    assert "sentiment.vectors = 'glove.txt': there is no such file or folder" in refused(small)


def test_without_a_network_it_is_said_what_to_put_where(small):
    """And all else is made; data that was put there is then used."""
    configure(small, sentiment=LSTM | {"treebank": None, "vectors": None})
    (small / OTHERS).unlink()
    nowhere = "http://127.0.0.1:9"
    offline = {"http_proxy": nowhere, "https_proxy": nowhere, "HTTPS_PROXY": nowhere, "npm_config_registry": nowhere}
    offline |= {"npm_config_fetch_retries": "0", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(small), "NO_PROXY": ""}
    output = refused(small, **offline)
    for kind, file in (("treebank", "trainDevTestTrees_PTB.zip"), ("vectors", "glove.6B.zip")):
        put = f"put {file} from https://nlp.stanford.edu/"
        assert output.count(put) == 1
        assert f"into resources/, or name files of your own in sentiment.{kind}" in output
    assert (small / OTHERS).exists()
    configure(small, sentiment=LSTM)
    assert {"fig5", "figS_lstm"} <= run(small).names
    assert planned(small).names == set()


def test_prepared_data_that_is_cut_short_is_made_again(small):
    configure(small, sentiment=LSTM)
    assert "sentiment_data" in run(small, "fig5").names
    (prepared,) = (small / "resources/sentiment").glob("*.safetensors")
    right = prepared.read_bytes()
    cut_short(prepared)
    assert "sentiment_data" not in planned(small, "fig5").names, "nothing needs it"
    (small / "results/tiny/truncation/sentiment/seed0.parquet").unlink()
    assert "sentiment_data" in run(small, "fig5").names
    assert prepared.read_bytes() == right


# --- Disks


def full_disk_sentence(folder: Path, target: str) -> str:
    (sentence,) = (line for line in refused(folder, target).splitlines() if line.startswith("cannot write "))
    assert "no space left on device" in sentence.lower()
    return sentence


def test_a_full_disk(small, trained):
    target, right = relative(trained, small), trained.read_bytes()
    results = small / "results"
    kept = results.rename(small / "kept")
    results.mkdir()
    page = os.sysconf("SC_PAGE_SIZE")
    with mounted(results, ["-t", "tmpfs", "-o", f"size={2000 * page}", "none"]):
        shutil.copytree(kept, results, dirs_exist_ok=True)
        trained.unlink()
        log = results / f"tiny/logs/train/romo/g0.9/{trained.stem}.log"
        log.unlink()
        before = contents(results / "networks")
        filler = fill(results)
        assert relative(log, small) in full_disk_sentence(small, target)
        os.truncate(filler, filler.stat().st_size - page)  # room for the log alone
        assert f"results/networks/romo/g0.9/{trained.stem}." in full_disk_sentence(small, target)
        assert contents(results / "networks") == before
        filler.unlink()
        assert run(small, target).names == {"train romo/g0.9/seed0"}
        assert trained.read_bytes() == right


def test_a_folder_that_cannot_be_written_into(small, trained):
    target, right = relative(trained, small), trained.read_bytes()
    results = small / "results"
    for path in results.iterdir():
        shutil.rmtree(path)
    with closed(results):
        assert refused(small, target).count("cannot write into results: no permission") == 1
        assert planned(small, target).names == {"train romo/g0.9/seed0"}
    run(small, target)
    assert trained.read_bytes() == right


def test_files_that_cannot_be_written(small):
    configure(small, measure={"ranks": [0, 1]})
    folder = small / "results/tiny/truncation"
    before = contents(folder)
    with closed(folder):
        output = refused(small)
        assert "Write-protected output files" in output
        assert "results/tiny/truncation/romo/g0.9/seed0.parquet" in output
    assert contents(folder) == before
