"""Networks that were trained elsewhere: read as their files mean them, and then like any other network of a run."""

import hashlib
import io
import json
import os
import pickle
import re
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch
import yaml
from safetensors.numpy import save_file

import lowrank
import workflow
from commands.archive import origin, reproduce
from commands.explain.explain import explain
from commands.explain.runs import Run
from lowrank import tasks
from lowrank.analysis import dynamics, evaluation
from lowrank.claims import base as claims
from lowrank.claims.base import NotTested
from lowrank.claims.section2_learning import all_learn
from lowrank.config.config import validated
from lowrank.core import fingerprint, folders
from lowrank.core.errors import UserError
from lowrank.figures import means
from lowrank.jobs import importing
from lowrank.plan import orders, plan
from lowrank.store import checkpoint, foreign
from once import once
from specs import RAW
from test_readme import block
from workflow import configure, planned, refused, run

N = 12
ROMO = {key: value for key, value in RAW["tasks"]["romo"].items() if key not in ("g", "epochs")}
ENTRY = ROMO | {"module": "romo", "g": [0.9], "seeds": [0], "n_neurons": N, "dt": 0.5, "nonlinearity": "tanh"}
NAMES = {"W0": "W0", "M0": "M0", "v0": "v0", "W": "W", "M": "M", "v": "v"}
HOW = {"files": "nets/{seed}.npz", "names": NAMES, "orientation": "paper", "scale": {"M": 1, "v": 1}}


def entry(**changes) -> dict:
    """An entry of the config for one network; `changes` to how it is read."""
    return ENTRY | {"imported": HOW | changes}


def config(mine: dict) -> dict:
    """The paper's config with these networks alone."""
    return (
        RAW
        | {"tasks": dict.fromkeys(RAW["tasks"]) | {"mine": mine}, "sentiment": None, "seeds": [0]}
        | {
            "measure": RAW["measure"] | {"ranks": [0, 1, 2], "trials": 8, "shown_trial": 0},
            "figures": RAW["figures"]
            | {"fig1": RAW["figures"]["fig1"] | {"tasks": ["mine"], "g": [0.9], "trial_g": 0.9}}
            | {"fig2": RAW["figures"]["fig2"] | {"tasks": ["mine"]}},
        }
    )


def spec_of(mine: dict) -> dict:
    """The spec of its only network."""
    (spec,) = plan.specs_by_key(plan.make(config(mine))).values()
    return spec


def arrays(seed: int = 0, n_in: int = 1, n_out: int = 2) -> dict[str, np.ndarray]:
    """A network with a change of low rank, as float32."""
    rng = np.random.default_rng(seed)
    found = {"W0": 0.9 / np.sqrt(N) * rng.standard_normal((N, N)), "M": rng.standard_normal((N, n_in))}
    found |= {"M0": found["M"], "v0": rng.standard_normal((N, n_out)) / N, "v": rng.standard_normal((N, n_out)) / N}
    found["W"] = found["W0"] + np.outer(*rng.standard_normal((2, N))) / N
    return {name: array.astype(np.float32) for name, array in found.items()}


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a network's file in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets").mkdir()
    np.savez("nets/0.npz", **arrays())
    return tmp_path


# --- What a file means


def read(*paths: str) -> dict[str, foreign.Arrays]:
    """The arrays of files."""
    return {path: foreign.arrays(foreign.content(path), path) for path in paths}


def imported(mine: dict) -> dict[str, np.ndarray]:
    """The weights of the only network of an entry."""
    spec = spec_of(mine)
    paths = (path.format(seed=0) for path in (mine["imported"]["files"], mine["imported"].get("initial")) if path)
    return importing.weights(read(*paths), spec, tasks.of(spec))


TRANSPOSED = {"paper": "", "to_from": ("v", "v0"), "from_to": ("W", "W0", "M", "M0")}


