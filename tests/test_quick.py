"""The quick preset shows the paper's effects: its flip-flop networks, really trained, measured and tabulated."""

import json
from pathlib import Path

import pandas as pd
import pytest

import workflow
from once import once

WITHOUT = (
    *("mante", "romo", "linear_z2.0", "linear_z0.5_subtracted", "linear_z2.0_subtracted", "flipflop_N"),
    *("divergence_z2.0", "divergence_z4.0", "cosine", "cosine_g0.4", "cosine_g0.8"),
)
ONLY = {"flipflop": {"g": [0.0, 0.9]}} | {name: {"left_out": True} for name in WITHOUT}


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> pd.DataFrame:
    """The flip-flop's and one linear task's part of the preset's summary, a row a network."""
    target = "results/quick/tables/summary.parquet"

    def make(folder: Path) -> None:
        workflow.copy_sources(folder)
        changes = ("--config", f"tasks={json.dumps(ONLY)}", "sentiment=null")
        run = workflow.start(folder, target, "--cores", "2", *changes, configfile="workflow/presets/quick.yaml")
        assert run.returncode == 0, run.stdout

    return pd.read_parquet(once(tmp_path_factory, "quick", make) / target)


@pytest.fixture
def summary(both) -> pd.DataFrame:
    return both[both["task"] == "flipflop"]


def test_linear_networks_scale_with_g_as_the_theory_says(both):
    """Figure 4 a, b to first order, to a fourth of their values at g = 0: N is small."""
    linear = both[both["task"] == "linear_z0.5"].groupby("g")[["convergence_tau", "norm_dW"]].mean()
    g, scaled = linear.index.to_numpy(), linear / linear.loc[0.0]
    assert abs(scaled["convergence_tau"] - (1 - g**2) ** 2).max() < 0.25
    assert abs(scaled["norm_dW"] - (1 - g**2)).max() < 0.25


def test_the_change_is_of_low_functional_rank(summary):
    assert (summary["functional_rank"] <= 10).all()


def test_initial_connectivity_accelerates_learning(summary):
    epochs = summary.groupby("g")["convergence_epoch"].mean()
    assert epochs[0.9] < epochs[0.0]


def test_shuffling_w0_destroys_what_was_learnt_unless_there_is_none(summary):
    shuffled = (summary["shuffled_loss"] / summary["initial_loss"]).groupby(summary["g"])
    assert shuffled.min()[0.9] > 0.5
    assert shuffled.max()[0.0] < 0.2


def test_the_change_is_smaller_where_w0_amplifies_it(summary):
    norm = summary.groupby("g")["norm_dW"].mean()
    assert norm[0.9] < norm[0.0]
