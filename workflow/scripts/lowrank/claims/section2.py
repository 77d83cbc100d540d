"""Section 2: networks of three tasks of neuroscience."""

import numpy as np

from .base import Found, NotTested, Run, claim, mean, near, said, standard_error

TASKS = ("flipflop", "mante", "romo")
STRONG = 0.9  # the g of Figure 1 beside 0
VERY_LARGE = 2.0  # networks are chaotic from g = 1 on, and visibly so at this one
RANK = {"flipflop": 2, "mante": 4, "romo": 6}  # at g = 0, as read off Fig. 1 j-l
THRESHOLD = 0.05

DECIDES = "none: the mean over seeds decides"
SEEDS = "scatter over seeds: its standard error stands beside the mean"
FIVE_PERCENT = "the paper's own threshold: 5 % of L0, for ranks 5 % of the rank-0 loss"


def present(run: Run) -> list[str]:
    """Which of the three tasks the run has."""
    tasks = [task for task in TASKS if task in run.tasks]
    if not tasks:
        raise NotTested("this run has none of the three tasks")
    return tasks


def each(run: Run, rule) -> Found:
    """A rule for all tasks that the run has: it has to hold for each."""
    found = {task: rule(task) for task in present(run)}
    return Found(
        "; ".join(f"{task} {one.measured}" for task, one in found.items()), all(f.holds for f in found.values())
    )


# Learning


@claim(
    1,
    "2",
    "Without initial connectivity, networks learn each task.",
    expected="every network at g = 0 converges",
    tolerance="none",
    reason=FIVE_PERCENT,
    source="summary: g = 0, convergence_epoch",
)
def all_learn(run: Run) -> Found:
    def rule(task: str) -> Found:
        epochs = run.rows("summary", task=task, g=0.0)["convergence_epoch"]
        return Found(f"{epochs.notna().sum()} of {len(epochs)}", bool(epochs.notna().all()))

    return each(run, rule)


@claim(
    2,
    "2",
    "Initial connectivity makes learning faster: the time to converge falls with g until networks become chaotic.",
    expected="rank correlation of g and the time below -0.8, up to the g of the shortest time, which is at least 0.6",
    tolerance="0.2 of the correlation",
    reason="one swap of neighbours among four to eight values of g moves it by 0.02 to 0.2",
    source="summary: convergence_epoch by g",
)
def faster(run: Run) -> Found:
    def rule(task: str) -> Found:
        times = run.by_g(task, "convergence_epoch")
        falling = times.loc[: times.idxmin()]
        if times.idxmin() == times.index[0]:
            return Found("shortest at the smallest g", False)
        correlation = np.corrcoef(falling.index, falling.rank())[0, 1] if len(falling) > 2 else -1.0
        text = f"correlation {correlation:.2f} up to g = {times.idxmin():g}"
        return Found(text, bool(correlation < -0.8 and times.idxmin() >= 0.6))

    return each(run, rule)


@claim(
    3,
    "2",
    "At very large g networks are chaotic at first, and learning slows down again.",
    expected="the largest g takes longer than the fastest by more than half, or not all of its networks converge",
    tolerance="the half",
    reason="the scatter over seeds of a time is about a tenth to a third of it",
    source="summary: convergence_epoch at the largest g, and its minimum over g",
)
def slower_again(run: Run) -> Found:
    def rule(task: str) -> Found:
        times, rows = run.by_g(task, "convergence_epoch"), run.rows("summary", task=task)
        if rows["g"].max() < VERY_LARGE:
            raise NotTested(f"the largest g of {task} is {rows['g'].max():g}: {VERY_LARGE:g} or more is needed")
        last = rows[rows["g"] == rows["g"].max()]["convergence_epoch"]
        if last.isna().any():
            return Found(f"{last.isna().sum()} of {len(last)} do not converge at g = {rows['g'].max():g}", True)
        return Found(f"{mean(last) / times.min():.2g} times as long", bool(mean(last) > 1.5 * times.min()))

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
def smoother(run: Run) -> Found:
    def roughness(task: str, g: float) -> list[float]:
        ends = run.rows("summary", task=task, g=g).set_index("seed")["convergence_epoch"].dropna().astype(int)
        if ends.empty:
            raise NotTested(f"no network of {task} at g = {g} converges")
        losses = run.rows("history", task=task, g=g).sort_values("epoch").groupby("seed")["loss"]
        steps = [np.diff(np.log(losses.get_group(seed).to_numpy()[: end + 1])) for seed, end in ends.items()]
        return [np.abs(step).sum() / abs(step.sum()) for step in steps]

    def rule(task: str) -> Found:
        weak, strong = roughness(task, 0.0), roughness(task, STRONG)
        return Found(f"{said(strong)} against {said(weak)}", mean(strong) < mean(weak))

    return each(run, rule)