@pytest.mark.parametrize("orientation", TRANSPOSED)
def test_each_orientation_gives_the_same_network(here, orientation):
    stored = {name: array.T if name in TRANSPOSED[orientation] else array for name, array in arrays().items()}
    np.savez("nets/0.npz", **stored)
    found = imported(entry(orientation=orientation))
    assert {name: array.tobytes() for name, array in found.items()} == {
        name: array.tobytes() for name, array in arrays().items()
    }


def test_vectors_are_scaled_as_the_config_says(here):
    found = imported(entry(scale={"M": "sqrt(N)", "v": "1/N"}))
    for name, factor in {"M": np.sqrt(N), "M0": np.sqrt(N), "v": 1 / N, "v0": 1 / N, "W": 1, "W0": 1}.items():
        np.testing.assert_allclose(found[name], factor * arrays()[name], rtol=1e-6)


def test_without_initial_vectors_these_are_the_trained_ones(here):
    mine = entry(names={name: NAMES[name] for name in ("W0", "W", "M", "v")}, ignored=["M0", "v0"])
    found = imported(mine)
    np.testing.assert_array_equal(found["v0"], arrays()["v"])
    losses = importing.losses(found, spec_of(mine), tasks.of(spec_of(mine)))
    trials = evaluation.test_trials(spec_of(mine), tasks.of(spec_of(mine)), importing.TRIALS)
    (rank_0,) = evaluation.loss_by_rank(found, [0], spec_of(mine), trials)
    assert losses["initial_loss"] == pytest.approx(rank_0, rel=1e-6)


@pytest.mark.parametrize("suffix", ["npz", "safetensors", "pt"])
def test_each_format_gives_the_same_network(here, suffix):
    path = here / f"nets/0.{suffix}"
    if suffix == "safetensors":
        save_file(arrays(), path)
    if suffix == "pt":
        torch.save({name: torch.from_numpy(array) for name, array in arrays().items()}, path)
    found = imported(entry(files=f"nets/{{seed}}.{suffix}"))
    assert found["W"].tobytes() == arrays()["W"].tobytes()


class Recurrent(torch.nn.Module):
    """What the documentation trains."""

    def __init__(self, bias: bool = False):
        super().__init__()
        self.rnn = torch.nn.RNN(1, N, bias=bias, batch_first=True)
        self.readout = torch.nn.Linear(N, 2, bias=bias)


OF_TORCH = entry(files="nets/after.pt", initial="nets/before.pt", names="nn.RNN", orientation="to_from")


def save(network: torch.nn.Module, before: torch.nn.Module) -> None:
    torch.save(network.state_dict(), "nets/after.pt")
    torch.save(before.state_dict(), "nets/before.pt")


def test_the_outputs_are_those_of_pytorchs_rnn(here):
    torch.manual_seed(0)
    network, before = Recurrent(), Recurrent()
    save(network, before)
    spec = spec_of(OF_TORCH | {"dt": 1.0})
    found = imported(OF_TORCH | {"dt": 1.0})
    trials = tasks.of(spec).draw(np.random.default_rng(0), 5)
    vectors = found["M"], found["v"], trials.inputs, spec["dt"], None, spec["nonlinearity"]
    (ours,) = dynamics.outputs(found["W"][None], *vectors)
    with torch.no_grad():
        theirs = network.readout(network.rnn(torch.from_numpy(trials.inputs))[0]).numpy()
    assert np.abs(theirs).max() > 0.05
    np.testing.assert_allclose(ours, theirs, atol=1e-6)
    np.testing.assert_array_equal(found["W0"], before.rnn.weight_hh_l0.detach().numpy())


def test_the_example_of_the_documentation_trains_and_is_imported(here):
    script = block("docs/own_networks.md", '"""Train')
    assert len(script.splitlines()) <= 30
    (here / "train_rnn.py").write_text(script.replace("range(1000)", "range(2)"))
    environment = os.environ | {"PYTHONPATH": f"{fingerprint.SCRIPTS}"}
    subprocess.run([sys.executable, "train_rnn.py"], env=environment, capture_output=True, check=True)
    made = plan.make(workflow.merged(RAW, yaml.safe_load(block("docs/own_networks.md", "run: rnn"))))
    assert list(plan.specs_by_key(made)) == ["rnn/g0.577/seed0", "rnn/g0.577/seed1"]
    for spec in plan.specs_by_key(made).values():
        found = importing.weights(read(f"after-{spec['seed']}.pt", f"before-{spec['seed']}.pt"), spec, tasks.of(spec))
        assert foreign.strength([found["W0"]]) == pytest.approx(1 / np.sqrt(3), rel=0.02)
        assert 0 < np.abs(found["W"] - found["W0"]).max() < 0.01


