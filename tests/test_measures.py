"""The measures on matrices and tables solved by hand, and on networks whose outputs are known."""

import numpy as np
import pyarrow as pa
import pytest
from threadpoolctl import threadpool_limits

from lowrank.analysis import connectivity, dynamics, evaluation
from lowrank.core.streams import stream
from lowrank.jobs import summary
from lowrank.store import tables
from lowrank.tasks.base import Trials
from lowrank.training.eigenvalues import COLUMNS as EIGENVALUES
from lowrank.training.initialization import initial_weights
from lowrank.training.loop import LINEAR_HISTORY
from specs import TASKS, of, spec


@pytest.fixture(autouse=True)
def _one_thread():
    """As in every job."""
    with threadpool_limits(1, user_api="blas"):
        yield


def rotated(values: list[float], seed: int = 0) -> np.ndarray:
    """A matrix with these singular values and random singular vectors."""
    rng = np.random.default_rng(seed)
    left, right = (np.linalg.qr(rng.standard_normal((len(values), len(values))))[0] for _ in range(2))
    return (left * values) @ right.T


# Matrices


def test_truncation_of_a_diagonal_matrix_keeps_the_largest():
    change = np.diag([1.0, -5.0, 0.5, 3.0]).astype(np.float32)
    kept = list(connectivity.truncations(*np.linalg.svd(change), [0, 1, 2, 4]))
    expected = [np.diag(d) for d in ([0, 0, 0, 0], [0, -5, 0, 0], [0, -5, 0, 3], [1, -5, 0.5, 3])]
    np.testing.assert_allclose(kept, expected, atol=1e-14)
    assert not kept[0].any(), "rank 0 is exactly nothing"


def test_truncation_is_the_best_of_its_rank():
    """Its error is the root of the sum of the squares left out (Eckart & Young), and its rank is right."""
    values = [4.0, 2.0, 1.0, 0.5, 0.25]
    change = rotated(values)
    for rank, kept in enumerate(connectivity.truncations(*np.linalg.svd(change), range(6))):
        assert np.linalg.matrix_rank(kept) == rank
        assert np.linalg.norm(change - kept) == pytest.approx(np.linalg.norm(values[rank:]), abs=1e-14)


def test_singular_values_fall():
    found = connectivity.singular_values(np.diag([1.0, -5.0, 0.0, 3.0]).astype(np.float32))
    np.testing.assert_allclose(found, [5, 3, 1, 0], atol=1e-15)
    assert found.dtype == np.float64
    np.testing.assert_allclose(connectivity.singular_values(rotated([3.0, 2.0, 1.0])), [3, 2, 1], rtol=1e-14)


def test_eigenvalues_fall_in_modulus_of_a_pair_the_upper_one_first():
    """A rotation by 90 degrees times 2 has 2i and -2i; diagonal elements are eigenvalues."""
    matrix = np.zeros((5, 5))
    matrix[:2, :2] = [[0, -2], [2, 0]]
    matrix[2, 2], matrix[3, 3], matrix[4, 4] = 1, -3, 0.5
    np.testing.assert_allclose(connectivity.eigenvalues(matrix), [-3, 2j, -2j, 1, 0.5], atol=1e-14)


def test_eigenvalues_of_a_random_matrix_come_in_order():
    values = connectivity.eigenvalues(np.random.default_rng(0).standard_normal((40, 40)))
    assert np.all(np.diff(np.abs(values)) <= 0)
    upper = np.flatnonzero(values.imag > 0)
    assert len(upper) > 5
    np.testing.assert_array_equal(values[upper + 1], values[upper].conj())
    assert values.dtype == complex


def test_real_eigenvalues_are_complex_numbers_too():
    assert connectivity.eigenvalues(np.diag([1.0, 2.0])).dtype == complex


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_of_a_matrix_that_is_not_finite_are_nan(bad):
    matrix = np.eye(3)
    matrix[0, 1] = bad
    assert np.isnan(connectivity.singular_values(matrix)).all()
    assert np.isnan(connectivity.eigenvalues(matrix)).all()
    assert len(connectivity.singular_values(matrix)) == len(connectivity.eigenvalues(matrix)) == 3


