"""The published figures as a run: their digitised curves in tables like ours, so that the same rules can judge them.

A published mean takes the place of one network, seed 0. What a picture does not show is missing. Each point can be off
by the error of reading it, so the figures are taken several times, with errors drawn at random.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from .. import theory
from ..comparison import fig2, fig4, fig5, figS_size
from ..comparison.base import TASKS
from ..core.streams import named
from .base import Run

N, N_LINEAR, N_LSTM = 256, 1024, 256
NOT_CONVERGED = {"flipflop": [2.1], "mante": [2.7], "romo": [0.6]}  # g without a marker in Figure 2
OFF_SCALE = {("romo", 0.3): 2900.0}  # convergence epoch, by the slope of the line that leaves the axis of Figure 2 a
FIRST_OF_ROMO = 2.46  # s1 at g = 0, by the slope of the line that leaves the axis of Figure 1 i
FINAL_ACCURACY = 0.788  # of the LSTM, the horizontal line of Figure 5 b
STEP_OF_RANK = 0.2  # mean functional ranks of five networks are multiples of it
READINGS = 10  # times that the figures are taken, at most


def runs(points: Iterable[pd.DataFrame], tables: Mapping[str, pd.DataFrame], count: int) -> list[Run]:
    """Return the published run, first as read, then with errors, `count` times or fewer.

    `points` are as from `comparison.published.read`; the theory is that of `tables`.
    """
    by_figure = {figure: rows for each in points for figure, rows in each.groupby("figure")}
    rng, found = named("errors of reading"), [_run(by_figure, tables)]
    while len(found) < min(count, READINGS):
        off = {
            figure: rows.assign(published=rows["published"] + rows["error"].fillna(0) * rng.standard_normal(len(rows)))
            for figure, rows in by_figure.items()
        }
        found.append(_run(off, tables))
    return found


def _run(by_figure: Mapping[str, pd.DataFrame], tables: Mapping[str, pd.DataFrame]) -> Run:
    sizes = _sizes(by_figure["S_size"])
    found = {
        "summary": pd.concat([_summary(by_figure["2"]), _linear_summary(by_figure["4"]), sizes], ignore_index=True),
        "history": _history(by_figure["3"]),
        "spectrum": _spectrum(by_figure["1"]),
        "sentiment_spectrum": _sentiment_spectrum(by_figure["5"]),
        "sentiment_truncation": _sentiment_truncation(by_figure["5"]),
        "sentiment_history": pd.DataFrame({"seed": [0], "epoch": [0], "validation_accuracy": [FINAL_ACCURACY]}),
    }
    found |= {name: table for name, table in tables.items() if name == "theory"}
    named = dict(zip(sizes["task"], sizes["n_neurons"], strict=True)) | dict.fromkeys(TASKS.values(), N)
    tasks = {name: {"module": name.partition("_")[0], "n_neurons": int(n), "numbers": {}} for name, n in named.items()}
    tasks |= {
        _linear(target): {"module": "linear", "n_neurons": N_LINEAR, "numbers": {"target": target}}
        for target in sorted(by_figure["3"]["target"].unique())
    }
    return Run(found, tasks)


def _linear(target: float) -> str:
    return f"linear_z{target}"


def _wide(rows: pd.DataFrame, columns: dict[str, str], by: list[str]) -> pd.DataFrame:
    """Return one row per point of the figure, with the panels as columns."""
    rows = rows[rows["panel"].isin(list(columns))].assign(column=lambda each: each["panel"].map(columns))
    return rows.pivot(index=by, columns="column", values="published").reset_index().assign(seed=0)


def _summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Figure 2: the summary of the three tasks, in units of L0."""
    found = _wide(rows, fig2.MEASURES, ["series", "g"])
    found["task"] = found.pop("series").map(TASKS)
    found["functional_rank"] = (found["functional_rank"] / STEP_OF_RANK).round() * STEP_OF_RANK
    absent = [{"task": task, "g": g, "seed": 0} for task, every in NOT_CONVERGED.items() for g in every]
    found = pd.concat([found, pd.DataFrame(absent)], ignore_index=True)
    for (task, g), epoch in OFF_SCALE.items():
        found.loc[(found["task"] == task) & np.isclose(found["g"], g), "convergence_epoch"] = epoch
    return found.assign(initial_loss=1.0, n_neurons=N, norm_W0=np.sqrt(N) * found["g"])