def test_a_bias_is_refused_unless_it_is_zero_or_ignored(here):
    network = Recurrent(bias=True)
    save(network, network)
    with pytest.raises(UserError, match=r"^nets/after\.pt: rnn\.bias_ih_l0 is not zero and has no part in x' = -x"):
        imported(OF_TORCH)
    biases = ["bias_ih_l0", "bias_hh_l0", "readout.bias"]
    imported(OF_TORCH | {"imported": OF_TORCH["imported"] | {"ignored": biases}})
    for name, parameter in network.named_parameters():
        if "bias" in name:
            torch.nn.init.zeros_(parameter)
    save(network, network)
    imported(OF_TORCH)


# --- What cannot be used


class Malicious:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return open, ("harm", "w")


def of(**changes) -> dict[str, np.ndarray]:
    return arrays() | {name: np.asarray(value) for name, value in changes.items()}


def with_nan() -> dict[str, np.ndarray]:
    found = arrays()
    found["W"][3, 5] = np.nan
    return found


SHAPES = "as it is {} with orientation paper, n_neurons is 12, and the task romo has n_in = 1 and n_out = 2"
UNUSABLE = {
    r"nets/0.npz: W has shape (12, 11); expected (N, N) = (12, 12), " + SHAPES.format("W"): of(W=np.ones((12, 11))),
    r"nets/0.npz: M has shape (12, 3); expected (N, n_in) = (12, 1), " + SHAPES.format("M"): arrays(n_in=3),
    r"nets/0.npz: v has shape (12, 1); expected (N, n_out) = (12, 2), " + SHAPES.format("v"): arrays(n_out=1),
    "nets/0.npz: W holds nan at [3, 5]; expected finite numbers, as float32 has them": with_nan(),
    "nets/0.npz: M has the type complex128; expected real numbers": of(M=1j * np.ones((12, 1))),
    "nets/0.npz has no array 'W0'; it holds W, M, v": {name: arrays()[name] for name in "WMv"},
    "nets/0.npz holds Python objects in W, which are not read: save numbers": of(W=np.array(Malicious(), object)),
}


@pytest.mark.parametrize("sentence", UNUSABLE)
def test_an_array_that_cannot_be_used_is_one_sentence(here, sentence):
    np.savez("nets/0.npz", **UNUSABLE[sentence])
    with pytest.raises(UserError) as caught:
        imported(entry())
    assert str(caught.value) == sentence
    assert not (here / "harm").exists()


def pickled(value) -> bytes:
    return pickle.dumps(value)


def saved(value) -> bytes:
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


FILES = {
    "0.pt": {
        "holds more than tensors, which is not read: save model.state_dict()": saved({"W": Malicious()}),
        "holds more than tensors, which is not read: save model.state_dict() ": pickled(Malicious()),
        "holds more than tensors, which is not read: save model.state_dict()  ": saved(Recurrent()),
        "is not a state_dict, which maps names to tensors: save model.state_dict()": saved({"epoch": 3}),
        "is not a whole .pt file (": saved({"W": torch.ones(12, 12)})[:-100],
    },
    "0.npz": {"is not a whole .npz file (": b"PK\x03\x04", "is not a whole .npz file ( ": pickled(Malicious())},
    "0.safetensors": {"is not a whole .safetensors file (SafetensorError)": b"\x00" * 20},
    "0.mat": {"is not a network: expected a file named .safetensors, .npz, .pt, .pth": b""},
}


