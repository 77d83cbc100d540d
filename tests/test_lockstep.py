"""Networks in lockstep, as on a GPU: each is what it is alone, to rounding; on a GPU itself where there is one."""

import math

import numpy as np
import pytest
import torch

from lowrank.jobs import train_job
from lowrank.training.eigenvalues import leading
from lowrank.training.initialization import initial_weights
from lowrank.training.kernels import reference
from lowrank.training.kernels.reference import Stack
from lowrank.training.loop import Stopped, train, train_together
from lowrank.training.network import Unrolled
from lowrank.training.trials import BLOCK, batches
from specs import TASKS, of, spec

pytestmark = pytest.mark.usefixtures("one_thread")

on_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch sees no GPU on this machine")
NONLINEAR = [name for name in TASKS if not name.startswith("linear")]
EPOCHS = 50
TOLERANCE = 1e-3  # of losses over 50 epochs, relative: float32's rounding, grown by 50 updates
STATE_TOLERANCE = 1e-2  # of the change of W, in its norm


@pytest.fixture
def lagging(monkeypatch):
    """Rows are read a block later, as from a GPU."""

    class Lagging(Stack):
        def __init__(self, *args):
            super().__init__(*args)
            self.lag = BLOCK

    monkeypatch.setattr(reference, "Stack", Lagging)


def members(name: str, **changes):
    several = [spec(name, g=0.3 * (1 + seed), seed=seed, **changes) for seed in range(3)]
    return several, of(name, **changes)[1]


def change(trained) -> np.ndarray:
    return trained.weights["W"] - trained.initial["W0"]


def check_equal(ours, theirs) -> None:
    """Two trainings of a network agree to rounding."""
    assert ours.history.keys() == theirs.history.keys()
    for name, values in ours.history.items():
        np.testing.assert_allclose(values, theirs.history[name], rtol=TOLERANCE, atol=1e-6, err_msg=name)
    difference = np.linalg.norm(change(ours) - change(theirs))
    assert difference < STATE_TOLERANCE * np.linalg.norm(change(theirs))


@pytest.mark.parametrize("epochs", [5, BLOCK, 2 * BLOCK + 5])
def test_together_they_are_what_each_is_alone(lagging, epochs):
    several, task = members("romo", epochs=epochs)
    for one, trained in zip(several, train_together(several, task), strict=True):
        assert len(trained.history["loss"]) == epochs
        check_equal(trained, train(one, task))


def test_stopped_between_two_readings_they_go_on_to_the_same_bits(lagging):
    several, task = members("romo", epochs=2 * BLOCK + 5)
    whole, saved, calls = train_together(several, task), [], []
    with pytest.raises(Stopped, match=f"before epoch {BLOCK + 7} of"):
        train_together(several, task, save=saved.append, stopping=lambda: calls.append(0) or len(calls) > BLOCK + 7)
    (states,) = saved
    for ours, theirs in zip(train_together(several, task, states), whole, strict=True):
        assert all(np.array_equal(ours.history[name], theirs.history[name]) for name in theirs.history)
        assert all(np.array_equal(ours.weights[name], theirs.weights[name]) for name in theirs.weights)


def test_one_that_diverges_leaves_the_others_alone(lagging):
    several, task = members("linear_z0.5", epochs=2 * BLOCK, kernel="reference", learning_rate=1e-4)
    rates = [1.0, 1e9, 1.0]
    for one, factor in zip(several, rates, strict=True):
        one["learning_rate"] *= factor
    found = train_together(several, task)
    lengths = [len(trained.history["loss"]) for trained in found]
    assert lengths[::2] == [2 * BLOCK, 2 * BLOCK]
    assert lengths[1] < BLOCK
    losses = found[1].history["loss"]
    assert np.isfinite(losses[:-1]).all()
    assert not math.isfinite(losses[-1])
    for trained, one in zip(found[::2], several[::2], strict=True):
        check_equal(trained, train(one, task))