# The changes are of low rank


@claim(
    5,
    "2",
    "The change of the flip-flop's connectivity at g = 0 has two singular values much larger than the others.",
    expected="s3 < s2 / 2",
    tolerance=DECIDES,
    reason=SEEDS,
    source="spectrum: flipflop, g = 0, dW, index 2 and 3",
)
def two_dominate(run: Run) -> Found:
    values = run.singular_values("flipflop", 0.0)
    ratio = values[:, 2] / values[:, 1]
    return Found(f"s3/s2 = {said(ratio)}", mean(ratio) < 0.5)


def leading_six(run: Run, task: str) -> Found:
    """Whether the sixth value is well above the twelfth, from where on they fall slowly."""
    values = run.singular_values(task, 0.0)
    ratio = values[:, 5] / values[:, 11]
    return Found(f"s6/s12 = {said(ratio)}", mean(ratio) > 2)


@claim(
    6,
    "2",
    "For Mante at g = 0 the first six singular values of dW stand out from the tail.",
    expected="s6 > 2 s12",
    tolerance=DECIDES,
    reason=SEEDS,
    source="spectrum: mante, g = 0, dW, index 6 and 12",
)
def mante_six(run: Run) -> Found:
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
def romo_six(run: Run) -> Found:
    return leading_six(run, "romo")


def functional_rank(run: Run, task: str, g: float) -> np.ndarray:
    """Of each network that has one."""
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
)
def rank_flipflop(run: Run) -> Found:
    return near(functional_rank(run, "flipflop", 0.0), RANK["flipflop"], 1.0)


@claim(
    9,
    "2",
    "Mante without initial connectivity needs rank 4 of dW.",
    expected="functional rank 4",
    tolerance="1, and two standard errors",
    reason=ONE_RANK,
    source="summary: mante, g = 0, functional_rank",
)
def rank_mante(run: Run) -> Found:
    return near(functional_rank(run, "mante", 0.0), RANK["mante"], 1.0)


@claim(
    10,
    "2",
    "Romo without initial connectivity needs rank 6 of dW.",
    expected="functional rank 6",
    tolerance="1, and two standard errors",
    reason=ONE_RANK,
    source="summary: romo, g = 0, functional_rank",
)
def rank_romo(run: Run) -> Found:
    return near(functional_rank(run, "romo", 0.0), RANK["romo"], 1.0)


@claim(
    11,
    "2",
    "With initial connectivity the changes are of low rank, too: the truncated loss is close to 0 before rank 10.",
    expected="at g = 0.9 the loss at rank 10 is below 5 % of that at rank 0",
    tolerance=DECIDES,
    reason=FIVE_PERCENT,
    source="truncation: g = 0.9, rank 10, relative_loss",
)
def low_rank_with_connectivity(run: Run) -> Found:
    def rule(task: str) -> Found:
        loss = run.rows("truncation", task=task, g=STRONG, rank=10)["relative_loss"].dropna()
        return Found(said(loss), mean(loss) < THRESHOLD)

    return each(run, rule)


@claim(
    12,
    "2",
    "The functional rank, averaged over seeds, is between 2 and 10 for all tasks and g.",
    expected="2 to 10 at every g",
    tolerance="none",
    reason="the paper's own range; a g at which a network has no functional rank is left out, as in Figure 2",
    source="summary: functional_rank by g",
)
def between_2_and_10(run: Run) -> Found:
    def rule(task: str) -> Found:
        ranks = run.by_g(task, "functional_rank")
        return Found(f"{ranks.min():.3g} to {ranks.max():.3g}", bool(ranks.between(2, 10).all()))

    return each(run, rule)


def trend(values) -> tuple[float, float]:
    """The slope of a straight line through means at each g, and its standard error from what it leaves."""
    g, y = np.asarray(values.index, float), np.asarray(values, float)
    (slope, _), residuals, *_ = np.polyfit(g, y, 1, full=True)
    left = float(residuals[0]) if len(residuals) else 0.0
    return float(slope), float(np.sqrt(left / max(len(g) - 2, 1) / np.square(g - g.mean()).sum()))