@pytest.mark.parametrize(("name", "sentence"), [(name, text) for name in FILES for text in FILES[name]])
def test_a_file_that_cannot_be_used_is_one_sentence_and_runs_nothing(here, name, sentence):
    with pytest.raises(UserError) as caught:
        foreign.arrays(FILES[name][sentence], f"nets/{name}")
    assert str(caught.value).startswith(f"nets/{name} {sentence.strip()}")
    assert "\n" not in str(caught.value)
    assert not (here / "harm").exists()


BAD_ENTRIES = {
    "tasks.mine.epochs is not a key of the config": entry() | {"epochs": 3},
    "tasks.mine.dt is missing": {key: value for key, value in entry().items() if key != "dt"},
    "tasks.mine.imported.orientation = 'torch': input should be 'paper', 'to_from' or 'from_to'": entry(
        orientation="torch"
    ),
    "tasks.mine.imported.scale.v = '2': input should be '1', 'sqrt(N)', '1/sqrt(N)' or '1/N'": entry(
        scale={"M": 1, "v": 2}
    ),
    "tasks.mine.imported.nmes is not a key of the config: did you mean names?": entry(nmes={}),
    "tasks.mine.imported: W0 is missing: name it under `names`, or the untrained network's file under `initial`": entry(
        names="nn.RNN"
    ),
    "tasks.mine.imported: nets/1.npz cannot be read: there is no such file": entry() | {"seeds": [0, 1]},
    "tasks.mine.imported: files names nets/0.npz for both g0.9/seed0 and g0.9/seed1: put {g} and {seed} into it": entry(
        files="nets/0.npz"
    )
    | {"seeds": [0, 1]},
    "figures.fig1.seed = 0 is not one of tasks.mine.seeds = [2]": entry(files="nets/0.npz") | {"seeds": [2]},
}


@pytest.mark.parametrize("sentence", BAD_ENTRIES)
def test_an_entry_that_cannot_be_used_is_one_sentence(here, sentence):
    with pytest.raises(UserError) as caught:
        validated(config(BAD_ENTRIES[sentence]))
    _, line = str(caught.value).splitlines()
    assert line.strip().startswith(sentence)


def test_an_unknown_g_is_that_of_the_initial_connectivity(here):
    np.savez("nets/1.npz", **arrays(1))
    mine = entry() | {"g": None, "seeds": [0, 1]}
    strength = np.sqrt(N) * np.std([arrays(seed)["W0"] for seed in (0, 1)])
    fig1 = {"tasks": ["mine"], "g": [round(strength, 2)], "trial_g": round(strength, 2)}
    raw = config(mine)
    raw["figures"]["fig1"] |= fig1
    made = plan.make(raw)
    assert list(plan.specs_by_key(made)) == [f"mine/g{strength:.2f}/seed{seed}" for seed in (0, 1)]
    assert made["raw"]["tasks"]["mine"]["g"] == [round(strength, 2)]
    again = plan.make(made["raw"])
    for path in (here / "nets").iterdir():
        path.unlink()  # a run's recorded config needs no files
    assert plan.make(made["raw"]) == again


def test_an_entry_like_one_with_files_has_its_files_and_a_run_records_them(here):
    raw = config(entry())
    raw["tasks"]["again"] = {"like": "mine", "seeds": [0], "dt": 0.25}
    made = plan.make(raw)
    mine, again = made["config"]["tasks"]["mine"], made["config"]["tasks"]["again"]
    assert again["imported"] == mine["imported"]
    assert (again["dt"], mine["dt"]) == (0.25, 0.5)
    (here / "nets/0.npz").unlink()  # a run's recorded config needs no files
    assert plan.make(made["raw"])["config"]["tasks"] == made["config"]["tasks"]


# --- Names


def test_content_and_reading_name_a_network_and_its_files_place_does_not(here):
    first = spec_of(entry())
    (here / "nets").rename("others")
    assert spec_of(entry(files="others/{seed}.npz")) == first
    assert spec_of(entry(files="others/{seed}.npz", scale={"M": 1, "v": "1/N"})) != first
    np.savez("others/0.npz", **arrays(1))
    assert spec_of(entry(files="others/{seed}.npz")) != first