def test_each_has_its_own_eigenvalues_of_the_epoch_at_which_they_are_due(lagging):
    """Losses are read a block later; W is that of the epoch. One that runs away has none in the end."""
    several, task = members("cosine", epochs=2 * BLOCK, kernel="reference", eigenvalues_every=5)
    several[1]["learning_rate"] = 1e9
    found = train_together(several, task)
    for one, trained in zip(several, found, strict=True):
        largest = trained.history["eigenvalue1_real"]
        assert largest[0] == leading(trained.initial["W0"])["eigenvalue1_real"]
        assert len(largest) == len(trained.history["loss"])
        if one["learning_rate"] < 1:
            assert np.flatnonzero(np.isfinite(largest)).tolist() == list(range(0, 2 * BLOCK, 5))
            until = train(one | {"epochs": 5 * ((2 * BLOCK - 1) // 5)}, task)
            expected = leading(until.weights["W"])["eigenvalue1_real"]
            assert largest[len(until.history["loss"])] == pytest.approx(expected, rel=TOLERANCE)
    assert len(found[1].history["loss"]) < 2 * BLOCK


def test_networks_at_other_epochs_are_not_in_lockstep():
    """One that was stopped before its first epoch has a state, others at epoch 0 have none."""
    seven, none = {"history.loss": np.zeros(7)}, {"history.loss": np.zeros(0)}
    missing = [({"seed": seed}, state) for seed, state in enumerate((None, seven, none, None, seven))]
    groups = train_job._in_lockstep(missing)
    assert [[one["seed"] for one, _ in group] for group in groups] == [[0, 3], [1, 4], [2]]


@pytest.mark.parametrize("nonlinearity", ["tanh", "identity"])
def test_what_a_gpu_computes_is_what_the_cpu_does(nonlinearity):
    """Its operations, on the CPU: the rate in torch; all steps of all trials, though no output depends on some."""
    several, task = members("romo", nonlinearity=nonlinearity)
    weights = [initial_weights(one, task.n_in, task.n_out) for one in several]
    stacked = {name: torch.from_numpy(np.stack([w[name] for w in weights])) for name in weights[0]}
    batch = next(batches(task, several, 0))
    steps, trials = batch.inputs.shape[1:3]
    full = type(batch)(batch.inputs, batch.targets, batch.mask, 0, [trials] * steps)
    cpu, gpu = (Unrolled(b, several[0]["n_neurons"], task.dt, nonlinearity) for b in (batch, full))
    gpu.to_rate, gpu.states, gpu.rates = gpu.phi.rate_on_gpu, gpu.state, gpu.rate.unbind(1)
    loss, gradients = cpu.loss_and_gradients(stacked, batch)
    ours, found = gpu.loss_and_gradients(stacked, full)
    torch.testing.assert_close(ours, loss)
    for name in gradients:
        scale = gradients[name].abs().max()
        assert (found[name] - gradients[name]).abs().max() < 1e-5 * scale


@on_gpu
@pytest.mark.parametrize("name", NONLINEAR)
def test_gpu_and_cpu_agree(name):
    """At the paper's size, over the first epochs; a network alone and in a stack."""
    several, task = members(name, n_neurons=256, batch=32, epochs=EPOCHS)
    together = train_together(several, task, device="cuda")
    (alone,) = train_together(several[:1], task, device="cuda")
    assert together[0].device == torch.cuda.get_device_name()
    check_equal(alone, together[0])
    for one, trained in zip(several, together, strict=True):
        check_equal(trained, train(one, task))


@on_gpu
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_gpu_gives_the_same_bits_twice_and_goes_on_to_them(optimizer):
    several, task = members("romo", epochs=2 * BLOCK + 5, optimizer=optimizer)
    whole, saved, calls = train_together(several, task, device="cuda"), [], []
    how = {"save": saved.append, "stopping": lambda: calls.append(0) or len(calls) > BLOCK + 7}
    with pytest.raises(Stopped):
        train_together(several, task, device="cuda", **how)
    for ours, theirs in zip(train_together(several, task, saved[0], device="cuda"), whole, strict=True):
        assert all(np.array_equal(ours.history[name], theirs.history[name]) for name in theirs.history)
        assert all(np.array_equal(ours.weights[name], theirs.weights[name]) for name in theirs.weights)


@on_gpu
def test_the_linear_network_on_a_gpu():
    several, task = members("linear_z0.5", epochs=EPOCHS, kernel="reference")
    for one, trained in zip(several, train_together(several, task, device="cuda"), strict=True):
        check_equal(trained, train(one, task))
