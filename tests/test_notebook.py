"""The library in a notebook: networks, tables and figures of a run by name, and training."""

import subprocess
import sys
from dataclasses import dataclass, replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import lowrank
from lowrank import notebook
from lowrank.core.errors import UserError
from lowrank.core.spec import digest
from lowrank.tasks.base import Task, Trials
from workflow import ROOT, library


@dataclass(frozen=True)
class Hold(Task):
    """Hold the sign of a pulse."""

    n_in = 1
    n_out = 1
    phases = ("all",)

    duration: float
    amplitude: float

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        shape = (n_trials, self.steps("duration"), 1)
        inputs = np.zeros(shape, np.float32)
        inputs[:, 0] = rng.choice([-1, 1], (n_trials, 1))
        targets = (self.amplitude * inputs[:, :1].repeat(shape[1], axis=1)).astype(np.float32)
        return Trials(inputs, targets, np.ones(shape, bool), np.zeros(shape[:2], np.uint8))


@dataclass(frozen=True)
class Flat(Hold):
    """One whose trials have a shape that training does not take."""

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        trials = super().draw(rng, n_trials)
        return replace(trials, inputs=trials.inputs[..., 0])


NETWORK = {"task": "romo", "g": 0.9, "seed": 1}


@pytest.fixture(scope="module")
def network(finished) -> lowrank.Network:
    return lowrank.load("romo", g=0.9, seed=1, run="tiny", root=finished)


def rows(finished, table: str) -> pd.DataFrame:
    """The rows of a table about the network."""
    frame = pq.read_table(finished / f"results/tiny/tables/{table}.parquet").to_pandas()
    return frame[(frame["task"] == "romo") & (frame["g"] == 0.9) & (frame["seed"] == 1)]


def test_a_network_by_name(network, finished):
    assert {name: network.spec[name] for name in NETWORK} == NETWORK
    (file,) = rows(finished, "summary")["network"]
    assert digest(network.spec) in file
    np.testing.assert_array_equal(network.dW, network.W - network.W0)
    assert (network.W.shape, network.M.shape, network.v.shape) == ((12, 12), (12, 1), (12, 2))
    assert network.task.n_out == 2
    assert len(network.history) == 21
    assert list(network.history.columns) == list(lowrank.columns("history").index)
    assert repr(network) == "<romo, g = 0.9, seed 1: N = 12>"


def test_truncated_it_has_the_losses_of_the_table(network, finished):
    expected = rows(finished, "truncation")
    assert [network.truncated(rank).loss() for rank in expected["rank"]] == list(expected["loss"])


def test_shuffled_it_has_the_losses_of_the_table(network, finished):
    expected = rows(finished, "shuffle")
    found = [network.shuffled(repetition).loss() for repetition in expected["repetition"]]
    assert found == list(expected["loss"])
    np.testing.assert_allclose(network.shuffled().dW, network.dW, atol=1e-6)
    assert sorted(network.shuffled().W0.ravel()) == sorted(network.W0.ravel())


def test_the_functional_rank_is_where_the_truncated_loss_first_falls_below(network):
    losses = [network.truncated(rank).loss() for rank in range(13)]
    for threshold in (0.05, 0.5, 0.99):
        below = [rank for rank, loss in enumerate(losses) if rank and loss < threshold * losses[0]]
        assert network.functional_rank(threshold) == (below[0] if below else None)


def test_singular_values_are_those_of_the_table(network, finished):
    expected = rows(finished, "spectrum").query("matrix == 'dW'")["singular_value"]
    np.testing.assert_array_equal(network.singular_values, expected)


def test_rates_and_outputs_give_the_loss(network):
    trials = network.trials(5)
    rates, outputs = network.run(trials)
    assert rates.shape == (5, trials.inputs.shape[1], 12)
    np.testing.assert_allclose(outputs, rates @ network.v, atol=1e-6)
    error = (outputs.astype(float) - trials.targets) * trials.mask
    assert network.loss(trials) == pytest.approx((error**2).sum() / (2 * trials.mask.sum()), rel=1e-5)


