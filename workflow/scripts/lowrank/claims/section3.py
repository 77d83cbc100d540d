"""Section 3: the linear network and its theory."""

import numpy as np

from .. import theory
from .base import Found, NotTested, Run, claim, mean, said

MEASURED_G = (0.0, 0.6)  # Figure 3
RATIO_TOLERANCE = 0.25
LARGE_N = "deviations of order 1/sqrt(N), 3 % at N = 1024, and third order in tau~ near 1"


def targets(run: Run) -> dict[str, float]:
    """The linear tasks and their targets, smallest first."""
    found = {name: task["numbers"]["target"] for name, task in run.tasks.items() if task["module"] == "linear"}
    if not found:
        raise NotTested("this run has no linear networks")
    return dict(sorted(found.items(), key=lambda item: item[1]))


def each(run: Run, rule) -> Found:
    """A rule for all linear tasks: it has to hold for each."""
    found = {target: rule(name) for name, target in targets(run).items()}
    return Found("; ".join(f"z^ = {t:g}: {f.measured}" for t, f in found.items()), all(f.holds for f in found.values()))


def last(run: Run, task: str, g: float):
    """The history's last row of each network."""
    return run.rows("history", task=task, g=g).sort_values("epoch").groupby("seed").last()


def first(run: Run, task: str, g: float):
    """Its first row."""
    return run.rows("history", task=task, g=g, epoch=0)


@claim(
    26,
    "3",
    "One singular value of dW dominates.",
    expected="s2 < 0.15 s1 at the end of training",
    tolerance="the 15 %",
    reason="Eq. 14 to third order at tau~ = 1: s2/s1 = z^2/12 / (1/2 + (1 + 7/2 z^2 beta)/6), at most 0.13",
    source="history: s1, s2 at the last epoch, every g",
)
def one_dominates(run: Run) -> Found:
    def rule(task: str) -> Found:
        ends = run.rows("history", task=task).sort_values("epoch").groupby(["g", "seed"]).last()
        ratio = (ends["s2"] / ends["s1"]).groupby("g").mean()
        return Found(f"{ratio.max():.2g} at most", bool(ratio.max() < 0.15))

    return each(run, rule)


@claim(
    27,
    "3",
    "Truncating dW at rank 1 costs nothing: the functional rank is 1.",
    expected="functional rank 1 of every network",
    tolerance="none",
    reason="the threshold of 5 % is the paper's own",
    source="summary: functional_rank of the linear tasks",
)
def rank_one(run: Run) -> Found:
    def rule(task: str) -> Found:
        ranks = run.rows("summary", task=task)["functional_rank"]
        return Found(f"{(ranks == 1).sum()} of {len(ranks)}", bool((ranks == 1).all()))

    return each(run, rule)


@claim(
    28,
    "3",
    "Without initial connectivity dW has rank two at most.",
    expected="s3 < 0.05 s2 at g = 0",
    tolerance="the 5 %",
    reason="states move within finite trials and steps: exp(-T) and eta, far below; the rest is rounding",
    source="history: s2, s3 at the last epoch, g = 0",
)
def rank_two(run: Run) -> Found:
    def rule(task: str) -> Found:
        ends = last(run, task, 0.0)
        ratio = ends["s3"] / ends["s2"]
        return Found(f"s3/s2 = {said(ratio)}", mean(ratio) < 0.05)

    return each(run, rule)


@claim(
    29,
    "3",
    "The first readout vanishes as 1/sqrt(N).",
    expected="sqrt(N) times the root mean square of z at epoch 0 is beta",
    tolerance="the middle 99 % of what that many Gaussian numbers give",
    reason="the readout of a network is a sum of N independent products: Gaussian, and its square a chi-square",
    source="history: readout at epoch 0, g = 0; n_neurons",
)
def readout_vanishes(run: Run) -> Found:
    def rule(task: str) -> Found:
        n = run.tasks[task]["n_neurons"]
        z = first(run, task, 0.0)["readout"]
        scaled, spread = n * float(np.mean(np.square(z))), np.sqrt(2 / (9 * len(z)))
        low, high = (max(0.0, 1 - 2 / (9 * len(z)) + s * 2.576 * spread) ** 3 for s in (-1, 1))  # Wilson and Hilferty
        return Found(f"{np.sqrt(scaled):.2f} ({np.sqrt(low):.2f} to {np.sqrt(high):.2f})", bool(low < scaled < high))

    return each(run, rule)


@claim(
    30,
    "3",
    "At first order dW grows at the rate z^ beta (Eqs. 8, 11, 12).",
    expected="gradient_norm / |z^ - z| at epoch 0 over beta is 1",
    tolerance="4 / sqrt(N), times beta",
    reason="four standard deviations of order beta/sqrt(N)",
    source="history: gradient_norm, readout at epoch 0, every g",
)
def first_order(run: Run) -> Found:
    def rule(task: str) -> Found:
        rows, target = run.rows("history", task=task, epoch=0), targets(run)[task]
        beta, n = 1 / (1 - rows["g"] ** 2), run.tasks[task]["n_neurons"]
        off = rows["gradient_norm"] / (target - rows["readout"]).abs() / beta - 1
        mean_off, room = off.groupby(rows["g"]).mean(), 4 * beta.groupby(rows["g"]).mean() / np.sqrt(n)
        return Found(f"off by {mean_off.abs().max():.1%} at most", bool((mean_off.abs() < room).all()))

    return each(run, rule)


