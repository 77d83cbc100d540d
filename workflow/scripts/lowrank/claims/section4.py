"""Section 4: the LSTM."""

import numpy as np

from ..comparison.fig5 import SENTENCES
from .base import NotTested, Result, Run, claim, mean


def curve(run: Run, truncated: str):
    """Return the accuracy by rank, averaged over seeds."""
    return run.rows("sentiment_truncation", truncated=truncated).groupby("rank")["accuracy"].mean()


def final(run: Run) -> float:
    """Return the accuracy without truncation."""
    history = run.rows("sentiment_history")
    return mean(history[history["epoch"] == history["epoch"].max()]["validation_accuracy"])


ONE_ERROR = f"the standard error of an accuracy on {SENTENCES} sentences, sqrt(p (1 - p) / {SENTENCES})"


def error(accuracy: float) -> float:
    return float(np.sqrt(accuracy * (1 - accuracy) / SENTENCES))


@claim(
    41,
    "4",
    "The LSTM's W differs from W0 only in its first singular values.",
    expected="layer 2's recurrent weights: from the eleventh on singular values differ by less than 15 %",
    tolerance="the 15 %",
    reason="what the eye sees of Figure 5 a: 0.2 of an axis of 4",
    source="sentiment_spectrum: W2, matrix W and W0",
    published="5 a",
)
def near_initial(run: Run) -> Result:
    values = {
        m: run.rows("sentiment_spectrum", weight="W2", matrix=m).groupby("index")["singular_value"].mean()
        for m in ("W", "W0")
    }
    ratio = (values["W"] / values["W0"]).loc[11 : len(values["W0"]) // 2]
    if ratio.empty:
        raise NotTested("this run's LSTM has too few neurons")
    return Result(
        f"first {values['W'].iloc[0] / values['W0'].iloc[0]:.2f} times, later {ratio.min():.2f} to {ratio.max():.2f}",
        bool((ratio - 1).abs().max() < 0.15),
        {"later, least": float(ratio.min()), "later, most": float(ratio.max())},
    )


@claim(
    42,
    "4",
    "The changes of the LSTM's connectivity have few large singular values.",
    expected="the first ten hold more than half of the squared norm of layer 2's recurrent dW",
    tolerance="none",
    reason="one fraction of all seeds together",
    source="sentiment_spectrum: W2, dW",
    published="5 a",
)
def few_large(run: Run) -> Result:
    squares = np.square(
        run.rows("sentiment_spectrum", weight="W2", matrix="dW").groupby("index")["singular_value"].mean()
    )
    share = squares.iloc[:10].sum() / squares.sum()
    return Result(f"{share:.0%}", bool(share > 0.5), {"": float(share)})


@claim(
    43,
    "4",
    "Truncating dW at rank 10 gives the final accuracy already.",
    expected="the final accuracy",
    tolerance="a standard error",
    reason=ONE_ERROR,
    source="sentiment_truncation: dW, rank 10; sentiment_history: last epoch",
    published="5 b",
)
def ten_are_enough(run: Run) -> Result:
    accuracy, end = curve(run, "dW"), final(run)
    if 10 not in accuracy.index:
        raise NotTested("this run did not truncate at rank 10")
    text, gap = f"{accuracy[10]:.3f} against {end:.3f}", float(accuracy[10] - end)
    return Result(text, bool(gap > -error(end)), {"difference": gap})


@claim(
    44,
    "4",
    "Truncating W itself needs more than half the rank to get close to the final accuracy.",
    expected="at half the rank W is still more than a standard error below the final accuracy",
    tolerance="a standard error",
    reason=ONE_ERROR,
    source="sentiment_truncation: W, rank N / 2; sentiment_history: last epoch",
    published="5 b",
)
def half_is_too_little(run: Run) -> Result:
    accuracy, end = curve(run, "W"), final(run)
    n = int(run.rows("sentiment_spectrum", weight="W2", matrix="W")["index"].max())
    if n // 2 not in accuracy.index:
        raise NotTested(f"this run did not truncate W at rank {n // 2}")
    text, gap = f"{accuracy[n // 2]:.3f} against {end:.3f} at rank {n // 2}", float(accuracy[n // 2] - end)
    return Result(text, bool(gap < -error(end)), {"difference": gap})


@claim(
    45,
    "4",
    "An LSTM may be kept as the seed of its W0 and ten ranks of dW.",
    expected="W0 drawn again from its stream, plus dW at rank 10, gives the final accuracy",
    tolerance="a standard error",
    reason=ONE_ERROR,
    source="sentiment_truncation: compressed; sentiment_history: last epoch",
)
def compression(run: Run) -> Result:
    rows, end = run.rows("sentiment_truncation", truncated="compressed"), final(run)
    accuracy, ranks = mean(rows["accuracy"]), sorted(set(rows["rank"]))
    if ranks != [10]:
        raise NotTested(f"this run kept {ranks} ranks: sentiment.compressed_rank")
    return Result(
        f"{accuracy:.3f} against {end:.3f}", bool(accuracy > end - error(end)), {"difference": accuracy - end}
    )