def _linear_summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Figure 4: the summary of the linear networks; times and norms in units of their mean at g = 0."""
    found = _wide(rows, fig4.MEASURES, ["target", "g"])
    found["shuffled_loss"] *= found["target"] ** 2 / 2
    return found.assign(task=found["target"].map(_linear), n_neurons=N_LINEAR).drop(columns="target")


def _sizes(rows: pd.DataFrame) -> pd.DataFrame:
    """The supplement's figure on size: networks with other N, as tasks of their own."""
    found = _wide(rows[rows["x"] != N], figS_size.MEASURES, ["series", "g", "x"])
    found["n_neurons"] = found.pop("x").astype(int)
    found["task"] = found.pop("series").map(TASKS) + "_N" + found["n_neurons"].astype(str)
    return found


def _history(rows: pd.DataFrame) -> pd.DataFrame:
    """Figure 3 d, e: s1 and s2 over the learning time, both where s1 was read."""
    parts = []
    for (target, g), curves in rows[rows["panel"].isin(["d", "e"])].groupby(["target", "g"]):
        first, second = (curves[curves["series"] == f"{name} sim"].sort_values("x") for name in ("s1", "s2"))
        values = {"s1": first["published"], "s2": np.interp(first["x"], second["x"], second["published"])}
        tau = first["x"] / theory.effective_time(1, g)
        parts.append(pd.DataFrame(values | {"tau": tau, "epoch": range(len(first)), "g": g, "task": _linear(target)}))
    return pd.concat(parts, ignore_index=True).assign(seed=0)


def _spectrum(rows: pd.DataFrame) -> pd.DataFrame:
    """Figure 1 g-i: the first eleven singular values of dW."""
    rows = rows[rows["panel"].isin(list("ghi"))]
    found = pd.DataFrame({"task": rows["series"].map(TASKS), "g": rows["g"], "index": rows["x"].astype(int)})
    found["singular_value"] = rows["published"]
    first = pd.DataFrame([{"task": "romo", "g": 0.0, "index": 1, "singular_value": FIRST_OF_ROMO}])
    return pd.concat([first, found], ignore_index=True).assign(seed=0, matrix="dW")


def _sentiment_spectrum(rows: pd.DataFrame) -> pd.DataFrame:
    """Figure 5 a: singular values of the LSTM's layer 2, at all ranks between those that were read."""
    index = np.arange(1, N_LSTM + 1)
    parts = [
        pd.DataFrame({"matrix": fig5.MATRICES[series], "index": index, "singular_value": _at(curve, index - 1)})
        for series, curve in rows[rows["panel"] == "a"].groupby("series")
    ]
    return pd.concat(parts, ignore_index=True).assign(seed=0, weight="W2")


def _sentiment_truncation(rows: pd.DataFrame) -> pd.DataFrame:
    """Figure 5 b: accuracies at all ranks between those that were read."""
    rank = np.arange(N_LSTM)
    parts = [
        pd.DataFrame({"truncated": fig5.TRUNCATED[series], "rank": rank, "accuracy": _at(curve, rank)})
        for series, curve in rows[rows["panel"] == "b"].groupby("series")
    ]
    return pd.concat(parts, ignore_index=True).assign(seed=0)


def _at(curve: pd.DataFrame, x: np.ndarray) -> np.ndarray:
    curve = curve.sort_values("x")
    return np.interp(x, curve["x"], curve["published"])