def test_the_code_in_its_name_is_that_which_reads_and_judges_it(here):
    found = fingerprint.closure(orders.trained_by(validated(config(entry()))["tasks"]["mine"]))
    expected = ["core", "core.errors", "core.streams", "jobs", "jobs.importing", "store", "store.foreign", "tasks"]
    expected += ["analysis", "analysis.connectivity", "analysis.dynamics", "analysis.evaluation", "tasks.base"]
    expected += ["tasks.romo", "compiled", "compiled.network", "compiled.outputs"]
    assert set(found) == {"lowrank", *(f"lowrank.{name}" for name in expected)}


# --- In a run


MINE = "mine/g0.9/seed0"


@pytest.fixture(scope="module")
def own(finished_small, tmp_path_factory):
    """A run of one trained network and the same one imported, and its archive; not to be changed."""

    def make(folder) -> None:
        workflow.copy(finished_small, folder)
        trained = workflow.network(folder, "romo/g0.9/seed0")
        _, weights = checkpoint.read(trained, trained.stem.rpartition("-")[2])
        (folder / "nets").mkdir()
        np.savez(folder / "nets/0.npz", **weights)
        configure(folder, tasks={"mine": entry()}, figures={"fig1": {"tasks": ["mine"]}, "fig2": {"tasks": ["mine"]}})
        jobs = run(folder, "all", "compute", "archive")
        assert {name for name in jobs.names if name.endswith(MINE)} == {
            f"{rule} {MINE}" for rule in ("import_networks", "truncate", "shuffle", "spectrum", "trials")
        }

    return once(tmp_path_factory, "own", make)


def rows(folder, table: str, task: str) -> dict:
    found = pq.read_table(folder / f"results/tiny/tables/{table}.parquet").to_pandas()
    return found[found["task"] == task].drop(columns="task").reset_index(drop=True)


def test_an_imported_network_is_the_one_in_the_file(own):
    paths = (workflow.network(own, key) for key in (MINE, "romo/g0.9/seed0"))
    found, expected = (checkpoint.read(path, path.stem.rpartition("-")[2])[1] for path in paths)
    assert {name: array.tobytes() for name, array in found.items()} == {
        name: array.tobytes() for name, array in expected.items()
    }
    assert rows(own, "spectrum", "mine").equals(rows(own, "spectrum", "romo"))


def test_its_measures_are_in_every_table_and_what_is_not_known_is_null(own):
    for table in ("truncation", "shuffle", "trials"):
        assert len(rows(own, table, "mine")) == len(rows(own, table, "romo"))
    summary = pq.read_table(own / "results/tiny/tables/summary.parquet").to_pandas()
    assert set(means.converged(summary)["task"]) == {"mine"}, "21 epochs are too few for the other one"
    (row,) = rows(own, "summary", "mine").to_dict("records")
    (history,) = rows(own, "history", "mine").to_dict("records")
    assert (history["epoch"], history["loss"]) == (0, row["initial_loss"])
    assert row["norm_dW"] == rows(own, "summary", "romo")["norm_dW"].item()
    assert {name for name, value in row.items() if value != value or value is None} >= {"epochs", "convergence_epoch"}
    assert row["reason"].startswith("imported: its training is not known")
    assert 0 < row["final_loss"] < 1
    for name in ("fig1", "fig2"):
        assert (own / f"results/tiny/figures/{name}.pdf").exists()
    assert f"train,{MINE},tiny," in (own / "results/tiny/compute.csv").read_text()


def test_explain_says_which_file_it_is_and_how_it_was_read(own, monkeypatch):
    monkeypatch.chdir(own)
    page = re.sub(r"\s+", " ", explain(MINE, Run("tiny")))
    total = hashlib.sha256((own / "nets/0.npz").read_bytes()).hexdigest()
    assert f"imported trained: 0.npz, SHA-256 {total}" in page
    assert "orientation paper; scale M 1, v 1" in page
    assert "this checkout gives the same (lowrank.jobs.importing, lowrank.tasks.romo" in page