def scaling(run: Run, column: str, expected, what: str, tolerance: float) -> Found:
    """A column over its value at g = 0 against the first-order prediction, up to g = 0.8."""

    def rule(task: str) -> Found:
        means = run.by_g(task, column)
        if means.index[0] != 0:
            raise NotTested(f"{task} has no g = 0")
        means = means[means.index < 0.85]
        ratio = means / means.iloc[0] / expected(means.index.to_numpy())
        return Found(f"{what}: {ratio.min():.2f} to {ratio.max():.2f} of it", bool((ratio - 1).abs().max() < tolerance))

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
def time_scales(run: Run) -> Found:
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
def norm_scales(run: Run) -> Found:
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
def gradient_scales(run: Run) -> Found:
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
def shuffling_scales(run: Run) -> Found:
    def rule(task: str) -> Found:
        loss = run.by_g(task, "shuffled_loss") / (targets(run)[task] ** 2 / 2)
        if loss.index[0] != 0 or not np.isclose(loss.index[-1], 0.9):
            raise NotTested(f"{task} has no g from 0 to 0.9")
        holds = loss.iloc[0] < 0.02 and loss.iloc[-1] > 0.5 and (loss.diff().dropna() > 0).all()
        return Found(f"{loss.iloc[0]:.2g} to {loss.iloc[-1]:.2g}", bool(holds))

    return each(run, rule)


def against_theory(run: Run, columns: dict[str, str], until: float, scale) -> Found:
    """Means over seeds against the third order, up to an effective time: off by more than the last term, and noise?"""

    def rule(task: str) -> Found:
        target, worst = targets(run)[task], 0.0
        noise = 4 / np.sqrt(run.tasks[task]["n_neurons"])
        for g in MEASURED_G:
            second, third = (run.rows("theory", target=target, g=g, order=n).sort_values("tau") for n in (2, 3))
            for measured, predicted in columns.items():
                means = run.rows("history", task=task, g=g).groupby("tau")[measured].mean()
                means = means[means.index / (1 - g**2) ** 2 < until]
                expected, before = (np.interp(means.index, t["tau"], t[predicted]) for t in (third, second))
                room = np.abs(expected - before) + noise * scale(target, g)
                worst = max(worst, float((np.abs(means - expected) / room).max()))
        return Found(f"{worst:.2f} times what is allowed, at most", worst < 1)

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
def readout_follows(run: Run) -> Found:
    return against_theory(run, {"readout": "readout"}, 0.5, lambda target, g: target)


@claim(
    36,
    "3",
    "The expansion to third order gives the singular values during the first half of learning (Eq. 14).",
    expected="s1 and s2 up to tau~ = 0.5 are those of the third order",
    tolerance="the size of the third-order term, and 4/sqrt(N) of z^/beta",
    reason=LAST_TERM,
    source="history: s1, s2 at g = 0 and 0.6; theory: orders 2 and 3",
)
def values_follow(run: Run) -> Found:
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
def hierarchy(run: Run) -> Found:
    def rule(task: str) -> Found:
        means = run.rows("history", task=task, g=0.0).groupby("tau")[["s1", "s2"]].mean()
        means = means[(means.index > 0.1) & (means.index < 0.4)]
        if len(means) < 3:
            raise NotTested(f"{task} has {len(means)} epochs between tau~ = 0.1 and 0.4")
        a, b = (np.polyfit(np.log(means.index), np.log(means[name]), 1)[0] for name in ("s1", "s2"))
        return Found(f"a = {a:.2f}, b = {b:.2f}", bool(abs(a - 1) < 0.3 and abs(b - 3) < 0.5))

    return each(run, rule)


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
def eigenvalue_late(run: Run) -> Found:
    v, M = np.eye(2)

    def rule(task: str) -> Found:
        rows = run.rows("spectrum", task=task, g=0.0, matrix="dW", index=1)
        share = (np.hypot(rows["eigenvalue_real"], rows["eigenvalue_imag"]) / rows["singular_value"]).dropna()
        if share.empty:
            raise NotTested(f"no network of {task} at g = 0 has eigenvalues: they diverged")
        tau = last(run, task, 0.0)["tau"].iloc[0]
        plane = theory.integrated(np.zeros((2, 2)), M, v, targets(run)[task], tau, steps=1000)
        expected = np.abs(np.linalg.eigvals(plane)).max() / np.linalg.norm(plane, 2)
        room = 4 / np.sqrt(run.tasks[task]["n_neurons"])
        return Found(f"{said(share)}, flow {expected:.3g}", abs(mean(share) - expected) < room)

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
def concave(run: Run) -> Found:
    *_, (task, target) = targets(run).items()
    found = []
    for g in MEASURED_G:
        loss = run.rows("history", task=task, g=g).groupby("tau")["loss"].mean() / (target**2 / 2)
        end = run.by_g(task, "convergence_tau")
        at = np.interp(end[np.isclose(end.index, g)].iloc[0] / 2, loss.index, loss)
        found.append(float(at))
    return Found(f"{found[0]:.2f} at g = 0, {found[1]:.2f} at 0.6", found[1] > 0.525 and found[1] > found[0])


@claim(
    40,
    "3",
    "The size of dW falls with g.",
    expected="s1 at the end is smaller at g = 0.6 than at 0",
    tolerance="none",
    reason="means over seeds, whose scatter is below a percent",
    source="history: s1 at the last epoch, g = 0 and 0.6",
)
def first_value_falls(run: Run) -> Found:
    def rule(task: str) -> Found:
        weak, strong = (mean(last(run, task, g)["s1"]) for g in MEASURED_G)
        return Found(f"{strong / weak:.2f} times", strong < weak)

    return each(run, rule)