@claim(
    13,
    "2",
    "The functional rank increases with g for the flip-flop.",
    expected="a straight line through the means rises",
    tolerance="two standard errors of its slope",
    reason="what the line leaves of the means, of five networks each",
    source="summary: flipflop, functional_rank by g",
)
def rank_rises(run: Run) -> Found:
    slope, error = trend(run.by_g("flipflop", "functional_rank"))
    return Found(f"{slope:.2g} ± {error:.1g} a unit of g", slope > 2 * error)


@claim(
    14,
    "2",
    "For Mante and Romo g affects the functional rank less than for the flip-flop.",
    expected="the slopes of straight lines through the means are below the flip-flop's in size",
    tolerance="two standard errors of the slopes",
    reason="what the lines leave of the means, of five networks each",
    source="summary: functional_rank by g",
)
def rank_less_affected(run: Run) -> Found:
    slopes = {task: trend(run.by_g(task, "functional_rank")) for task in TASKS}
    steep, error = slopes["flipflop"]
    holds = all(abs(slopes[task][0]) < steep + 2 * np.hypot(error, slopes[task][1]) for task in ("mante", "romo"))
    return Found("; ".join(f"{task} {slope:.2g} ± {e:.1g}" for task, (slope, e) in slopes.items()), bool(holds))


@claim(
    15,
    "2",
    "Singular values of dW have a similar pattern and size with and without initial connectivity.",
    expected="s1 at g = 0.9 is between half and twice that at g = 0",
    tolerance="the factor of two",
    reason="the paper says 'very similar' of curves that differ by up to a third",
    source="spectrum: g = 0 and 0.9, dW, index 1",
)
def similar_spectra(run: Run) -> Found:
    def rule(task: str) -> Found:
        weak, strong = (mean(run.singular_values(task, g)[:, 0]) for g in (0.0, STRONG))
        return Found(f"{strong / weak:.2f}", 0.5 < strong / weak < 2)

    return each(run, rule)


# The initial connectivity


@claim(
    16,
    "2",
    "The norm of W0 is sqrt(N) g.",
    expected="norm_W0 / (sqrt(N) g) = 1",
    tolerance="4 / (sqrt(2) N)",
    reason="the norm of N^2 independent Gaussians scatters by a relative 1/(sqrt(2) N): four standard deviations",
    source="summary: norm_W0, n_neurons",
)
def norm_of_initial(run: Run) -> Found:
    rows = run.rows("summary")
    rows = rows[rows["g"] > 0]
    if rows.empty:
        raise NotTested("this run has no g above 0")
    off = rows["norm_W0"] / (np.sqrt(rows["n_neurons"]) * rows["g"]) - 1
    worst = (off.abs() * np.sqrt(2) * rows["n_neurons"]).max()
    return Found(f"largest deviation {worst:.2f} standard deviations of {len(rows)} networks", bool(worst < 4))


@claim(
    17,
    "2",
    "The final connectivity is dominated by W0, the more the larger g is.",
    expected="the norm of W0 over that of dW is above 2 at g = 0.9 and rises with g",
    tolerance=DECIDES,
    reason=SEEDS,
    source="summary: norm_W0, norm_dW by g",
)
def initial_dominates(run: Run) -> Found:
    def rule(task: str) -> Found:
        ratio = run.by_g(task, "norm_W0") / run.by_g(task, "norm_dW")
        strong = run.rows("summary", task=task, g=STRONG)
        at = mean(strong["norm_W0"] / strong["norm_dW"])
        return Found(
            f"{at:.2g} at g = 0.9, {ratio.iloc[-1]:.2g} at {ratio.index[-1]:g}",
            bool(at > 2 and (ratio.diff().dropna() > 0).all()),
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
)
def norm_falls(run: Run) -> Found:
    def rule(task: str) -> Found:
        converged = run.by_g(task, "convergence_epoch").index
        norms = run.by_g(task, "norm_dW")
        slope, error = trend(norms[norms.index.isin(converged)])
        return Found(f"{slope:.2g} ± {error:.1g} a unit of g", slope < -2 * error)

    return each(run, rule)


def shuffled(run: Run, task: str):
    """The loss with shuffled W0 over L0 by g, of networks that converged."""
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
)
def shuffling_destroys(run: Run) -> Found:
    def rule(task: str) -> Found:
        loss = shuffled(run, task)
        strong = loss[loss.index >= STRONG - 1e-9]
        if strong.empty:
            raise NotTested(f"{task} has no g from 0.9 on that converged")
        return Found(f"{strong.min():.2f} at least", bool(strong.min() > 0.5))

    return each(run, rule)


