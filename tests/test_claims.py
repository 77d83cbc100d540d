"""The claims ledger: its rules on tables made by hand and by the theory, and what it says of the tiny run."""

import re
import shutil
import subprocess
import sys
from statistics import NormalDist

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import workflow
from lowrank import claims, theory
from lowrank.claims import published
from lowrank.claims.base import FAILS, HOLDS, NOT_TESTED, UNTOLD, Claim, NotTested, Result, Run, equals, standard_error
from lowrank.claims.judgement import judged
from lowrank.claims.page import first_tested, page
from lowrank.claims.resampled import Original, Resampled
from lowrank.comparison.published import read
from lowrank.store import schemas

BY_NUMBER = {claim.number: claim for claim in claims.every()}
FLIPFLOP = {"flipflop": {"module": "flipflop", "n_neurons": 256, "numbers": {}}}
LINEAR = {
    f"linear_z{target}": {"module": "linear", "n_neurons": 1024, "numbers": {"target": target}} for target in (0.5, 2.0)
}


def verdict(number: int, tasks: dict, **frames: pd.DataFrame) -> str:
    """What becomes of one claim on these tables."""
    try:
        return HOLDS if BY_NUMBER[number].rule(Run(frames, tasks)).holds else FAILS
    except NotTested:
        return NOT_TESTED


def networks(task: str = "flipflop", strengths=(0.0, 0.3, 0.6, 0.9, 1.2, 2.1), seeds=2, **columns) -> pd.DataFrame:
    """A summary: each column is a function of g and seed."""
    rows = [
        {"task": task, "g": g, "seed": seed} | {name: value(g, seed) for name, value in columns.items()}
        for g in strengths
        for seed in range(seeds)
    ]
    return pd.DataFrame(rows)


# The ledger


def test_claims_are_numbered_from_1_and_more_than_30():
    assert sorted(BY_NUMBER) == list(range(1, len(BY_NUMBER) + 1))
    assert len(BY_NUMBER) >= 30


@pytest.mark.parametrize("claim", BY_NUMBER.values(), ids=lambda claim: f"{claim.number}")
def test_a_claim_says_all_that_a_reader_needs(claim: Claim):
    assert claim.section in ("2", "3", "4", "S")
    for text in (claim.statement, claim.expected, claim.tolerance, claim.reason, claim.source):
        assert text
    assert claim.statement.endswith(".")
    named = claim.source.partition(":")[0]
    assert named in schemas.names(), f"{claim.source!r} begins with no table's name"


@pytest.mark.parametrize("claim", BY_NUMBER.values(), ids=lambda claim: f"{claim.number}")
def test_a_claim_is_not_tested_on_a_run_without_networks(claim: Claim):
    with pytest.raises(NotTested, match="this run"):
        claim.rule(Run({}, {}))


def test_the_tiny_run_has_a_verdict_on_every_claim(finished):
    rows = pq.read_table(finished / "results/tiny/tables/claims.parquet").to_pylist()
    assert [row["claim"] for row in rows] == [f"{number}" for number in sorted(BY_NUMBER)]
    assert {row["verdict"] for row in rows} <= {HOLDS, FAILS, NOT_TESTED}
    assert all(row["measured"] for row in rows)
    by_number = {row["claim"]: row for row in rows}
    assert "presets sizes" in by_number["21"]["measured"]
    assert by_number["16"]["verdict"] == HOLDS, "a norm of Gaussians, at any N"


def test_the_page_says_what_the_table_says(finished):
    table = pq.read_table(finished / "results/tiny/tables/claims.parquet")
    text, rows = (finished / "results/tiny/claims.md").read_text(), table.to_pydict()
    assert text == page(table.to_pylist(), "tiny")
    by_section = sorted(zip(rows["section"], rows["claim"], strict=True), key=lambda row: row[0])
    assert re.findall(r"^### (\d+)\.", text, re.MULTILINE) == [claim for _, claim in by_section]
    assert len(re.findall(r"^## ", text, re.MULTILINE)) == 4, "each section once"
    for name in ("statement", "measured", "expected", "tolerance", "reason", "source"):
        assert all(value in text for value in rows[name]), name
    assert f"{rows['verdict'].count(HOLDS)} hold, {rows['verdict'].count(FAILS)} fail, " in text


