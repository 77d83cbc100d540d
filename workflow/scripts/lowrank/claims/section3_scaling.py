"""Section 3: what changes with the strength of the initial connectivity (Fig. 4)."""

import numpy as np

from .base import NotTested, Result, Run, claim
from .section3 import each, targets


def scaling(run: Run, column: str, expected, what: str, tolerance: float) -> Result:
    """Compare a column, over its value at g = 0, with the first-order prediction up to g = 0.8."""

    def rule(task: str) -> Result:
        means = run.by_g(task, column)
        if means.index[0] != 0:
            raise NotTested(f"{task} has no g = 0")
        means = means[means.index < 0.85]
        ratio = means / means.iloc[0] / expected(means.index.to_numpy())
        return Result(
            f"{what}: {ratio.min():.2f} to {ratio.max():.2f} of it", bool((ratio - 1).abs().max() < tolerance)
        )

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
)
def shuffling_scales(run: Run) -> Result:
    def rule(task: str) -> Result:
        loss = run.by_g(task, "shuffled_loss") / (targets(run)[task] ** 2 / 2)
        if loss.index[0] != 0 or not np.isclose(loss.index[-1], 0.9):
            raise NotTested(f"{task} has no g from 0 to 0.9")
        holds = loss.iloc[0] < 0.02 and loss.iloc[-1] > 0.5 and (loss.diff().dropna() > 0).all()
        return Result(f"{loss.iloc[0]:.2g} to {loss.iloc[-1]:.2g}", bool(holds))

    return each(run, rule)
