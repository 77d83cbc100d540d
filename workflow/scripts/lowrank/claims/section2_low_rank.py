"""Section 2: the changes are of low rank."""

import numpy as np

from .base import NotTested, Result, Run, claim, equals, formatted, mean
from .section2 import DECIDES, FIVE_PERCENT, SEEDS, STRONG, TASKS, each, trend

RANK = {"flipflop": 2, "mante": 4, "romo": 6}  # at g = 0, read off Fig. 1 j-l
THRESHOLD = 0.05


@claim(
    5,
    "2",
    "The change of the flip-flop's connectivity at g = 0 has two singular values much larger than the others.",
    expected="s3 < s2 / 2",
    tolerance=DECIDES,
    reason=SEEDS,
    source="spectrum: flipflop, g = 0, dW, index 2 and 3",
    published="1 g",
)
def two_dominate(run: Run) -> Result:
    values = run.singular_values("flipflop", 0.0)
    ratio = values[:, 2] / values[:, 1]
    return Result(f"s3/s2 = {formatted(ratio)}", mean(ratio) < 0.5, {"": mean(ratio)})


def leading_six(run: Run, task: str) -> Result:
    """Check that the sixth singular value is well above the twelfth, beyond which they decay slowly."""
    values = run.singular_values(task, 0.0)
    ratio = values[:, 5] / values[:, 11]
    return Result(f"s6/s12 = {formatted(ratio)}", mean(ratio) > 2, {"": mean(ratio)})


@claim(
    6,
    "2",
    "For Mante at g = 0 the first six singular values of dW stand out from the tail.",
    expected="s6 > 2 s12",
    tolerance=DECIDES,
    reason=SEEDS,
    source="spectrum: mante, g = 0, dW, index 6 and 12",
)
def mante_six(run: Run) -> Result:
    return leading_six(run, "mante")


@claim(
    7,
    "2",
    "For Romo at g = 0 the first six singular values of dW stand out from the tail.",
    expected="s6 > 2 s12",
    tolerance=DECIDES,
    reason=SEEDS,
    source="spectrum: romo, g = 0, dW, index 6 and 12",
)
def romo_six(run: Run) -> Result:
    return leading_six(run, "romo")


def functional_rank(run: Run, task: str, g: float) -> np.ndarray:
    """Return the functional rank of each network that has one."""
    ranks = run.rows("summary", task=task, g=g)["functional_rank"].dropna().astype(float)
    if ranks.empty:
        raise NotTested(f"no network of {task} at g = {g} has a functional rank")
    return ranks.to_numpy()


ONE_RANK = "the paper shows one network; over seeds a functional rank scatters by about one"


@claim(
    8,
    "2",
    "The flip-flop without initial connectivity needs rank 2 of dW.",
    expected="functional rank 2",
    tolerance="1, and two standard errors",
    reason=ONE_RANK,
    source="summary: flipflop, g = 0, functional_rank",
    published="2 d",
)
def rank_flipflop(run: Run) -> Result:
    return equals(functional_rank(run, "flipflop", 0.0), RANK["flipflop"], 1.0)


@claim(
    9,
    "2",
    "Mante without initial connectivity needs rank 4 of dW.",
    expected="functional rank 4",
    tolerance="1, and two standard errors",
    reason=ONE_RANK,
    source="summary: mante, g = 0, functional_rank",
    published="2 d",
)
def rank_mante(run: Run) -> Result:
    return equals(functional_rank(run, "mante", 0.0), RANK["mante"], 1.0)


@claim(
    10,
    "2",
    "Romo without initial connectivity needs rank 6 of dW.",
    expected="functional rank 6",
    tolerance="1, and two standard errors",
    reason=ONE_RANK,
    source="summary: romo, g = 0, functional_rank",
    published="2 d",
)
def rank_romo(run: Run) -> Result:
    return equals(functional_rank(run, "romo", 0.0), RANK["romo"], 1.0)


@claim(
    11,
    "2",
    "With initial connectivity the changes are of low rank, too: the truncated loss is close to 0 before rank 10.",
    expected="at g = 0.9 the loss at rank 10 is below 5 % of that at rank 0",
    tolerance=DECIDES,
    reason=FIVE_PERCENT,
    source="truncation: g = 0.9, rank 10, relative_loss",
)
def low_rank_with_connectivity(run: Run) -> Result:
    def rule(task: str) -> Result:
        loss = run.rows("truncation", task=task, g=STRONG, rank=10)["relative_loss"].dropna()
        return Result(formatted(loss), mean(loss) < THRESHOLD, {"": mean(loss)})

    return each(run, rule)


@claim(
    12,
    "2",
    "The functional rank, averaged over seeds, is between 2 and 10 for all tasks and g.",
    expected="2 to 10 at every g",
    tolerance="none",
    reason="the paper's own range; a g at which a network has no functional rank is left out, as in Figure 2",
    source="summary: functional_rank by g",
    published="2 d",
)
def between_2_and_10(run: Run) -> Result:
    def rule(task: str) -> Result:
        ranks = run.by_g(task, "functional_rank")
        text, extent = f"{ranks.min():.3g} to {ranks.max():.3g}", {"least": ranks.min(), "most": ranks.max()}
        return Result(text, bool(ranks.between(2, 10).all()), extent)

    return each(run, rule)


@claim(
    13,
    "2",
    "The functional rank increases with g for the flip-flop.",
    expected="a straight line through the means rises",
    tolerance="two standard errors of its slope",
    reason="what the line leaves of the means, of five networks each",
    source="summary: flipflop, functional_rank by g",
    published="2 d",
)
def rank_rises(run: Run) -> Result:
    slope, error = trend(run.by_g("flipflop", "functional_rank"))
    return Result(f"{slope:.2g} ± {error:.1g} a unit of g", slope > 2 * error, {"": slope})


@claim(
    14,
    "2",
    "For Mante and Romo g affects the functional rank less than for the flip-flop.",
    expected="the slopes of straight lines through the means are below the flip-flop's in size",
    tolerance="two standard errors of the slopes",
    reason="what the lines leave of the means, of five networks each",
    source="summary: functional_rank by g",
    published="2 d",
)
def rank_less_affected(run: Run) -> Result:
    slopes = {task: trend(run.by_g(task, "functional_rank")) for task in TASKS}
    steep, error = slopes["flipflop"]
    holds = all(abs(slopes[task][0]) < steep + 2 * np.hypot(error, slopes[task][1]) for task in ("mante", "romo"))
    text = "; ".join(f"{task} {slope:.2g} ± {e:.1g}" for task, (slope, e) in slopes.items())
    return Result(text, bool(holds), {task: slope for task, (slope, _) in slopes.items()})


@claim(
    15,
    "2",
    "Singular values of dW have a similar pattern and size with and without initial connectivity.",
    expected="s1 at g = 0.9 is between half and twice that at g = 0",
    tolerance="the factor of two",
    reason="the paper says 'very similar' of curves that differ by up to a third",
    source="spectrum: g = 0 and 0.9, dW, index 1",
    published="1 g-i",
)
def similar_spectra(run: Run) -> Result:
    def rule(task: str) -> Result:
        weak, strong = (mean(run.singular_values(task, g)[:, 0]) for g in (0.0, STRONG))
        return Result(f"{strong / weak:.2f}", 0.5 < strong / weak < 2, {"": strong / weak})

    return each(run, rule)
