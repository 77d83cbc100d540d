"""What the supplement's figures say, and the main text of them: network size, spectra, divergence, oscillation."""

import numpy as np

from .base import NotTested, Result, Run, claim, formatted, mean, together
from .section2 import STRONG, present, settled, sizes, times_at_largest

GROWS = 0.1  # exponent of N
FIRST_OUTLIER = 1.1  # times g: beyond it, no eigenvalue of W0 is expected at N = 256
LEARNED, NOT_LEARNED = 0.05, 0.5  # of the initial loss


def at_each_g(run: Run, rule) -> Result:
    """Apply a rule to each task and g of the supplement's figure on size; it must hold for each."""
    return together({f"{task} g = {g:g}": rule(task, g) for task in present(run) for g in (0.0, STRONG, 1.8)})


@claim(
    46,
    "S",
    "For no task and g does the norm of dW grow with the number of neurons.",
    expected="norm_dW ~ N^a with a < 0.1; that of W0 has a = 0.5",
    tolerance="0.1 of the exponent",
    reason="a fifth of the exponent of W0",
    source="summary: three tasks at several N (preset supplement), norm_dW",
    published="S d-f",
)
def no_norm_grows(run: Run) -> Result:
    def rule(task: str, g: float) -> Result:
        norms = {n: mean(run.rows("summary", task=name, g=g)["norm_dW"]) for n, name in sizes(run, task, g).items()}
        a = float(np.polyfit(np.log(list(norms)), np.log(list(norms.values())), 1)[0])
        return Result(f"a = {a:.2f}", a < GROWS, {"": a})

    return at_each_g(run, rule)


@claim(
    47,
    "S",
    "From some N on learning does not change with the number of neurons any more, for each task and g.",
    expected="the times to converge at the two largest N differ by less than two standard errors and a fifth",
    tolerance="two standard errors and a fifth",
    reason="deviations of order 1/sqrt(N): 6 % at N = 256; and the scatter over few seeds",
    source="summary: three tasks at several N (preset supplement), convergence_epoch",
)
def times_settle(run: Run) -> Result:
    def rule(task: str, g: float) -> Result:
        small, large = times_at_largest(run, task, g)
        ratio = mean(large) / mean(small)
        return Result(f"{ratio:.2f} times", settled(small, large), {"": ratio})

    return at_each_g(run, rule)


@claim(
    48,
    "S",
    "With initial connectivity the eigenvalues of dW are small or few, and few of W's leave the disc of W0's.",
    expected="at g = 0.9 no more than six eigenvalues of dW have moduli above g / 2, and six of W above 1.1 g",
    tolerance="six",
    reason="the functional rank of these networks is between 2 and 10; the published figure shows up to four",
    source="spectrum: dW and W at g = 0.9, eigenvalues",
)
def few_outliers(run: Run) -> Result:
    def rule(task: str) -> Result:
        rows = run.rows("spectrum", task=task, g=STRONG)
        rows = rows.assign(modulus=np.hypot(rows["eigenvalue_real"], rows["eigenvalue_imag"]))
        limits = {"dW": STRONG / 2, "W": FIRST_OUTLIER * STRONG}
        counts = {
            matrix: (own["modulus"] > limit).groupby(own["seed"]).sum()
            for matrix, limit in limits.items()
            if len(own := rows[rows["matrix"] == matrix])
        }
        text = ", ".join(f"{formatted(count)} of {matrix}" for matrix, count in counts.items())
        effect = {matrix: mean(count) for matrix, count in counts.items()}
        return Result(text, all(value <= 6 for value in effect.values()), effect)

    return together({task: rule(task) for task in present(run)})


def extremes(run: Run, task: str):
    """Return of each network the largest real part of an eigenvalue of W, and its largest loss over its first."""
    by_network = run.rows("history", task=task).sort_values("epoch").groupby(["g", "seed"])
    loss = by_network["loss"]
    return by_network["eigenvalue1_real"].max(), loss.max().where(loss.count() == loss.size(), np.inf) / loss.first()


@claim(
    49,
    "S",
    "Learning of the linear network diverges where an eigenvalue of W reaches 1.",
    expected="networks whose loss rises above twice its first value have had an eigenvalue of 1, all others none, and "
    "there are such networks",
    tolerance="0.02 of the eigenvalue",
    reason="the readout, Eq. 5, diverges at an eigenvalue of 1; in a trial of length T = 200, 1 - 4/T is as good as 1",
    source="history: divergence_z2.0 and divergence_z4.0 (preset supplement), eigenvalue1_real, loss",
)
def diverges_at_one(run: Run) -> Result:
    tasks = [task for task in ("divergence_z2.0", "divergence_z4.0") if task in run.tasks]
    if not tasks:
        raise NotTested("this run has no task divergence_z2.0 or divergence_z4.0: preset supplement")
    eigenvalue, rise = map(np.concatenate, zip(*(extremes(run, task) for task in tasks), strict=True))
    away = rise > 2
    text = f"{away.sum()} of {len(away)} rise"
    text += f", at eigenvalues of {eigenvalue[away].min():.3f} and more" if away.any() else ""
    text += f"; the others have {eigenvalue[~away].max():.3f} at most" if not away.all() else ""
    holds = away.any() and (eigenvalue[away] > 0.98).all() and (eigenvalue[~away] < 1).all()
    return Result(text, bool(holds), {"share that rises": float(away.mean())})


@claim(
    50,
    "S",
    "For some tasks initial connectivity is necessary: without it an oscillation is not learned, with it, it is.",
    expected="the final loss is above half of the first at g = 0, and below 5 % of it at g = 0.4 and 0.8",
    tolerance="none",
    reason="the paper's threshold of 5 %; at g = 0, dW has no direction but M, and no complex eigenvalue",
    source="history: cosine, cosine_g0.4, cosine_g0.8 (preset supplement), loss at the first and the last epoch",
)
def oscillation_needs_initial(run: Run) -> Result:
    tasks = {"cosine": 0.0, "cosine_g0.4": 0.4, "cosine_g0.8": 0.8}
    if missing := [task for task in tasks if task not in run.tasks]:
        raise NotTested(f"this run has no task {', '.join(missing)}: preset supplement")

    def rule(task: str, g: float) -> Result:
        losses = run.rows("history", task=task).sort_values("epoch").groupby("seed")["loss"]
        share = losses.last() / losses.first()
        holds = mean(share) > NOT_LEARNED if g == 0 else mean(share) < LEARNED
        return Result(formatted(share), bool(holds), {"": mean(share)})

    return together({f"g = {g:g}": rule(task, g) for task, g in tasks.items()})