def test_altered_networks_say_so(network):
    assert repr(network.truncated(1)).endswith("N = 12, dW truncated to rank 1>")
    assert repr(network.shuffled(3).truncated(2)).endswith("W0 shuffled, permutation 3, dW truncated to rank 2>")
    assert network.truncated(12).loss() == pytest.approx(network.loss(), rel=1e-5)
    with pytest.raises(ValueError, match=r"rank = 13 is not between 0 and N = 12"):
        network.truncated(13)


def test_a_table_with_nullable_integers_and_their_meaning(finished):
    summary = lowrank.table("summary", run="tiny", root=finished)
    assert summary["functional_rank"].dtype == "Int64"
    assert summary["seed"].dtype == "Int64"
    assert (
        summary["functional_rank"].isna().sum()
        == pq.read_table(finished / "results/tiny/tables/summary.parquet")["functional_rank"].null_count
    )
    about = lowrank.columns("summary")
    assert list(about.index) == list(summary.columns)
    assert about.loc["functional_rank", "meaning"].startswith("smallest rank")


def test_a_figure_is_drawn_as_in_the_run(finished, tmp_path):
    figure = lowrank.draw("fig2", run="tiny", root=finished)
    assert [text.get_text() for ax in figure.axes for text in ax.texts if text.get_text()] == [
        "(a)",
        "(b)",
        "(c)",
        "(d)",
    ]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda root: lowrank.load("rmo", 0.9, run="tiny", root=root), "no network of task rmo: did you mean romo?"),
        (lambda root: lowrank.load("romo", 0.8, run="tiny", root=root), "no network of g 0.8: did you mean 0.9?"),
        (lambda root: lowrank.load("romo", 0.9, 7, run="tiny", root=root), r"no network of seed 7 \(known: 0, 1\)"),
        (lambda root: lowrank.load("romo", 0.9, run="tniy", root=root), "no run 'tniy' in .*: did you mean tiny?"),
        (lambda root: lowrank.table("sumary", run="tiny", root=root), "no table 'sumary': did you mean summary?"),
        (lambda root: lowrank.draw("fig22", run="tiny", root=root), "no figure 'fig22': did you mean fig2?"),
        (lambda root: lowrank.columns("sumary"), "no table 'sumary': did you mean summary?"),
        (lambda root: lowrank.train("rmo", 0.9), "no task 'rmo': did you mean romo?"),
        (lambda root: lowrank.train("romo", 0.9, epoch=3), "tasks.romo.epoch is not a key of the config: did you mean"),
    ],
)
def test_an_unknown_name_is_one_sentence_with_the_nearest(finished, call, sentence):
    with pytest.raises(UserError, match=sentence):
        call(finished)


def test_training_gives_the_network_of_the_workflow(finished, network, capsys):
    changes = {"epochs": 21, "n_neurons": 12, "batch": 4}
    trained = lowrank.train("romo", 0.9, 1, **changes)
    assert trained.spec == network.spec
    for name in ("W0", "W", "M", "v"):
        np.testing.assert_array_equal(trained.weights[name], network.weights[name])
    pd.testing.assert_frame_equal(trained.history, network.history, check_dtype=False)
    assert "epoch 21 of 21" in capsys.readouterr().err


def test_on_a_task_that_the_notebook_defines():
    """It takes the same way as a task in a file: with its trials checked, and the same network each time."""
    numbers = {"duration": 4, "amplitude": 0.5, "n_neurons": 8, "epochs": 3, "batch": 4, "progress": False}
    first = lowrank.train(Hold, 0.9, **numbers)
    again = lowrank.train(Hold, 0.9, **numbers)
    np.testing.assert_array_equal(first.W, again.W)
    assert first.spec["task"] == "hold"
    assert np.isfinite(first.truncated(2).loss())
    assert first.trials(3).inputs.shape == (3, 8, 1)
    with pytest.raises(UserError, match=r"tasks\.hold\.amplitude = nan: input should be a finite number"):
        lowrank.train(Hold, 0.9, **numbers | {"amplitude": float("nan")})
    with pytest.raises(UserError, match=r"tasks\.flat: inputs has shape \(8, 8\); expected \(trials, steps, n_in\)"):
        lowrank.train(Flat, 0.9, **numbers)