def test_eigenvalues_of_a_change_kept_as_its_decomposition_are_those_of_the_matrix():
    """Rank 3 of 8: five are 0; and without the decomposition those of W - W0."""
    rng = np.random.default_rng(3)
    U, V = (np.linalg.qr(rng.standard_normal((8, 3)))[0] for _ in range(2))
    s, W0 = np.array([3.0, 2.0, 0.5]), rng.standard_normal((8, 8))
    weights = {"W0": W0, "W": W0 + (U * s) @ V.T, "U": U, "s": s, "V": V}
    kept = connectivity.change_eigenvalues(weights)
    whole = connectivity.change_eigenvalues({"W0": W0, "W": weights["W"]})
    np.testing.assert_allclose(kept[:3], whole[:3], atol=1e-12)
    np.testing.assert_array_equal(kept[3:], 0)
    assert np.isnan(connectivity.change_eigenvalues(weights | {"s": np.full(3, np.nan)})).all()


def test_shuffling_permutes_all_elements():
    matrix = np.arange(36, dtype=np.float32).reshape(6, 6)
    found = connectivity.shuffled(matrix, np.random.default_rng(0))
    assert found.shape == matrix.shape
    assert found.dtype == matrix.dtype
    np.testing.assert_array_equal(np.sort(found.ravel()), matrix.ravel())
    assert (found != matrix).sum() > 30
    rows = [set(row) for row in matrix.tolist()]
    assert not any(set(row) in rows for row in found.tolist()), "elements leave their rows"
    np.testing.assert_array_equal(matrix.ravel(), np.arange(36))  # what was given is as it was


def test_every_permutation_is_as_likely():
    """An element's new place is uniform, within five standard errors of its frequency."""
    rng, count = np.random.default_rng(0), 3000
    places = [int(np.argmax(connectivity.shuffled(np.eye(1, 9, 4).reshape(3, 3), rng))) for _ in range(count)]
    frequency = np.bincount(places, minlength=9) / count
    assert np.abs(frequency - 1 / 9).max() < 5 * np.sqrt(1 / 9 * 8 / 9 / count)


def test_random_connectivity_fills_its_circle_as_n_grows():
    """Spectral radius g and largest singular value 2 g in the limit: mean deviations shrink with N, to 6 %."""
    g, radius, largest = 0.9, [], []
    for n_neurons, count in (20, 40), (100, 20), (500, 5):
        specs = [spec("romo", n_neurons=n_neurons, g=g, seed=seed) for seed in range(count)]
        matrices = [initial_weights(one, n_in=1, n_out=2)["W"] for one in specs]
        radius.append(np.mean([np.abs(np.abs(connectivity.eigenvalues(m)[0]) / g - 1) for m in matrices]))
        largest.append(np.mean([np.abs(connectivity.singular_values(m)[0] / (2 * g) - 1) for m in matrices]))
    for deviations in (radius, largest):
        assert deviations[0] > 1.2 * deviations[1] > 1.2 * 1.2 * deviations[2]
        assert deviations[2] < 0.06


# The recursion


def test_outputs_of_one_neuron_by_hand():
    """x <- x/2 + (W tanh x + M u)/2 from 0; the output is read after the update."""
    W, M, v = np.array([[[2.0]]]), np.array([[3.0]]), np.array([[0.5]])
    u = np.array([1.0, 0.0, -1.0], np.float32)
    x1 = 0.5 * 3.0
    x2 = 0.5 * x1 + 0.5 * 2.0 * np.tanh(x1)
    x3 = 0.5 * x2 + 0.5 * (2.0 * np.tanh(x2) - 3.0)
    expected = 0.5 * np.tanh([x1, x2, x3])
    z = dynamics.outputs(W, M, v, u[None, :, None], 0.5)
    np.testing.assert_allclose(z[0, 0, :, 0], expected, rtol=1e-6)


def test_connectivity_goes_from_column_to_row():
    """W[1, 0] drives neuron 1 from neuron 0: only the second of two outputs is late."""
    W = np.array([[[0.0, 0.0], [4.0, 0.0]]])
    M, v = np.array([[1.0], [0.0]]), np.eye(2)
    z = dynamics.outputs(W, M, v, np.ones((1, 2, 1), np.float32), 1.0)[0, 0]
    np.testing.assert_allclose(z, [[np.tanh(1), 0], [np.tanh(1), np.tanh(4 * np.tanh(1))]], rtol=1e-6)


