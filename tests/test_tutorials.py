"""The tutorials run from beginning to end, here at a tiny size; `make docs` runs them as they are."""

import runpy

import matplotlib.pyplot as plt
import pytest

import lowrank
from workflow import ROOT

TUTORIALS = sorted((ROOT / "docs/tutorials").glob("*.nb.py"))
TINY = {"n_neurons": 12, "epochs": 4, "batch": 4, "progress": False}


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda path: path.name.partition(".")[0])
def test_a_tutorial_runs(tutorial, monkeypatch, capsys):
    train, trained = lowrank.train, []

    def small(task, g, **changes):
        batch = {} if str(task).startswith("linear") else {"batch": TINY["batch"]}
        trained.append(train(task, g, **changes | TINY | {"batch": 1} | batch))
        return trained[-1]

    monkeypatch.setattr(lowrank, "train", small, raising=False)
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    runpy.run_path(str(tutorial), {"__name__": "tutorial"})
    plt.close("all")
    assert trained
    assert capsys.readouterr().out