def test_in_a_notebook_it_is_like_any_other_but_for_training(own, here):
    network = lowrank.load("mine", g=0.9, seed=0, run="tiny", root=own)
    expected = rows(own, "truncation", "mine")
    assert [network.truncated(rank).loss() for rank in expected["rank"]] == list(expected["loss"])
    (here / "config.yaml").write_text(yaml.safe_dump(config(entry())))
    with pytest.raises(UserError, match=r"the networks of mine are imported, not trained"):
        lowrank.train("mine", g=0.9, root=here)


def test_claims_about_learning_are_not_tested_on_imported_networks():
    summary = pd.DataFrame({"task": ["romo"], "g": [0.0], "epochs": [None], "convergence_epoch": [None]})
    with pytest.raises(NotTested, match="the networks of romo are imported: their training is not known"):
        all_learn(claims.Run({"summary": summary}, {"romo": {}}))


def test_below_a_prefix_paths_are_those_of_the_folder_where_the_user_is(here):
    raw = config(entry(initial="nets/before.npz"))
    found = folders.with_absolute_paths(raw)["tasks"]["mine"]["imported"]
    assert (found["files"], found["initial"]) == (f"{here}/nets/{{seed}}.npz", f"{here}/nets/before.npz")
    assert found["names"] == NAMES


def test_a_network_whose_losses_are_others_is_found(own):
    path = workflow.network(own, MINE)
    about, weights = checkpoint.read(path, path.stem.rpartition("-")[2])
    facts = {"machine": origin.machine()}
    assert reproduce.judged_again("it", about, weights, facts)[0] == []
    other = about | {"final_loss": 2 * about["final_loss"]}
    (finding,) = reproduce.judged_again("it", other, weights, facts)[0]
    assert finding == "it: imported; its losses, computed again, differ"


def test_its_archive_holds_the_network_names_the_file_and_is_verified(own, tmp_path):
    with zipfile.ZipFile(own / "results/tiny/archive/tiny.zip") as archive:
        archive.extractall(tmp_path)
    written = yaml.safe_load((tmp_path / "run.yaml").read_text())["tasks"]["mine"]["imported"]
    assert written["sha256"] == {"g0.9/seed0": [hashlib.sha256((own / "nets/0.npz").read_bytes()).hexdigest()]}
    assert written["files"] == "{seed}.npz"
    assert not list(tmp_path.rglob("*.npz"))
    assert planned(tmp_path, "--replace-workflow-config", configfile="run.yaml").names == set()
    command = [sys.executable, "verify.py", "--retrain", "2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(rf"{MINE}-\w+\.safetensors: imported, not trained here; its losses, computed again,", done.stdout)
    network = workflow.network(tmp_path, MINE).relative_to(tmp_path)
    assert f"{network}" in json.loads((tmp_path / "archive.json").read_text())["networks"]["files"]


def test_a_renamed_file_reruns_nothing_and_a_changed_one_just_what_depends_on_it(own, tmp_path):
    project = workflow.copy(own, tmp_path / "project")
    (project / "nets").rename(project / "others")
    configure(project, tasks={"mine": {"imported": {"files": "others/{seed}.npz"}}})
    assert planned(project).names == set()
    np.savez(project / "others/0.npz", **arrays(1))
    names = planned(project).names
    measured = {f"{rule} {MINE}" for rule in ("import_networks", "truncate", "shuffle", "spectrum", "trials")}
    gathered = {f"gather {table}" for table in ("history", "truncation", "shuffle", "spectrum", "trials")}
    assert names >= measured | gathered | {"summary", "fig1", "fig2", "claims"}
    assert not {name for name in names if "romo" in name}
    assert planned(project, "--config", "stack=5").names >= {"train_1_mine", "truncate_1_mine"}
    np.savez(project / "others/0.npz", **of(M=np.ones((N, 3))))
    assert f"others/0.npz: M has shape ({N}, 3); expected (N, n_in) = ({N}, 1)" in refused(project)