def test_outputs_of_trials_that_are_no_longer_judged_are_0():
    """The others' do not change."""
    one, task = of("romo")
    weights = initial_weights(one, task.n_in, task.n_out)
    trials, active = evaluation.longest_first(evaluation.test_trials(one, task, 8))
    assert len(set(active)) > 2
    assert np.all(np.diff(active) <= 0)
    arguments = (weights["W"][None], weights["M"], weights["v"], trials.inputs, task.dt)
    z, shortened = dynamics.outputs(*arguments)[0], dynamics.outputs(*arguments, active)[0]
    run = np.arange(8)[:, None] < active
    assert not trials.mask[~run].any()
    assert not shortened[~run].any()
    np.testing.assert_allclose(shortened[run], z[run], rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", TASKS)
def test_longest_first_keeps_all_trials(name):
    one, task = of(name)
    drawn = evaluation.test_trials(one, task, 12)
    ordered, active = evaluation.longest_first(drawn)
    for part in ("inputs", "targets", "mask", "phase"):
        before, after = ([trial.tobytes() for trial in getattr(each, part)] for each in (drawn, ordered))
        assert sorted(before) == sorted(after)
    last = [max(np.flatnonzero(trial.any(axis=1)), default=-1) for trial in ordered.mask]
    assert last == sorted(last, reverse=True)
    assert active.tolist() == [sum(end >= step for end in last) for step in range(len(active))]


def test_loss_by_hand():
    """Half the mean square over what the mask holds, for each network; targets elsewhere have no meaning."""
    targets = np.array([[[1.0], [0.0]], [[9.0], [2.0]]], np.float32)
    mask = np.array([[[True], [True]], [[False], [True]]])
    trials = Trials(np.zeros((2, 2, 1)), targets, mask, np.zeros((2, 2), np.uint8))
    z = np.stack([np.zeros((2, 2, 1)), targets])
    np.testing.assert_allclose(dynamics.losses(z, trials), [(1 + 0 + 4) / (2 * 3), 0])


# Networks with altered weights


@pytest.fixture(params=TASKS)
def trained(request):
    """A network as if trained: its dW has known singular values. With its spec, task and test trials."""
    one, task = of(request.param, n_neurons=16)
    initial = initial_weights(one, task.n_in, task.n_out)
    final = {name: weight * np.float32(1.5) for name, weight in initial.items()}
    final["W"] = (initial["W"] + rotated([2.0, 1.0, 0.5] + [0.0] * 13)).astype(np.float32)
    weights = {f"{name}0": weight for name, weight in initial.items()} | final
    return weights, one, task, evaluation.test_trials(one, task, 6)


def loss_with(weights: dict, connectivity: np.ndarray, trials: Trials, one: dict) -> float:
    vectors = weights["M"], weights["v"], trials.inputs, one["dt"], None, one["nonlinearity"]
    z = dynamics.outputs(connectivity[None], *vectors)
    return dynamics.losses(z, trials)[0]


def test_rank_0_is_w0_and_full_rank_is_w(trained):
    """With the trained M and v, both; and rank 3 is all of a dW of rank 3."""
    weights, one, _, trials = trained
    found = evaluation.loss_by_rank(weights, [0, 16, 3, 2], one, trials)
    final = loss_with(weights, weights["W"], trials, one)
    assert found[0] == pytest.approx(loss_with(weights, weights["W0"], trials, one), rel=1e-6)
    assert found[1] == pytest.approx(final, rel=1e-5)
    assert found[2] == pytest.approx(final, rel=1e-5)
    assert abs(found[3] - final) > 1e-4 * final, "or dW does not matter here"


def test_shuffled_loss_is_that_of_shuffled_w0_and_dw(trained):
    """Each repetition has a permutation of its own; the first ones do not depend on how many there are."""
    weights, one, _, trials = trained
    found = evaluation.loss_shuffled(weights, one, 3, trials)
    assert len(set(found)) == 3
    np.testing.assert_array_equal(evaluation.loss_shuffled(weights, one, 2, trials), found[:2])
    permuted = stream(one, "shuffling", 1).permutation(weights["W0"].ravel()).reshape(16, 16)
    expected = loss_with(weights, permuted + (weights["W"] - weights["W0"]), trials, one)
    assert found[1] == pytest.approx(expected, rel=1e-6)


def test_shuffling_nothing_changes_nothing(trained):
    """At g = 0."""
    weights, one, _, trials = trained
    weights = weights | {"W0": np.zeros((16, 16), np.float32)}
    final = loss_with(weights, weights["W"], trials, one)
    np.testing.assert_allclose(evaluation.loss_shuffled(weights, one, 2, trials), final, rtol=1e-6)


def test_losses_of_a_network_that_is_not_finite_are_nan(trained):
    weights, one, _, trials = trained
    weights = weights | {"M": np.full_like(weights["M"], np.inf)}
    assert not evaluation.finite(weights)
    assert np.isnan(evaluation.loss_by_rank(weights, [0, 1], one, trials)).tolist() == [True, True]
    assert np.isnan(evaluation.loss_shuffled(weights, one, 3, trials)).tolist() == [True, True, True]


@pytest.mark.parametrize("name", TASKS)
def test_test_trials_are_those_of_task_and_seed(name):
    """Whatever g; the first ones do not change with what is trained."""
    one, task = of(name)
    inputs = evaluation.test_trials(one, task, 5).inputs
    np.testing.assert_array_equal(evaluation.test_trials(spec(name, g=0.1), task, 5).inputs, inputs)
    np.testing.assert_array_equal(evaluation.test_trials(spec(name, epochs=9), task, 5).inputs, inputs)
    if task.deterministic:
        assert len(inputs) == 1
    else:
        assert (evaluation.test_trials(spec(name, seed=1), task, 5).inputs != inputs).any()


def test_signals_of_a_trial(trained):
    """A row for every signal, channel and step; the target is NaN just where the output is not judged."""
    weights, one, task, trials = trained
    shown = 0 if task.deterministic else 4
    trial = evaluation.test_trial(one, task, 6, 4)
    np.testing.assert_array_equal(trial.inputs[0], trials.inputs[shown])
    found = {name: np.asarray(column) for name, column in evaluation.signals(weights, one, task, trial).items()}
    steps = trial.phase.shape[1]
    assert {len(column) for column in found.values()} == {steps * (task.n_in + 2 * task.n_out)}
    z = dynamics.outputs(
        weights["W"][None], weights["M"], weights["v"], trials.inputs, task.dt, None, one["nonlinearity"]
    )[0, shown]
    for signal, expected in (("input", trial.inputs[0]), ("output", z), ("target", trial.targets[0])):
        channels = np.unique(found["channel"][found["signal"] == signal])
        assert channels.tolist() == list(range(1, expected.shape[1] + 1))
        for channel in channels:
            rows = (found["signal"] == signal) & (found["channel"] == channel)
            np.testing.assert_allclose(found["time"][rows], task.dt * np.arange(steps))
            assert found["phase"][rows].tolist() == [task.phases[number] for number in trial.phase[0]]
            value, wanted = found["value"][rows], expected[:, channel - 1]
            judged = trial.mask[0, :, channel - 1] if signal == "target" else np.ones(steps, bool)
            np.testing.assert_allclose(value[judged], wanted[judged], rtol=1e-5, atol=1e-7)
            assert np.isnan(value[~judged]).all()
    assert np.isnan(found["value"]).any()


# What the losses say


def test_convergence_is_the_first_epoch_below():
    """Not at the limit, and not the last: a loss that rises again has converged."""
    assert evaluation.first_below(np.array([1.0, 0.5, 0.05, 0.04, 0.3, 0.01]), 0.05) == 3
    assert evaluation.first_below(np.array([1.0, 0.5]), 0.05) is None
    assert evaluation.first_below(np.array([1.0, np.nan]), 0.05) is None
    assert evaluation.first_below(np.array([np.nan, np.nan]), np.nan) is None


def test_functional_rank_is_the_smallest_below():
    """Also where a higher rank is worse again; whatever order the ranks come in."""
    ranks, loss = np.array([0, 1, 2, 3, 4]), np.array([1.0, 0.9, 0.04, 0.2, 0.01])
    assert evaluation.functional_rank(ranks, loss, 0.05) == 2
    assert evaluation.functional_rank(ranks[::-1], loss[::-1], 0.05) == 2
    assert evaluation.functional_rank(np.array([0, 5, 10]), np.array([1, 0.06, 0.049]), 0.05) == 10
    assert evaluation.functional_rank(ranks, np.maximum(loss, 0.05), 0.05) is None
    assert evaluation.functional_rank(ranks, np.full(5, np.nan), 0.05) is None


# The summary


def networks(*seeds: int) -> list[dict]:
    return [{"task": "romo", "g": 0.9, "seed": s, "n_neurons": 2, "epochs": 3, "network": f"{s}.x"} for s in seeds]


def measured(tmp_path, **rows: dict[int, dict]) -> dict[str, pa.Table]:
    """Tables by name, as they are read from their files; for each, the columns of every seed's network."""
    found = {}
    for name, by_seed in rows.items():
        parts = {tmp_path / f"{name}{seed}.parquet": f"{seed}" for seed in by_seed}
        for (part, made_of), (seed, columns) in zip(parts.items(), by_seed.items(), strict=True):
            tables.write(part, name, {"task": "romo", "g": 0.9, "seed": seed} | columns, made_of=made_of)
        tables.gather(tmp_path / f"{name}.parquet", name, parts, made_of="all")
        found[name] = tables.read(tmp_path / f"{name}.parquet", name)
    return found


def history(*loss) -> dict:
    missing = dict.fromkeys((*LINEAR_HISTORY, *EIGENVALUES), np.nan)
    return missing | {"epoch": range(len(loss)), "loss": np.array(loss, float), "gradient_norm": np.ones(len(loss))}


def truncation(*relative_loss) -> dict:
    return {
        "rank": range(len(relative_loss)),
        "loss": 2 * np.array(relative_loss, float),
        "relative_loss": np.array(relative_loss, float),
    }


def shuffle(*loss) -> dict:
    return {"repetition": range(len(loss)), "loss": np.array(loss, float), "relative_loss": np.array(loss, float) / 2}


def spectrum(**values) -> dict:
    """Each matrix's singular values."""
    found = np.array(list(values.values()), float).ravel()
    return {
        "matrix": np.repeat(list(values), 2),
        "index": np.tile([1, 2], len(values)),
        "singular_value": found,
        "eigenvalue_real": found,
        "eigenvalue_imag": found,
    }


USUAL = {
    "history": history(2.0, 0.5, 0.09),
    "truncation": truncation(1.0, 0.3, 0.01),
    "shuffle": shuffle(1.0, 3.0),
    "spectrum": spectrum(W0=[4, 3], W=[9, 9], dW=[12, 5]),
}


def summed_up(tmp_path, *others: dict) -> list[dict]:
    """The summary's rows of networks that differ from the usual one in these tables."""
    parts = {name: {seed: (USUAL | other)[name] for seed, other in enumerate(others)} for name in USUAL}
    known = [
        network | {"reference_loss": (USUAL | other)["history"]["loss"][0]}
        for network, other in zip(networks(*range(len(others))), others, strict=True)
    ]
    columns = summary.rows(known, measured(tmp_path, **parts), threshold=0.05)
    tables.write(tmp_path / "summary.parquet", "summary", columns)
    return tables.read(tmp_path / "summary.parquet", "summary").to_pylist()


def test_summary_of_a_network_by_hand(tmp_path):
    (row,) = summed_up(tmp_path, {})
    assert row == {
        **networks(0)[0],
        "initial_loss": 2.0,
        "final_loss": 0.09,
        "norm_dW": 13.0,
        "norm_W0": 5.0,
        "norm_W": np.hypot(9, 9),
        "shuffled_loss": 2.0,
        "convergence_epoch": 2,
        "functional_rank": 2,
        "convergence_tau": None,
        "mean_gradient_norm": None,
        "reason": None,
    }


def test_summary_of_a_linear_network_by_hand(tmp_path):
    """tau* is where the loss first is below the share of L0, and the gradient's mean goes up to there."""
    linear = history(2.0, 0.5, 0.09, 0.01) | {"tau": 0.1 * np.arange(4), "gradient_norm": np.array([3.0, 2, 1, 9])}
    (row,) = summed_up(tmp_path, {"history": linear})
    assert row["convergence_epoch"] == 2
    assert row["convergence_tau"] == pytest.approx(0.2)
    assert row["mean_gradient_norm"] == pytest.approx(2.0)
    (row,) = summed_up(tmp_path, {"history": linear | {"loss": np.array([2.0, 1, 1, 1])}})
    assert row["convergence_tau"] is row["mean_gradient_norm"] is None
    assert row["reason"].startswith("the loss never fell below")


def test_summary_keeps_networks_apart(tmp_path):
    others = {"history": history(1.0, 0.01)}, {"spectrum": spectrum(W0=[0, 0], W=[1, 1], dW=[8, 6])}
    rows = summed_up(tmp_path, {}, *others)
    assert [row["seed"] for row in rows] == [0, 1, 2]
    assert [row["network"] for row in rows] == ["0.x", "1.x", "2.x"]
    assert [row["convergence_epoch"] for row in rows] == [2, 1, 2]
    assert [row["norm_dW"] for row in rows] == [13, 13, 10]
    assert [row["norm_W0"] for row in rows] == [5, 5, 0]


def test_summary_says_why_a_network_has_no_convergence(tmp_path):
    (row,) = summed_up(tmp_path, {"history": history(2.0, 0.4, 0.6)})
    assert row["convergence_epoch"] is None
    assert row["functional_rank"] == 2
    assert row["final_loss"] == 0.6
    assert row["reason"] == "the loss never fell below 0.05 of L0 (lowest: 0.2)"


def test_summary_says_why_a_network_has_no_functional_rank(tmp_path):
    (row,) = summed_up(tmp_path, {"truncation": truncation(1.0, 0.5, 0.25)})
    assert row["functional_rank"] is None
    assert row["convergence_epoch"] == 2
    assert row["reason"] == "no truncation is below 0.05 of the rank-0 loss (lowest: 0.25)"


def test_summary_gives_both_reasons(tmp_path):
    (row,) = summed_up(tmp_path, {"history": history(1.0, 0.5), "truncation": truncation(1.0, 0.75)})
    assert row["reason"].count("lowest") == 2
    assert "; no truncation" in row["reason"]


def test_summary_of_a_diverged_network_among_others(tmp_path):
    """Null is what it has instead of numbers; the others do not notice."""
    nan = float("nan")
    lost = {
        "history": history(2.0, nan),
        "truncation": truncation(nan, nan, nan),
        "shuffle": shuffle(nan, nan),
        "spectrum": spectrum(W0=[4, 3], W=[nan, nan], dW=[nan, nan]),
    }
    rows = summed_up(tmp_path, {}, lost, {})
    names = ("final_loss", "norm_dW", "shuffled_loss", "convergence_epoch", "functional_rank")
    assert all(rows[1][name] is None for name in names)
    assert rows[1]["reason"] == "diverged at epoch 1"
    assert rows[1]["initial_loss"] == 2.0
    assert rows[1]["norm_W0"] == 5.0
    assert {**rows[0], "seed": 2, "network": "2.x"} == rows[2]
    assert rows[0]["reason"] is None


def test_summary_of_a_network_that_diverged_at_once(tmp_path):
    nan = float("nan")
    (row,) = summed_up(tmp_path, {"history": history(nan), "truncation": truncation(nan, nan)})
    assert row["initial_loss"] is None
    assert row["convergence_epoch"] is None
    assert row["reason"] == "diverged at epoch 0"


def test_summary_of_an_imported_network_that_was_not_finite_before_training(tmp_path):
    parts = measured(tmp_path, **{name: {0: columns} for name, columns in USUAL.items()})
    (network,) = networks(0)
    imported = network | {"epochs": None, "reference_loss": None, "final_loss": 0.1}
    assert summary.rows([imported], parts, threshold=0.05)["reason"] == [summary.IMPORTED]


def test_norms_of_the_summary_are_frobenius(tmp_path):
    """Of any matrix: from its singular values, the root of the sum of its elements' squares."""
    matrix = np.random.default_rng(0).standard_normal((2, 2))
    values = list(connectivity.singular_values(matrix))
    (row,) = summed_up(tmp_path, {"spectrum": spectrum(W0=values, W=[1, 1], dW=[2 * value for value in values])})
    assert row["norm_W0"] == pytest.approx(np.sqrt((matrix**2).sum()), rel=1e-14)
    assert row["norm_dW"] == pytest.approx(2 * row["norm_W0"], rel=1e-14)


def test_a_network_without_its_measures_is_a_mistake(tmp_path):
    parts = measured(tmp_path, **{name: {0: columns} for name, columns in USUAL.items()})
    with pytest.raises(KeyError):
        summary.rows(networks(0, 1), parts, threshold=0.05)
