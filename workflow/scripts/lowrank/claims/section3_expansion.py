"""Section 3: the time course of learning compared with the expansion to third order (Fig. 3)."""

from functools import cache

import numpy as np

from .. import theory
from .base import NotTested, Result, Run, claim, formatted, mean
from .section3 import MEASURED_G, each, last, targets


def against_theory(run: Run, columns: dict[str, str], until: float, scale) -> Result:
    """Compare means over seeds with third order up to an effective time; allow for the last term and for noise."""

    def rule(task: str) -> Result:
        target, worst = targets(run)[task], 0.0
        noise = 4 / np.sqrt(run.tasks[task]["n_neurons"])
        for g in MEASURED_G:
            second, third = (run.rows("theory", target=target, g=g, order=n).sort_values("tau") for n in (2, 3))
            for measured, predicted in columns.items():
                means = run.rows("history", task=task, g=g).groupby("tau")[measured].mean()
                means = means[theory.effective_time(means.index, g) < until]
                expected, before = (np.interp(means.index, t["tau"], t[predicted]) for t in (third, second))
                room = np.abs(expected - before) + noise * scale(target, g)
                worst = max(worst, float((np.abs(means - expected) / room).max()))
        return Result(f"{worst:.2f} times what is allowed, at most", worst < 1, {"": worst})

    return each(run, rule)


LAST_TERM = "a series is as good as its last term; and deviations of order 1/sqrt(N), four of them"


@claim(
    35,
    "3",
    "The expansion to third order gives the output during the first half of learning (Eq. 15).",
    expected="z up to tau~ = 0.5 is that of the third order",
    tolerance="the size of the third-order term, and 4/sqrt(N) of z^",
    reason=LAST_TERM,
    source="history: readout at g = 0 and 0.6; theory: orders 2 and 3",
)
def readout_follows(run: Run) -> Result:
    return against_theory(run, {"readout": "readout"}, 0.5, lambda target, g: target)


@claim(
    36,
    "3",
    "The expansion to third order gives the singular values during the first half of learning (Eq. 14).",
    expected="s1 and s2 up to tau~ = 0.5 are those of the third order",
    tolerance="the size of the third-order term, and 4/sqrt(N) of z^/beta",
    reason=LAST_TERM,
    source="history: s1, s2 at g = 0 and 0.6; theory: orders 2 and 3",
    published="3 d, e",
)
def values_follow(run: Run) -> Result:
    return against_theory(run, {"s1": "s1", "s2": "s2"}, 0.5, lambda target, g: target * (1 - g**2))


@claim(
    37,
    "3",
    "The second singular value grows at third order, the first at first order: a hierarchy in time.",
    expected="between tau~ = 0.1 and 0.4, s1 ~ tau^a with a = 1 and s2 ~ tau^b with b = 3, at g = 0",
    tolerance="0.3 and 0.5 of the exponents",
    reason="the next orders change the local exponents by up to tau~/2 and by their own like",
    source="history: s1, s2, tau at g = 0",
)
def hierarchy(run: Run) -> Result:
    def rule(task: str) -> Result:
        means = run.rows("history", task=task, g=0.0).groupby("tau")[["s1", "s2"]].mean()
        means = means[(means.index > 0.1) & (means.index < 0.4)]
        if len(means) < 3:
            raise NotTested(f"{task} has {len(means)} epochs between tau~ = 0.1 and 0.4")
        a, b = (np.polyfit(np.log(means.index), np.log(means[name]), 1)[0] for name in ("s1", "s2"))
        holds = abs(a - 1) < 0.3 and abs(b - 3) < 0.5
        return Result(f"a = {a:.2f}, b = {b:.2f}", bool(holds), {"a": float(a), "b": float(b)})

    return each(run, rule)


@cache
def share_in_the_plane(target: float, tau: float) -> float:
    """Return the largest eigenvalue of dW over s1 by gradient flow in the plane of v and M, at g = 0 (Eq. 6)."""
    v, M = np.eye(2)
    plane = theory.integrated(np.zeros((2, 2)), M, v, target, tau, steps=1000)
    return float(np.abs(np.linalg.eigvals(plane)).max() / np.linalg.norm(plane, 2))


@claim(
    38,
    "3",
    "dW gets an eigenvalue only at second order in tau.",
    expected="at the end of training at g = 0, the largest eigenvalue over s1 is that of gradient flow in the plane of "
    "v and M (Eq. 6), to whose first order there is none: it grows with the target",
    tolerance="4 / sqrt(N)",
    reason="v'M, which is of order 1/sqrt(N), is an eigenvalue at first order: four standard deviations",
    source="spectrum: dW at g = 0, index 1; history: tau at the last epoch",
)
def eigenvalue_late(run: Run) -> Result:
    def rule(task: str) -> Result:
        rows = run.rows("spectrum", task=task, g=0.0, matrix="dW", index=1)
        share = (np.hypot(rows["eigenvalue_real"], rows["eigenvalue_imag"]) / rows["singular_value"]).dropna()
        if share.empty:
            raise NotTested(f"no network of {task} at g = 0 has eigenvalues: they diverged")
        tau = last(run, task, 0.0)["tau"].iloc[0]
        expected = share_in_the_plane(targets(run)[task], tau)
        room = 4 / np.sqrt(run.tasks[task]["n_neurons"])
        text = f"{formatted(share)}, flow {expected:.3g}"
        return Result(text, abs(mean(share) - expected) < room, {"": mean(share)})

    return each(run, rule)


@claim(
    39,
    "3",
    "For the larger target, and the more the larger g, the loss curve becomes concave.",
    expected="at half the time to 5 % of L0 the loss is above a straight line at g = 0.6, and above that at g = 0",
    tolerance="none",
    reason="means over seeds, whose scatter is below a percent",
    source="history: loss at g = 0 and 0.6; summary: convergence_tau",
)
def concave(run: Run) -> Result:
    *_, (task, target) = targets(run).items()
    found = []
    for g in MEASURED_G:
        loss = run.rows("history", task=task, g=g).groupby("tau")["loss"].mean() / (target**2 / 2)
        end = run.by_g(task, "convergence_tau")
        at = np.interp(end[np.isclose(end.index, g)].iloc[0] / 2, loss.index, loss)
        found.append(float(at))
    text, effect = f"{found[0]:.2f} at g = 0, {found[1]:.2f} at 0.6", {"g = 0": found[0], "g = 0.6": found[1]}
    return Result(text, found[1] > 0.525 and found[1] > found[0], effect)


@claim(
    40,
    "3",
    "The size of dW falls with g.",
    expected="s1 at the end is smaller at g = 0.6 than at 0",
    tolerance="none",
    reason="means over seeds, whose scatter is below a percent",
    source="history: s1 at the last epoch, g = 0 and 0.6",
    published="3 d, e",
)
def first_value_falls(run: Run) -> Result:
    def rule(task: str) -> Result:
        weak, strong = (mean(last(run, task, g)["s1"]) for g in MEASURED_G)
        return Result(f"{strong / weak:.2f} times", strong < weak, {"": strong / weak})

    return each(run, rule)