@claim(
    20,
    "2",
    "Weak initial connectivity may be shuffled.",
    expected="at the smallest g above 0 the loss with shuffled W0 is below that at 0.9",
    tolerance=DECIDES,
    reason=SEEDS,
    source="summary: shuffled_loss / initial_loss at the smallest g above 0 and at 0.9",
)
def weak_may_be_shuffled(run: Run) -> Found:
    def rule(task: str) -> Found:
        loss = shuffled(run, task)
        between = loss[(loss.index > 0) & (loss.index < STRONG - 1e-9)]
        if between.empty or not np.isclose(loss.index, STRONG).any():
            raise NotTested(f"{task} has no g between 0 and 0.9")
        strong = loss[np.isclose(loss.index, STRONG)].iloc[0]
        return Found(
            f"{between.iloc[0]:.2g} at {between.index[0]:g}, {strong:.2g} at 0.9", bool(between.iloc[0] < strong)
        )

    return each(run, rule)


# Other networks: these need runs of their own, the presets `sizes` and `variants`


def of_size(run: Run, module: str) -> dict[int, list[str]]:
    """The tasks of a module by the number of neurons, if there are several."""
    found: dict[int, list[str]] = {}
    for name, task in run.tasks.items():
        if task["module"] == module:
            found.setdefault(task["n_neurons"], []).append(name)
    if len(found) < 3:
        raise NotTested(f"this run has {module} at {len(found)} sizes, 3 are needed: preset sizes")
    return dict(sorted(found.items()))


@claim(
    21,
    "2",
    "The norm of dW does not grow with the size of the network.",
    expected="norm_dW ~ N^a with a < 0.1; that of W0 has a = 0.5",
    tolerance="0.1 of the exponent",
    reason="with two networks a size the exponent over a factor of 8 in N is good to about 0.05",
    source="summary: flipflop at several N (preset sizes), norm_dW",
)
def norm_and_size(run: Run) -> Found:
    sizes = of_size(run, "flipflop")
    norms = [mean(run.rows("summary", task=names[0])["norm_dW"]) for names in sizes.values()]
    exponent = np.polyfit(np.log(list(sizes)), np.log(norms), 1)[0]
    return Found(f"a = {exponent:.2f} over N = {', '.join(map(str, sizes))}", bool(exponent < 0.1))


@claim(
    22,
    "2",
    "Learning does not change with the size of the network, if it is large enough.",
    expected="the time to converge at the two largest N differs by less than two standard errors and a fifth",
    tolerance="two standard errors and a fifth",
    reason="deviations of order 1/sqrt(N): 6 % at N = 256; and the scatter over few seeds",
    source="summary: flipflop at several N (preset sizes), convergence_epoch",
)
def time_and_size(run: Run) -> Found:
    times = [
        run.rows("summary", task=names[0])["convergence_epoch"].dropna() for names in of_size(run, "flipflop").values()
    ]
    small, large = (np.asarray(values, float) for values in times[-2:])
    room = 0.2 * mean(small) + 2 * np.hypot(standard_error(small), standard_error(large))
    return Found(f"{said(small)} and {said(large)} epochs", bool(abs(mean(small) - mean(large)) < room))


def variant(run: Run, name: str) -> Found:
    """A variant of the flip-flop is of low rank as the task itself is."""
    if name not in run.tasks:
        raise NotTested(f"this run has no task {name}: preset variants")
    rows = run.rows("summary", task=name)
    ranks = rows["functional_rank"].dropna().astype(float)
    if ranks.empty or rows["convergence_epoch"].isna().any():
        return Found(f"{rows['convergence_epoch'].notna().sum()} of {len(rows)} converged", False)
    return Found(f"all converged, functional rank {said(ranks)}", 2 <= mean(ranks) <= 10)


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
def only_connectivity(run: Run) -> Found:
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
def gradient_descent(run: Run) -> Found:
    return variant(run, "flipflop_sgd")


@claim(
    25,
    "2",
    "The classical flip-flop, in which each channel keeps its sign, gives similar results.",
    expected=LIKE,
    tolerance="none",
    reason=LIKE_REASON,
    source="summary: flipflop_per_channel (preset variants)",
)
def per_channel(run: Run) -> Found:
    return variant(run, "flipflop_per_channel")
