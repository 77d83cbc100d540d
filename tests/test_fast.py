"""The kernel of the linear network: against the reference, autograd in float64, and what must be exact."""

import contextlib
from itertools import islice

import numpy as np
import pytest
import torch

import reference
from lowrank.analysis import connectivity
from lowrank.core.spec import digest
from lowrank.jobs import train_job
from lowrank.store import checkpoint, networks, tables
from lowrank.training.initialization import initial_weights
from lowrank.training.kernels import linear as fast
from lowrank.training.kernels import reference as general
from lowrank.training.loop import Stopped, train
from specs import of, spec

SIZE = 64
STRENGTHS = (0.0, 0.5, 0.9)
WEAK = {"learning_rate": 0.004}  # no network of this size diverges


def pair(g: float, **changes):
    """A network, its task, and a stack of each kernel for it."""
    one, task = of("linear_z0.5", g=g, n_neurons=SIZE, **WEAK | changes)
    weights = initial_weights(one, 1, 1)
    return one, task, fast.Stack([one], [weights]), general.Stack([one], [weights])


@pytest.mark.parametrize("g", STRENGTHS)
def test_rows_equal_the_references(g):
    """To float32's rounding, which s1 and s2 share with the weights of the reference."""
    one, task, quick, slow = pair(g)
    batches = fast.batches(task, [one], 0), general.batches(task, [one], 0)
    rows = [(quick.step(a), slow.step(b)) for a, b in islice(zip(*batches, strict=False), 30)]
    for name, tolerance in (("loss", 1e-4), ("gradient_norm", 1e-4), ("readout", 1e-5), ("s1", 1e-5)):
        ours, theirs = (np.array([row[name][0] for row in side]) for side in zip(*rows, strict=True))
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=1e-6 * np.abs(theirs).max(), err_msg=name)
    assert quick.trained(0)["W"] == pytest.approx(slow.trained(0)["W"], abs=1e-6)


@pytest.mark.parametrize("n_neurons", [SIZE, 13, 3])
@pytest.mark.parametrize("g", STRENGTHS)
def test_gradients_equal_autograd_in_float64(monkeypatch, g, n_neurons):
    """Nothing is taken for at rest, and a sum of outer products is kept whole: then to 1e-10. N need not be even."""
    monkeypatch.setattr(fast, "REST", 0.0)
    monkeypatch.setattr(fast, "SKETCH", 1000)
    one, task = of("linear_z0.5", g=g, n_neurons=n_neurons)
    weights = {name: weight.astype(float) for name, weight in initial_weights(one, 1, 1).items()}
    network = fast.LinearNetwork(one, weights)
    trial = next(fast.batches(task, [one], 0))
    row = network.step(trial)
    parts = [torch.tensor(part[:1].astype(float)) for part in (trial.inputs, trial.targets, trial.mask)]
    tensors = {name: torch.tensor(weight) for name, weight in weights.items()}
    loss, expected = reference.gradients(tensors, *parts, task.dt, "identity")
    change = (network.left.T * network.values) @ network.right
    assert row["loss"] == pytest.approx(loss.item(), rel=1e-10)
    assert row["gradient_norm"] == pytest.approx(torch.linalg.norm(expected["W"]).item(), rel=1e-10)
    error = np.linalg.norm(change + network.rate * expected["W"].numpy())
    assert error <= 1e-10 * np.linalg.norm(change)


@pytest.mark.parametrize("g", STRENGTHS)
def test_what_is_left_out_is_below_float32s_rounding(g):
    """Rest, sketch and rank, together, against float64 without them, after 20 epochs."""
    one, task = of("linear_z0.5", g=g, n_neurons=SIZE, **WEAK)
    weights = {name: weight.astype(float) for name, weight in initial_weights(one, 1, 1).items()}
    exact, trial = fast.LinearNetwork(one, weights), next(fast.batches(task, [one], 0))
    quick = fast.Stack([one], [initial_weights(one, 1, 1)])
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"REST": 0.0, "SKETCH": 1000, "RANK": 1000}.items():
            patch.setattr(fast, name, value)
        for _ in range(20):
            row = exact.step(trial)
    for _ in range(20):
        ours = quick.step(trial)
    assert ours["loss"][0] == pytest.approx(row["loss"], rel=1e-5)
    for name in ("s1", "s2"):
        assert ours[name][0] == pytest.approx(row[name], rel=1e-5)
    left, values, right = (quick.trained(0)[name] for name in "UsV")
    change = (exact.left.T * exact.values) @ exact.right
    assert np.linalg.norm((left * values) @ right.T - change) <= 3e-6 * np.linalg.norm(change)


