"""Section 2: networks of other sizes and kinds, from runs of their own with the presets `supplement` and `variants`."""

import numpy as np

from .base import NotTested, Result, Run, claim, formatted, mean
from .section2 import STRONG, settled, sizes, times_at_largest


@claim(
    21,
    "2",
    "The norm of dW does not grow with the size of the network.",
    expected="norm_dW ~ N^a with a < 0.1; that of W0 has a = 0.5",
    tolerance="0.1 of the exponent",
    reason="with two networks a size the exponent over a factor of 8 in N is good to about 0.05",
    source="summary: flipflop at several N (presets sizes, supplement), g = 0.9, norm_dW",
    published="S d",
)
def norm_and_size(run: Run) -> Result:
    names = sizes(run, "flipflop", STRONG)
    norms = [mean(run.rows("summary", task=name, g=STRONG)["norm_dW"]) for name in names.values()]
    exponent = float(np.polyfit(np.log(list(names)), np.log(norms), 1)[0])
    return Result(f"a = {exponent:.2f} over N = {', '.join(map(str, names))}", exponent < 0.1, {"a": exponent})


@claim(
    22,
    "2",
    "Learning does not change with the size of the network, if it is large enough.",
    expected="the time to converge at the two largest N differs by less than two standard errors and a fifth",
    tolerance="two standard errors and a fifth",
    reason="deviations of order 1/sqrt(N): 6 % at N = 256; and the scatter over few seeds",
    source="summary: flipflop at several N (presets sizes, supplement), g = 0.9, convergence_epoch",
)
def time_and_size(run: Run) -> Result:
    small, large = times_at_largest(run, "flipflop", STRONG)
    text, ratio = f"{formatted(small)} and {formatted(large)} epochs", mean(large) / mean(small)
    return Result(text, settled(small, large), {"ratio": ratio})


def variant(run: Run, name: str) -> Result:
    """Check that a variant of the flip-flop is of low rank, as the original task is."""
    if name not in run.tasks:
        raise NotTested(f"this run has no task {name}: preset variants")
    rows = run.rows("summary", task=name)
    ranks = rows["functional_rank"].dropna().astype(float)
    if ranks.empty or rows["convergence_epoch"].isna().any():
        return Result(f"{rows['convergence_epoch'].notna().sum()} of {len(rows)} converged", False)
    return Result(f"all converged, functional rank {formatted(ranks)}", 2 <= mean(ranks) <= 10, {"": mean(ranks)})


LIKE = "all converge, functional rank 2 to 10"
LIKE_REASON = "the paper's own range for its tasks"


@claim(
    23,
    "2",
    "Training the connectivity alone gives similar results.",
    expected=LIKE,
    tolerance="none",
    reason=LIKE_REASON,
    source="summary: flipflop_only_W (preset variants)",
)
def only_connectivity(run: Run) -> Result:
    return variant(run, "flipflop_only_W")


@claim(
    24,
    "2",
    "Training by gradient descent instead of Adam gives similar results.",
    expected=LIKE,
    tolerance="none",
    reason=LIKE_REASON,
    source="summary: flipflop_sgd (preset variants)",
)
def gradient_descent(run: Run) -> Result:
    return variant(run, "flipflop_sgd")


@claim(
    54,
    "2",
    "Training by gradient descent instead of Adam takes longer and gives similar results, also at g = 0.",
    expected="at g = 0 there is a rate at which all networks converge within ten times Adam's epochs",
    tolerance="the ten times",
    reason="the paper says that convergence times were impaired, and gives no rate",
    source="summary: flipflop and flipflop_sgd_rate... at g = 0 (preset variants), convergence_epoch",
    replaces="24: the paper gives no rate, and the one that suits g = 0.9 does not suit g = 0",
)
def some_rate(run: Run) -> Result:
    rates = sorted(name for name in run.tasks if name.startswith("flipflop_sgd_rate"))
    if not rates:
        raise NotTested("this run has no task flipflop_sgd_rate...: preset variants")
    most = 10 * mean(run.rows("summary", task="flipflop", g=0.0)["convergence_epoch"])
    times = {name: run.rows("summary", task=name, g=0.0)["convergence_epoch"] for name in rates}
    times = {name: mean(epochs) for name, epochs in times.items() if epochs.notna().all()}
    if not times:
        return Result(f"at none of {len(rates)} rates do all networks converge", False)
    best = min(times, key=times.get)
    text = f"{times[best]:.0f} epochs with {best}, {10 * times[best] / most:.1f} times Adam's"
    return Result(text, times[best] < most, {"times": 10 * times[best] / most})


@claim(
    25,
    "2",
    "The classical flip-flop, in which each channel keeps its sign, gives similar results.",
    expected=LIKE,
    tolerance="none",
    reason=LIKE_REASON,
    source="summary: flipflop_per_channel (preset variants)",
)
def per_channel(run: Run) -> Result:
    return variant(run, "flipflop_per_channel")
