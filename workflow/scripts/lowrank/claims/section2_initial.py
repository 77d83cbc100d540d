"""Section 2: the initial connectivity, and how the changes depend on it."""

import numpy as np

from .base import NotTested, Result, Run, claim, mean
from .section2 import DECIDES, SEEDS, STRONG, each, trend


@claim(
    16,
    "2",
    "The norm of W0 is sqrt(N) g.",
    expected="norm_W0 / (sqrt(N) g) = 1",
    tolerance="4 / (sqrt(2) N)",
    reason="the norm of N^2 independent Gaussians scatters by a relative 1/(sqrt(2) N): four standard deviations",
    source="summary: norm_W0, n_neurons",
)
def norm_of_initial(run: Run) -> Result:
    rows = run.rows("summary")
    rows = rows[rows["g"] > 0]
    if rows.empty:
        raise NotTested("this run has no g above 0")
    off = rows["norm_W0"] / (np.sqrt(rows["n_neurons"]) * rows["g"]) - 1
    worst = (off.abs() * np.sqrt(2) * rows["n_neurons"]).max()
    text = f"largest deviation {worst:.2f} standard deviations of {len(rows)} networks"
    return Result(text, bool(worst < 4), {"": float(worst)})


@claim(
    17,
    "2",
    "The final connectivity is dominated by W0, the more the larger g is.",
    expected="the norm of W0 over that of dW is above 2 at g = 0.9 and rises with g",
    tolerance=DECIDES,
    reason=SEEDS,
    source="summary: norm_W0, norm_dW by g",
    published="2 b",
)
def initial_dominates(run: Run) -> Result:
    def rule(task: str) -> Result:
        ratio = run.by_g(task, "norm_W0") / run.by_g(task, "norm_dW")
        strong = run.rows("summary", task=task, g=STRONG)
        at = mean(strong["norm_W0"] / strong["norm_dW"])
        return Result(
            f"{at:.2g} at g = 0.9, {ratio.iloc[-1]:.2g} at {ratio.index[-1]:g}",
            bool(at > 2 and (ratio.diff().dropna() > 0).all()),
            {"ratio": at, "least rise": float(ratio.diff().min())},
        )

    return each(run, rule)


@claim(
    18,
    "2",
    "The norm of dW falls with g.",
    expected="a straight line through the means falls",
    tolerance="two standard errors of its slope",
    reason="what the line leaves of the means, of five networks each",
    source="summary: norm_dW by g, where all seeds converged",
    published="2 b",
)
def norm_falls(run: Run) -> Result:
    def rule(task: str) -> Result:
        converged = run.by_g(task, "convergence_epoch").index
        norms = run.by_g(task, "norm_dW")
        slope, error = trend(norms[norms.index.isin(converged)])
        return Result(f"{slope:.2g} ± {error:.1g} a unit of g", slope < -2 * error, {"slope": slope})

    return each(run, rule)


def shuffled(run: Run, task: str):
    """Return the loss with shuffled W0, over L0, by g, for networks that converged."""
    rows = run.rows("summary", task=task)
    rows = rows[rows["convergence_epoch"].notna()]
    return (rows["shuffled_loss"] / rows["initial_loss"]).groupby(rows["g"]).mean()


@claim(
    19,
    "2",
    "Shuffling W0 destroys performance, but for weak initial connectivity.",
    expected="the loss with shuffled W0 is above half of L0 at every g from 0.9 on",
    tolerance=DECIDES,
    reason=SEEDS,
    source="summary: shuffled_loss / initial_loss by g, networks that converged",
    published="2 c",
)
def shuffling_destroys(run: Run) -> Result:
    def rule(task: str) -> Result:
        loss = shuffled(run, task)
        strong = loss[loss.index >= STRONG - 1e-9]
        if strong.empty:
            raise NotTested(f"{task} has no g from 0.9 on that converged")
        return Result(f"{strong.min():.2f} at least", bool(strong.min() > 0.5), {"least": float(strong.min())})

    return each(run, rule)


@claim(
    20,
    "2",
    "Weak initial connectivity may be shuffled.",
    expected="at the smallest g above 0 the loss with shuffled W0 is below that at 0.9",
    tolerance=DECIDES,
    reason=SEEDS,
    source="summary: shuffled_loss / initial_loss at the smallest g above 0 and at 0.9",
    published="2 c",
)
def weak_may_be_shuffled(run: Run) -> Result:
    def rule(task: str) -> Result:
        loss = shuffled(run, task)
        between = loss[(loss.index > 0) & (loss.index < STRONG - 1e-9)]
        if between.empty or not np.isclose(loss.index, STRONG).any():
            raise NotTested(f"{task} has no g between 0 and 0.9")
        strong = loss[np.isclose(loss.index, STRONG)].iloc[0]
        weak = between.iloc[0]
        text = f"{weak:.2g} at {between.index[0]:g}, {strong:.2g} at 0.9"
        return Result(text, bool(weak < strong), {"weak": float(weak), "strong": float(strong)})

    return each(run, rule)
