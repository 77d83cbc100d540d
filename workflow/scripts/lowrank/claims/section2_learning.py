"""Section 2: whether, how fast and how smoothly networks learn."""

import numpy as np

from .base import NotTested, Result, Run, claim, formatted, mean
from .section2 import DECIDES, FIVE_PERCENT, SEEDS, STRONG, each

VERY_LARGE = 2.0  # networks are chaotic for g > 1, and visibly so at this value


@claim(
    1,
    "2",
    "Without initial connectivity, networks learn each task.",
    expected="every network at g = 0 converges",
    tolerance="none",
    reason=FIVE_PERCENT,
    source="summary: g = 0, convergence_epoch",
)
def all_learn(run: Run) -> Result:
    def rule(task: str) -> Result:
        rows = run.rows("summary", task=task, g=0.0)
        if rows["epochs"].isna().any():
            raise NotTested(f"the networks of {task} are imported: their training is not known")
        epochs = rows["convergence_epoch"]
        share = {"share": epochs.notna().mean()}
        return Result(f"{epochs.notna().sum()} of {len(epochs)}", bool(epochs.notna().all()), share)

    return each(run, rule)


@claim(
    2,
    "2",
    "Initial connectivity makes learning faster: the time to converge falls with g until networks become chaotic.",
    expected="rank correlation of g and the time below -0.8, up to the g of the shortest time, which is at least 0.6",
    tolerance="0.2 of the correlation",
    reason="one swap of neighbours among four to eight values of g moves it by 0.02 to 0.2",
    source="summary: convergence_epoch by g",
    published="2 a",
)
def faster(run: Run) -> Result:
    def rule(task: str) -> Result:
        times = run.by_g(task, "convergence_epoch")
        falling = times.loc[: times.idxmin()]
        if times.idxmin() == times.index[0]:
            return Result("shortest at the smallest g", False)
        correlation = np.corrcoef(falling.index, falling.rank())[0, 1] if len(falling) > 2 else -1.0
        text = f"correlation {correlation:.2f} up to g = {times.idxmin():g}"
        effect = {"correlation": float(correlation), "fastest g": float(times.idxmin())}
        return Result(text, bool(correlation < -0.8 and times.idxmin() >= 0.6), effect)

    return each(run, rule)


@claim(
    3,
    "2",
    "At very large g networks are chaotic at first, and learning slows down again.",
    expected="the largest g takes longer than the fastest by more than half, or not all of its networks converge",
    tolerance="the half",
    reason="the scatter over seeds of a time is about a tenth to a third of it",
    source="summary: convergence_epoch at the largest g, and its minimum over g",
    published="2 a",
)
def slower_again(run: Run) -> Result:
    def rule(task: str) -> Result:
        times, rows = run.by_g(task, "convergence_epoch"), run.rows("summary", task=task)
        if rows["g"].max() < VERY_LARGE:
            raise NotTested(f"the largest g of {task} is {rows['g'].max():g}: {VERY_LARGE:g} or more is needed")
        last = rows[rows["g"] == rows["g"].max()]["convergence_epoch"]
        if last.isna().any():
            return Result(f"{last.isna().sum()} of {len(last)} do not converge at g = {rows['g'].max():g}", True)
        ratio = mean(last) / times.min()
        return Result(f"{ratio:.2g} times as long", bool(ratio > 1.5), {"times": ratio})

    return each(run, rule)


@claim(
    4,
    "2",
    "Initial connectivity makes learning smoother.",
    expected="the log of the loss moves up and down less at g = 0.9 than at g = 0 while it falls to 5 %",
    tolerance=DECIDES,
    reason=SEEDS,
    source="history: loss at g = 0 and 0.9 until convergence_epoch; its way up and down over its net fall",
)
def smoother(run: Run) -> Result:
    def roughness(task: str, g: float) -> list[float]:
        ends = run.rows("summary", task=task, g=g).set_index("seed")["convergence_epoch"].dropna().astype(int)
        if ends.empty:
            raise NotTested(f"no network of {task} at g = {g} converges")
        losses = run.rows("history", task=task, g=g).sort_values("epoch").groupby("seed")["loss"]
        steps = [np.diff(np.log(losses.get_group(seed).to_numpy()[: end + 1])) for seed, end in ends.items()]
        return [np.abs(step).sum() / abs(step.sum()) for step in steps]

    def rule(task: str) -> Result:
        weak, strong = roughness(task, 0.0), roughness(task, STRONG)
        text, ratio = f"{formatted(strong)} against {formatted(weak)}", mean(strong) / mean(weak)
        return Result(text, ratio < 1, {"ratio": ratio})

    return each(run, rule)
