"""The tutorials run from beginning to end, here at a tiny size; `make docs` runs them as they are."""

import matplotlib.pyplot as plt
import pytest

import lowrank
from workflow import ROOT

TUTORIALS = sorted((ROOT / "docs/tutorials").glob("*.nb.py"))
TINY = {"n_neurons": 12, "epochs": 4, "batch": 4, "progress": False}


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda path: path.name.partition(".")[0])
def test_a_tutorial_runs(tutorial, monkeypatch, capsys):
    train = lowrank.train

    def small(task, g, **changes):
        batch = {} if str(task).startswith("linear") else {"batch": TINY["batch"]}
        return train(task, g, **changes | TINY | {"batch": 1} | batch)

    monkeypatch.setattr(lowrank, "train", small, raising=False)
    source = tutorial.read_text(encoding="utf-8").replace("EPOCHS = 1000", "EPOCHS = 2").replace("N = 64", "N = 16")
    monkeypatch.setattr(plt, "show", lambda: plt.close("all"))
    exec(compile(source, tutorial, "exec"), {"__name__": "tutorial"})
    plt.close("all")
    assert capsys.readouterr().out