def test_all_runs_together_have_each_claim_by_the_first_that_tests_it(finished, tmp_path):
    """Of what no run tests, the reason of the first stands there."""
    for run in ("tiny", "other"):
        shutil.copytree(finished / "results/tiny/tables", tmp_path / f"results/{run}/tables")
    program = [sys.executable, workflow.ROOT / "workflow/scripts/all_claims.py"]
    done = subprocess.run([*program, "other", "tiny"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "results/claims.md\n"
    text = (tmp_path / "results/claims.md").read_text()
    assert "judged on the runs `other` and `tiny`\n" in text
    assert "on the runs `one`, `two` and `three`\n" in page([], "one", "two", "three")
    assert text.count("### ") == len(BY_NUMBER)
    lacking = subprocess.run([*program, "none"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert lacking.returncode == 1
    assert "there is no run 'none'" in lacking.stderr


def test_the_first_run_that_tests_a_claim_has_the_say():
    untested, tested = ({"claim": "1", "verdict": verdict} for verdict in (NOT_TESTED, FAILS))
    assert first_tested({"a": [untested], "b": [tested]})[0]["run"] == "b"
    assert first_tested({"a": [tested], "b": [tested]})[0]["run"] == "a"
    assert first_tested({"a": [untested], "b": [untested]})[0]["run"] == "a"
    more = [tested, tested | {"claim": "10"}, tested | {"claim": "2"}]
    assert [row["claim"] for row in first_tested({"a": [tested], "b": more})] == ["1", "2", "10"], "other code's claims"


# How sure a verdict is, and what the published figures say


def rule(number: int, judge, published: str = "") -> Claim:
    return Claim(number, "2", "A claim.", "x", "none", "none", "summary: x", published, "", judge)


def above(run: Run) -> Result:
    value = run.rows("summary")["x"].mean()
    return Result(f"{value}", bool(value > 1), {"": value})


def runs_with(*values: float) -> Run:
    rows = [{"task": "romo", "g": 0.9, "seed": seed, "x": x} for seed, x in enumerate(values)]
    return Run({"summary": pd.DataFrame(rows)}, {})


def test_almost_and_not_at_all_differ():
    """Five networks about the threshold, and five far below it."""
    almost = judged([rule(1, above)], runs_with(0.6, 0.8, 0.95, 1.1, 1.4), [], 100)
    far = judged([rule(1, above)], runs_with(0.1, 0.2, 0.1, 0.2, 0.1), [], 100)
    assert almost["verdict"] == far["verdict"] == [FAILS]
    assert 0.2 < almost["support"][0] < 0.7
    assert far["support"] == [0.0]
    low, high = map(float, re.search(r"0.97 \[(.+), (.+)\]", almost["effect"][0]).groups())
    assert low < 0.85 < 1.1 < high


def test_resamples_are_the_same_each_time_and_keep_networks_whole():
    """In all tables the same networks are drawn; each counts as a seed of its own."""
    history = pd.DataFrame({"task": "romo", "g": 0.9, "seed": np.repeat(range(5), 3), "y": np.repeat(range(5), 3)})
    run = Original(Run(runs_with(0, 1, 2, 3, 4).tables | {"history": history}, {}))
    one, same, other = Resampled(run, 3), Resampled(run, 3), Resampled(run, 4)
    drawn = one.rows("summary", task="romo")["x"].tolist()
    assert drawn == same.rows("summary", task="romo")["x"].tolist()
    assert drawn != other.rows("summary", task="romo")["x"].tolist()
    assert len(set(drawn)) < 5, "drawn with replacement"
    assert one.rows("history").groupby("seed")["y"].first().tolist() == drawn


@pytest.mark.parametrize(
    ("values", "expected"), [((2.0, 2.1), HOLDS), ((0.5, 0.6), FAILS), ((0.9, 1.1), UNTOLD), ((), UNTOLD)]
)
def test_a_published_verdict_that_depends_on_errors_of_reading_cannot_be_told(values, expected):
    rows = judged([rule(1, above, "2 a")], runs_with(2.0), [runs_with(value) for value in values], 3)
    assert rows["published"] == [expected]
    assert judged([rule(1, above)], runs_with(2.0), [runs_with(2.0)], 3)["published"] == [UNTOLD]


@pytest.fixture(scope="module")
def figures() -> list[Run]:
    files = sorted((workflow.ROOT / "workflow/resources/published").glob("*.csv"))
    return published.runs([read(path) for path in files], {}, 10)


def test_the_published_figures_are_tables_like_ours(figures):
    """Some numbers as they stand in the readings."""
    first = figures[0]
    row = first.rows("summary", task="flipflop", g=0.0).iloc[0]
    assert row["convergence_epoch"] == pytest.approx(104.9)
    assert row["functional_rank"] == 2
    assert first.rows("summary", task="romo", g=0.6)["convergence_epoch"].isna().all(), "not shown: not all converged"
    assert first.singular_values("romo", 0.0)[0, 0] == 2.46
    assert first.rows("summary", task="flipflop_N64", g=0.0)["convergence_epoch"].item() == 211.4
    assert first.rows("sentiment_truncation", truncated="dW", rank=10)["accuracy"].item() == pytest.approx(
        0.77, abs=0.01
    )


@pytest.mark.parametrize(
    ("number", "expected"), [(2, HOLDS), (13, HOLDS), (15, FAILS), (17, FAILS), (31, FAILS), (3, UNTOLD), (51, HOLDS)]
)
def test_what_the_rules_say_of_the_published_figures(figures, number, expected):
    assert judged([BY_NUMBER[number]], Run({}, {}), figures, 0)["published"] == [expected]


def test_every_claim_with_a_published_figure_can_be_judged_by_it(figures):
    """But for those that need the theory, which the run has."""
    for claim in BY_NUMBER.values():
        if claim.published and claim.number != 36:
            assert judged([claim], Run({}, {}), figures[:1], 0)["published_measured"][0], claim.number


# Rules of the supplement


SIZED = {
    f"{task}_N{n}": {"module": task, "n_neurons": n, "numbers": {}}
    for task in ("flipflop", "mante", "romo")
    for n in (64, 128, 256)
} | {task: {"module": task, "n_neurons": 512, "numbers": {}} for task in ("flipflop", "mante", "romo")}


def sized(**columns) -> pd.DataFrame:
    """A summary of three tasks at four sizes: each column is a function of N and seed."""
    return pd.concat(
        networks(
            name,
            (0.0, 0.9, 1.8),
            **{c: lambda g, seed, n=one["n_neurons"], f=f: f(n, seed) for c, f in columns.items()},
        ).assign(n_neurons=one["n_neurons"])
        for name, one in SIZED.items()
    )


@pytest.mark.parametrize(("exponent", "expected"), [(0.0, HOLDS), (-0.2, HOLDS), (0.15, FAILS)])
def test_no_norm_grows_with_the_number_of_neurons(exponent, expected):
    assert verdict(46, SIZED, summary=sized(norm_dW=lambda n, seed: n**exponent)) == expected


@pytest.mark.parametrize(("last", "expected"), [(50, HOLDS), (58, HOLDS), (75, FAILS), (np.nan, NOT_TESTED)])
def test_the_time_to_converge_settles_with_the_number_of_neurons(last, expected):
    times = sized(convergence_epoch=lambda n, seed: last + seed if n == 512 else 50 + seed)
    assert verdict(47, SIZED, summary=times) == expected


@pytest.mark.parametrize(("last", "expected"), [(50, HOLDS), (75, FAILS)])
def test_the_flipflops_time_settles_and_one_network_does_not_say_so(last, expected):
    times = sized(convergence_epoch=lambda n, seed: last + seed if n == 512 else 50 + seed)
    assert verdict(22, SIZED, summary=times) == expected
    alone = times[(times["task"] != "flipflop") | (times["seed"] == 0)]
    assert verdict(22, SIZED, summary=alone) == NOT_TESTED, "one network has no standard error to hide behind"


@pytest.mark.parametrize(("outliers", "expected"), [(6, HOLDS), (7, FAILS)])
def test_few_eigenvalues_leave_the_disc(outliers, expected):
    rows = pd.DataFrame(
        {"task": "flipflop", "g": 0.9, "seed": 0, "matrix": matrix, "index": i, "eigenvalue_imag": 0.0}
        | {"eigenvalue_real": 1.5 if i <= outliers else 0.1}
        for matrix in ("dW", "W")
        for i in range(1, 21)
    )
    assert verdict(48, FLIPFLOP, spectrum=rows) == expected


@pytest.mark.parametrize(
    ("loss", "eigenvalue", "expected"),
    [
        ((8.0, 5.0, 1e6, 8.0), (0.8, 0.9, 1.001, 0.8), HOLDS),  # thrown back
        ((8.0, 5.0, np.nan), (0.8, 1.002, np.nan), HOLDS),  # not finite any more
        ((8.0, 5.0, 1e6), (0.8, 0.9, 0.95), FAILS),  # for another reason
        ((8.0, 5.0, 0.1), (0.8, 0.9, 0.95), FAILS),  # none diverges
    ],
)
def test_learning_diverges_at_an_eigenvalue_of_one(loss, eigenvalue, expected):
    one = {"task": "divergence_z4.0", "g": 0.8, "seed": 0, "epoch": range(len(loss))}
    other = {"task": "divergence_z4.0", "g": 0.6, "seed": 0, "epoch": range(2)}
    history = pd.concat(
        [
            pd.DataFrame(one | {"loss": loss, "eigenvalue1_real": eigenvalue}),
            pd.DataFrame(other | {"loss": (8.0, 0.0), "eigenvalue1_real": (0.6, 0.97)}),
        ]
    )
    tasks = {"divergence_z4.0": {"module": "linear", "n_neurons": 256, "numbers": {"target": 4.0}}}
    assert verdict(49, tasks, history=history) == expected


@pytest.mark.parametrize(
    ("at_zero", "at_more", "expected"), [(0.97, 0.01, HOLDS), (0.4, 0.01, FAILS), (0.97, 0.1, FAILS)]
)
def test_an_oscillation_is_learned_with_initial_connectivity_alone(at_zero, at_more, expected):
    ends = {"cosine": at_zero, "cosine_g0.4": at_more, "cosine_g0.8": at_more}
    rows = [
        {"task": task, "g": 0.0, "seed": 0, "epoch": e, "loss": end**e} for task, end in ends.items() for e in (0, 1)
    ]
    tasks = {task: {"module": "cosine", "n_neurons": 256, "numbers": {}} for task in ends}
    assert verdict(50, tasks, history=pd.DataFrame(rows)) == expected


@pytest.mark.parametrize(
    ("epochs", "expected"), [((np.nan, 700), HOLDS), ((np.nan, 900), FAILS), ((np.nan, np.nan), FAILS)]
)
def test_gradient_descent_learns_at_some_rate(epochs, expected):
    names = ("flipflop_sgd_rate10", "flipflop_sgd_rate20")
    tasks = FLIPFLOP | dict.fromkeys(names, FLIPFLOP["flipflop"])
    parts = [networks("flipflop", (0.0,), convergence_epoch=lambda g, seed: 80)]
    parts += [
        networks(name, (0.0,), convergence_epoch=lambda g, seed, t=t: t) for name, t in zip(names, epochs, strict=True)
    ]
    assert verdict(54, tasks, summary=pd.concat(parts)) == expected


def test_the_standard_error_by_hand():
    assert standard_error([1.0, 3.0]) == pytest.approx(1.0)
    assert standard_error([1.0]) == np.inf


def test_near_allows_two_standard_errors_and_what_is_said():
    assert equals([1.0, 3.0], 4.0).holds
    assert not equals([1.0, 3.0], 4.1).holds
    assert equals([1.0, 3.0], 4.1, 0.2).holds
    assert not equals([2.0], 2.5).holds, "one network has no standard error to hide behind"


# Rules of Section 2


def test_the_norm_of_w0_is_held_to_four_standard_deviations():
    def summary(off: float) -> pd.DataFrame:
        at = lambda g, seed: np.sqrt(256) * g * (1 + off / (np.sqrt(2) * 256))  # noqa: E731
        return networks(norm_W0=at, n_neurons=lambda g, seed: 256)

    assert verdict(16, FLIPFLOP, summary=summary(3.9)) == HOLDS
    assert verdict(16, FLIPFLOP, summary=summary(-3.9)) == HOLDS
    assert verdict(16, FLIPFLOP, summary=summary(4.1)) == FAILS


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((100, 80, 60, 40, 50, 200), HOLDS),
        ((100, 80, 60, 40, np.nan, 200), HOLDS),  # a g at which not all converge is left out
        ((40, 80, 60, 100, 50, 200), FAILS),
        ((100, 40, 60, 80, 50, 200), FAILS),  # the fastest is too early
    ],
)
def test_learning_gets_faster_until_chaos(times, expected):
    at = dict(zip((0.0, 0.3, 0.6, 0.9, 1.2, 2.1), times, strict=True))
    assert verdict(2, FLIPFLOP, summary=networks(convergence_epoch=lambda g, seed: at[g])) == expected


@pytest.mark.parametrize(("last", "expected"), [(59, FAILS), (61, HOLDS), (np.nan, HOLDS)])
def test_the_largest_g_is_slower_again(last, expected):
    summary = networks(convergence_epoch=lambda g, seed: last if g == 2.1 else 40)
    assert verdict(3, FLIPFLOP, summary=summary) == expected


def test_the_slowing_down_is_not_tested_below_very_large_g():
    summary = networks(strengths=(0.0, 0.6, 1.5), convergence_epoch=lambda g, seed: 40)
    assert verdict(3, FLIPFLOP, summary=summary) == NOT_TESTED


@pytest.mark.parametrize(("rank", "expected"), [(2, HOLDS), (3, HOLDS), (4, FAILS), (np.nan, NOT_TESTED)])
def test_the_functional_rank_of_the_flipflop(rank, expected):
    assert verdict(8, FLIPFLOP, summary=networks(functional_rank=lambda g, seed: rank)) == expected


@pytest.mark.parametrize(("most", "expected"), [(10, HOLDS), (10.5, FAILS)])
def test_the_functional_rank_is_between_2_and_10(most, expected):
    summary = networks(functional_rank=lambda g, seed: most if g == 1.2 else 2)
    assert verdict(12, FLIPFLOP, summary=summary) == expected


@pytest.mark.parametrize(("slope", "expected"), [(-0.5, HOLDS), (0.5, FAILS), (0.0, FAILS)])
def test_the_norm_of_the_change_falls(slope, expected):
    summary = networks(norm_dW=lambda g, seed: 2 + slope * g, convergence_epoch=lambda g, seed: 50)
    assert verdict(18, FLIPFLOP, summary=summary) == expected


@pytest.mark.parametrize(("at_strong", "expected"), [(0.6, HOLDS), (0.4, FAILS)])
def test_shuffling_destroys(at_strong, expected):
    summary = networks(
        shuffled_loss=lambda g, seed: at_strong if g >= 0.9 else 0.0,
        initial_loss=lambda g, seed: 1.0,
        convergence_epoch=lambda g, seed: 50,
    )
    assert verdict(19, FLIPFLOP, summary=summary) == expected


@pytest.mark.parametrize(("exponent", "expected"), [(0.0, HOLDS), (-0.3, HOLDS), (0.2, FAILS)])
def test_the_norm_of_the_change_does_not_grow_with_size(exponent, expected):
    sizes = {f"flipflop_N{n}": {"module": "flipflop", "n_neurons": n, "numbers": {}} for n in (64, 128, 256)}
    parts = [
        networks(name, [0.9], norm_dW=lambda g, seed, n=task["n_neurons"]: n**exponent) for name, task in sizes.items()
    ]
    assert verdict(21, sizes, summary=pd.concat(parts)) == expected
    assert verdict(21, FLIPFLOP, summary=parts[0]) == NOT_TESTED


# Rules of Section 3, on what the theory gives for N to infinity


def history(order: int, epochs: int = 60) -> pd.DataFrame:
    """Linear networks that follow the theory to an order; all seeds alike."""
    parts = []
    for task, entry in LINEAR.items():
        target = entry["numbers"]["target"]
        for g in (0.0, 0.6):
            rate = 0.01 * (1 - g**2) ** 2
            columns = theory.columns([{"target": target, "g": g, "rate": rate, "epochs": epochs}])
            frame = pd.DataFrame(columns).query("order == @order").drop(columns=["target", "order"])
            gradient = theory.gradient_norm(0.0, g, target)
            parts += [frame.assign(task=task, seed=s, epoch=range(epochs), gradient_norm=gradient) for s in (0, 1)]
    return pd.concat(parts, ignore_index=True)


def predictions(epochs: int = 60) -> pd.DataFrame:
    made = [
        {"target": entry["numbers"]["target"], "g": g, "rate": 0.01 * (1 - g**2) ** 2, "epochs": epochs}
        for entry in LINEAR.values()
        for g in (0.0, 0.6)
    ]
    return pd.DataFrame(theory.columns(made))


@pytest.mark.parametrize("number", [35, 36])
def test_networks_that_follow_the_theory_do_and_others_do_not(number):
    good, columns = history(order=3), ["readout", "s1", "s2"]
    assert verdict(number, LINEAR, history=good, theory=predictions()) == HOLDS
    bad = good.assign(**{name: 1.6 * good[name] + 0.1 for name in columns})
    assert verdict(number, LINEAR, history=bad, theory=predictions()) == FAILS


def test_singular_values_grow_in_a_hierarchy():
    good = history(order=3)
    assert verdict(37, LINEAR, history=good) == HOLDS
    assert verdict(37, LINEAR, history=good.assign(s2=good["s1"] / 10)) == FAILS


def test_the_first_gradient_is_that_of_the_first_order():
    good = history(order=1)
    assert verdict(30, LINEAR, history=good) == HOLDS
    assert verdict(30, LINEAR, history=good.assign(gradient_norm=1.3 * good["gradient_norm"])) == FAILS


@pytest.mark.parametrize(("scale", "expected"), [(1.0, HOLDS), (0.2, FAILS), (5.0, FAILS)])
def test_the_first_readout_is_that_of_n_random_products(scale, expected):
    rows = [  # the quantiles of a Gaussian
        {
            "task": task,
            "g": 0.0,
            "seed": seed,
            "epoch": 0,
            "readout": scale * NormalDist().inv_cdf((seed + 0.5) / 20) / 32,
        }
        for task in LINEAR
        for seed in range(20)
    ]
    assert verdict(29, LINEAR, history=pd.DataFrame(rows)) == expected


@pytest.mark.parametrize(("number", "column", "power"), [(31, "convergence_tau", 2), (32, "norm_dW", 1)])
def test_what_scales_with_g_follows_the_first_order(number, column, power):
    for factor, expected in ((1.0, HOLDS), (1.3, HOLDS), (1.4, FAILS)):
        at = {column: lambda g, seed, factor=factor: (1 - g**2) ** power * (factor if g == 0.8 else 1)}
        summary = pd.concat([networks(task, (0.0, 0.4, 0.8), **at) for task in LINEAR])
        assert verdict(number, LINEAR, summary=summary) == expected


def test_an_eigenvalue_of_the_change_is_that_of_gradient_flow():
    """Gradient flow of a network without initial connectivity, of its own N x N matrices."""
    n, rng, found = 1024, np.random.default_rng(0), {"good": [], "first order": []}
    for task, entry in LINEAR.items():
        target, tau = entry["numbers"]["target"], 2 / max(1, entry["numbers"]["target"] ** 2)
        v, M = np.linalg.qr(rng.standard_normal((64, 2)))[0].T
        change = theory.integrated(np.zeros((64, 64)), M, v, target, tau, steps=400)
        s1, eigenvalue = np.linalg.norm(change, 2), np.abs(np.linalg.eigvals(change)).max()
        row = {"task": task, "g": 0.0, "seed": 0, "matrix": "dW", "index": 1, "singular_value": s1}
        found["good"].append(row | {"eigenvalue_real": eigenvalue, "eigenvalue_imag": 0.0, "tau": tau})
        found["first order"].append(row | {"eigenvalue_real": s1, "eigenvalue_imag": 0.0, "tau": tau})
    assert n == next(iter(LINEAR.values()))["n_neurons"]
    for name, expected in (("good", HOLDS), ("first order", FAILS)):
        rows = pd.DataFrame(found[name])
        assert verdict(38, LINEAR, spectrum=rows, history=rows.assign(epoch=9)) == expected


# Rules of Section 4


def lstm(at_10: float, at_half: float, compressed: float) -> dict[str, pd.DataFrame]:
    """An LSTM of 8 units whose final accuracy is 0.8, to one standard error of 0.0135."""
    rows = [("dW", 10, at_10), ("W", 4, at_half), ("compressed", 10, compressed)]
    truncation = [{"seed": 0, "truncated": what, "rank": rank, "accuracy": value} for what, rank, value in rows]
    history = [{"seed": 0, "epoch": epoch, "validation_accuracy": value} for epoch, value in enumerate((0.5, 0.8))]
    spectrum = [{"seed": 0, "weight": "W2", "matrix": "W", "index": k, "singular_value": 1.0} for k in range(1, 9)]
    named = {"truncation": truncation, "history": history, "spectrum": spectrum}
    return {f"sentiment_{name}": pd.DataFrame(rows) for name, rows in named.items()}


@pytest.mark.parametrize(
    ("number", "good", "bad"),
    [
        (43, (0.79, 0.7, 0.79), (0.78, 0.7, 0.79)),
        (44, (0.79, 0.7, 0.79), (0.79, 0.79, 0.79)),
        (45, (0.7, 0.7, 0.79), (0.8, 0.7, 0.78)),
    ],
)
def test_the_lstm_is_judged_to_a_standard_error(number, good, bad):
    assert verdict(number, {}, **lstm(*good)) == HOLDS
    assert verdict(number, {}, **lstm(*bad)) == FAILS