def test_a_task_of_a_notebook_takes_no_name_of_a_file():
    class Romo(Hold):
        pass

    with pytest.raises(ValueError, match="there is a task romo already: give the class Romo another name"):
        lowrank.train(Romo, 0.9)


def test_sliders_show_a_figure_for_each_combination():
    drawn = []

    def draw(g, target):
        drawn.append((g, target))
        return plt.figure(figsize=(g + 1, target))

    shown = lowrank.sliders(draw, g=[0, 1], target=[1, 2, 3])._repr_html_()
    assert drawn == [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 3)]
    assert (shown.count("<img"), shown.count('type="range"')) == (6, 2)
    assert plt.get_fignums() == []


def test_importing_it_loads_nothing_that_jobs_do_not_need():
    code = "import sys, lowrank; assert not {'torch', 'pandas', 'matplotlib', 'numpy'} & set(sys.modules); lowrank.load"
    subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(library(ROOT).parent)}, check=True)


def test_an_attribute_that_is_not_there():
    with pytest.raises(AttributeError, match="module 'lowrank' has no attribute 'lod'"):
        lowrank.lod  # noqa: B018
    assert set(lowrank.NOTEBOOK) <= set(dir(lowrank))
    assert set(lowrank.NOTEBOOK) == set(notebook.__all__)


def test_through_a_link_as_in_the_environment_it_trains(tmp_path):
    """The code's fingerprint is that of the clone, not of the folder of the link, which has other packages beside."""
    (tmp_path / "lowrank").symlink_to(library(ROOT))
    code = "import lowrank; print(lowrank.train('romo', 0.9, epochs=2, n_neurons=8, batch=4).spec['code'])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=True)
    here = lowrank.train("romo", 0.9, epochs=2, n_neurons=8, batch=4, progress=False)
    assert done.stdout.strip() == here.spec["code"]


def test_the_environment_finds_it_from_any_folder():
    """The link that `make .venv/ready` makes; with -I neither the folder nor PYTHONPATH counts."""
    code = "import lowrank; print(lowrank.__file__)"
    done = subprocess.run([sys.executable, "-Ic", code], cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout.endswith("workflow/scripts/lowrank/__init__.py\n") or "site-packages/lowrank" in done.stdout


def test_a_network_of_arrays_is_the_network_that_they_are_from(finished, network):
    """Its losses, also truncated and shuffled, are those of the network, given its stream of permutations."""
    changes = {"dt": 0.5, "g": 0.9, "seed": 1}
    weights = {name: network.weights[name] for name in ("W0", "W", "M", "v")}
    found = replace(lowrank.from_arrays("romo", **weights, **changes), n_trials=network.n_trials)
    assert [found.loss(), found.truncated(1).loss(), found.shuffled(2).loss()] == [
        network.loss(),
        network.truncated(1).loss(),
        network.shuffled(2).loss(),
    ]
    assert lowrank.from_arrays("romo", **weights, dt=0.5).spec["g"] == pytest.approx(0.9, abs=0.1)


def test_arrays_that_are_no_network_are_one_sentence(network):
    weights = {name: network.weights[name] for name in ("W0", "W", "M", "v")}
    for wrong, sentence in (
        ({"v": network.v.T}, r"v has shape \(2, 12\); expected \(N, n_out\) = \(12, 2\)"),
        ({"W": network.W[:5]}, r"W has shape \(5, 12\); expected \(N, N\) = \(12, 12\)"),
        ({"M": network.M * np.nan}, "M holds nan at"),
    ):
        with pytest.raises(UserError, match=sentence):
            lowrank.from_arrays("romo", **weights | wrong, dt=0.5)