def test_without_initial_connectivity_dw_has_rank_two():
    """Eq. 9, exactly: all gradients are in the span of v and M."""
    one, task, quick, _ = pair(0.0)
    for batch in islice(fast.batches(task, [one], 0), 50):
        row = quick.step(batch)
    assert row["s2"][0] > 0
    assert row["s3"][0] <= 1e-12 * row["s1"][0]


def test_dw_is_its_own_decomposition(tmp_path):
    """The file holds dW = U diag(s) V' beside W, and what is measured is that."""
    one = spec("linear_z2.0", g=0.6, n_neurons=SIZE, epochs=20, **WEAK)
    with contextlib.chdir(tmp_path):
        train_job.run([one])
        _, weights = checkpoint.read(networks.file(one), digest(one))
        history = tables.read(networks.history(one), "history")
    left, values, right = connectivity.decomposition(weights)
    np.testing.assert_allclose(left.T @ left, np.eye(len(values)), atol=1e-12)
    np.testing.assert_allclose(right @ right.T, np.eye(len(values)), atol=1e-12)
    assert (np.diff(values) <= 0).all()
    np.testing.assert_allclose((left * values) @ right, weights["W"] - weights["W0"], atol=1e-7)
    full = connectivity.change_singular_values(weights)
    np.testing.assert_allclose(full[: len(values)], values)
    assert len(full) == SIZE
    assert not full[len(values) :].any()
    assert history["s1"][0].as_py() == 0
    assert 0.9 * values[0] < history["s1"][19].as_py() < values[0]


@pytest.mark.parametrize("kernel", ["fast", "reference"])
def test_a_stopped_training_goes_on_to_the_same_bits(kernel):
    one, task = of("linear_z1.0", g=0.7, epochs=12)
    whole = train(one, task, kernel=kernel)
    states, calls = [], []
    with pytest.raises(Stopped):
        train(one, task, kernel=kernel, save=states.append, stopping=lambda: calls.append(None) or len(calls) > 7)
    resumed = train(one, task, states[-1], kernel=kernel)
    assert all(np.array_equal(resumed.weights[name], weight) for name, weight in whole.weights.items())
    assert all(np.array_equal(resumed.history[name], values, equal_nan=True) for name, values in whole.history.items())
    assert whole.history["tau"] == pytest.approx(0.009 * (1 - 0.7**2) ** 2 * np.arange(12))


@pytest.mark.parametrize("kernel", ["fast", "reference"])
def test_divergence_is_a_result(kernel):
    """A rate far too large: the history ends with a loss that is not finite, and nothing warns or fails."""
    one, task = of("linear_z2.0", g=0.9, learning_rate=1e12, epochs=30)
    found = train(one, task, kernel=kernel)
    assert len(found.history["loss"]) < 30
    assert not np.isfinite(found.history["loss"][-1])
    assert np.isfinite(found.history["loss"][:-1]).all()
    assert not np.isfinite(found.weights["W"]).all() or np.abs(found.weights["W"]).max() > 1e3


def test_networks_of_a_stack_are_as_if_alone():
    several = [spec("linear_z0.5", g=g, seed=seed) for g, seed in ((0.0, 0), (0.9, 1))]
    _, task = of("linear_z0.5")
    weights = [initial_weights(one, 1, 1) for one in several]
    stack = fast.Stack(several, weights)
    alone = [fast.Stack([one], [weight]) for one, weight in zip(several, weights, strict=True)]
    for batch in islice(fast.batches(task, several, 0), 5):
        row = stack.step(batch)
        for network, one in enumerate(alone):
            assert {name: values[0] for name, values in one.step(batch).items()} == {
                name: values[network] for name, values in row.items()
            }


def test_a_first_update_that_overflows_ends_training():
    one, task = of("linear_z0.5", epochs=4, learning_rate=1e40)
    loss = train(one, task).history["loss"]
    assert np.isfinite(loss).tolist() == [True, False]
