"""Section 3: what changes with the strength of the initial connectivity (Fig. 4)."""

import numpy as np

from .base import NotTested, Result, Run, claim
from .section3 import each, targets


def up_to(run: Run, task: str, column: str):
    """Return the means of a summary column by g, from 0 to 0.8."""
    means = run.by_g(task, column)
    if means.index[0] != 0:
        raise NotTested(f"{task} has no g = 0")
    return means[means.index < 0.85]


def scaling(run: Run, column: str, expected, what: str, tolerance: float) -> Result:
    """Compare a column, over its value at g = 0, with the first-order prediction up to g = 0.8."""

    def rule(task: str) -> Result:
        means = up_to(run, task, column)
        ratio = means / means.iloc[0] / expected(means.index.to_numpy())
        text, extent = (
            f"{what}: {ratio.min():.2f} to {ratio.max():.2f} of it",
            {"least": ratio.min(), "most": ratio.max()},
        )
        return Result(text, bool((ratio - 1).abs().max() < tolerance), extent)

    return each(run, rule)


AGREEMENT = "the paper says 'good agreement' of curves that differ by up to a third at g = 0.8 (Figure 4)"


@claim(
    31,
    "3",
    "Initial connectivity accelerates learning by (1 - g^2)^2.",
    expected="tau* over its value at g = 0 follows (1 - g^2)^2 up to g = 0.8",
    tolerance="a third",
    reason=AGREEMENT,
    source="summary: convergence_tau by g",
    published="4 a",
)
def time_scales(run: Run) -> Result:
    return scaling(run, "convergence_tau", lambda g: (1 - g**2) ** 2, "tau*", 1 / 3)


@claim(
    32,
    "3",
    "The norm of the final dW falls as 1 - g^2.",
    expected="norm_dW over its value at g = 0 follows 1 - g^2 up to g = 0.8",
    tolerance="a third",
    reason=AGREEMENT,
    source="summary: norm_dW by g",
    published="4 b",
)
def norm_scales(run: Run) -> Result:
    return scaling(run, "norm_dW", lambda g: 1 - g**2, "norm", 1 / 3)


@claim(
    33,
    "3",
    "The gradient, averaged over learning, grows as 1/(1 - g^2).",
    expected="mean_gradient_norm over its value at g = 0 follows 1/(1 - g^2) up to g = 0.8",
    tolerance="a third",
    reason=AGREEMENT,
    source="summary: mean_gradient_norm by g",
    published="4 c",
)
def gradient_scales(run: Run) -> Result:
    return scaling(run, "mean_gradient_norm", lambda g: 1 / (1 - g**2), "gradient", 1 / 3)


@claim(
    34,
    "3",
    "The loss after shuffling W0 grows from 0 towards L0 as g^4 (2 - g^2)^2, qualitatively.",
    expected="it rises with g, from below 2 % of L0 at g = 0 to above half of it at g = 0.9",
    tolerance="none",
    reason="the paper claims qualitative agreement, with notable differences for the larger target",
    source="summary: shuffled_loss over z^2/2 by g",
    published="4 d",
)
def shuffling_scales(run: Run) -> Result:
    def rule(task: str) -> Result:
        loss = run.by_g(task, "shuffled_loss") / (targets(run)[task] ** 2 / 2)
        if loss.index[0] != 0 or not np.isclose(loss.index[-1], 0.9):
            raise NotTested(f"{task} has no g from 0 to 0.9")
        holds = loss.iloc[0] < 0.02 and loss.iloc[-1] > 0.5 and (loss.diff().dropna() > 0).all()
        first, last = float(loss.iloc[0]), float(loss.iloc[-1])
        return Result(f"{first:.2g} to {last:.2g}", bool(holds), {"g = 0": first, "g = 0.9": last})

    return each(run, rule)


def near(run: Run, column: str, expected) -> Result:
    """Compare a column, over its value at g = 0, with the first-order prediction, in units of that value."""

    def rule(task: str) -> Result:
        means = up_to(run, task, column)
        off = float((means / means.iloc[0] - expected(means.index.to_numpy())).abs().max())
        return Result(f"off by {off:.3f} at most", off < OF_AXIS, {"": off})

    return each(run, rule)


OF_AXIS = 0.15
EYE = "0.15 of the value at g = 0: what the eye takes for agreement on Figure 4's axes from 0 to 1"
TO_ZERO = "a third of a quantity that goes to zero asks for more the larger g is, where the figure shows nothing of it"


@claim(
    51,
    "3",
    "Initial connectivity accelerates learning by (1 - g^2)^2, as far as Figure 4 a shows.",
    expected="tau* over its value at g = 0 is near (1 - g^2)^2 up to g = 0.8",
    tolerance="0.15",
    reason=EYE,
    source="summary: convergence_tau by g",
    published="4 a",
    replaces=f"31: {TO_ZERO}",
)
def time_is_near(run: Run) -> Result:
    return near(run, "convergence_tau", lambda g: (1 - g**2) ** 2)


@claim(
    52,
    "3",
    "The norm of the final dW falls as 1 - g^2, as far as Figure 4 b shows.",
    expected="norm_dW over its value at g = 0 is near 1 - g^2 up to g = 0.8",
    tolerance="0.15",
    reason=EYE,
    source="summary: norm_dW by g",
    published="4 b",
    replaces=f"32: {TO_ZERO}",
)
def norm_is_near(run: Run) -> Result:
    return near(run, "norm_dW", lambda g: 1 - g**2)


@claim(
    53,
    "3",
    "The gradient, averaged over learning, grows as a power of 1/(1 - g^2), of exponent 1.",
    expected="mean_gradient_norm ~ (1 - g^2)^-a with a = 1, up to g = 0.8",
    tolerance="0.25 of the exponent",
    reason="an exponent is as good at large g as at small; 0.25 tells 1 from the 1/2 and 3/2 between which it lies",
    source="summary: mean_gradient_norm by g",
    published="4 c",
    replaces="33: it is judged by its worst g alone; the exponent is what the sentence states",
)
def gradient_grows(run: Run) -> Result:
    def rule(task: str) -> Result:
        means = up_to(run, task, "mean_gradient_norm")
        a = float(np.polyfit(-np.log(1 - means.index.to_numpy() ** 2), np.log(means), 1)[0])
        return Result(f"a = {a:.2f}", abs(a - 1) < 0.25, {"a": a})

    return each(run, rule)
