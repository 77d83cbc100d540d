"""Gradients and optimisers against autograd, finite differences and formulas, for every task of config.yaml."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch

import reference
import specs as made
from lowrank import tasks
from lowrank.analysis import dynamics
from lowrank.core.streams import stream
from lowrank.tasks.base import Task, Trials
from lowrank.training.initialization import WEIGHTS, initial_weights
from lowrank.training.kernels.reference import Stack
from lowrank.training.network import Batch, Unrolled
from lowrank.training.trials import BLOCK, batches
from ragged import Ragged
from specs import TASKS

DOUBLE = torch.float64
ROUNDING = 6e-8  # of a float32, relative
REFERENCE = {"kernel": "reference", "rate_scaling": "n_neurons", "trained": list(WEIGHTS)}  # whatever the task has


def spec(name: str, **changes) -> dict:
    return made.spec(name, **REFERENCE | changes)


def of(name: str, **changes) -> tuple[dict, Task]:
    return made.of(name, **REFERENCE | changes)


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(params=TASKS)
def name(request) -> str:
    return request.param


def members(name: str, n: int, **changes) -> tuple[list[dict], Task]:
    """The specs of n networks of a task that differ in g and seed, and the task."""
    several = [spec(name, g=0.3 * (1 + network), seed=network, **changes) for network in range(n)]
    return several, tasks.of(several[0])


def stacked(specs: list[dict], task: Task, dtype=DOUBLE) -> dict[str, torch.Tensor]:
    """The initial weights of all networks, as one stack."""
    weights = [initial_weights(spec, task.n_in, task.n_out) for spec in specs]
    return {name: torch.tensor(np.stack([w[name] for w in weights]), dtype=dtype) for name in WEIGHTS}


def drawn(specs: list[dict], task: Task, count: int = 1, dtype=DOUBLE) -> list[Batch]:
    """One batch from each of the first `count` blocks."""
    chosen = islice(batches(task, specs, 0), 0, count * BLOCK, BLOCK)
    return [replace(b, inputs=b.inputs.to(dtype), targets=b.targets.to(dtype), mask=b.mask.to(dtype)) for b in chosen]


def unrolled(specs: list[dict], batch: Batch) -> Unrolled:
    return Unrolled(batch, specs[0]["n_neurons"], specs[0]["dt"], specs[0]["nonlinearity"])


def check(loss: torch.Tensor, gradients: dict, weights: dict, batch: Batch, one: dict):
    """Loss and gradients of every network of the stack are autograd's, to 1e-10."""
    for network in range(len(loss)):
        own = {name: weight[network] for name, weight in weights.items()}
        value, expected = reference.gradients(
            own, *reference.trials(batch, network, DOUBLE), one["dt"], one["nonlinearity"]
        )
        assert abs(loss[network] - value) <= 1e-10 * value
        for name in WEIGHTS:
            error = torch.linalg.norm(gradients[name][network] - expected[name])
            assert error <= 1e-10 * torch.linalg.norm(expected[name]), name


# Gradients


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize("kind", ["as drawn", "ragged"])
def test_gradients_equal_autograd(name, n, kind):
    specs, task = members(name, n)
    (batch,) = drawn(specs, Ragged(task) if kind == "ragged" else task)
    weights = stacked(specs, task)
    loss, gradients = unrolled(specs, batch).loss_and_gradients(weights, batch)
    check(loss, gradients, weights, batch, specs[0])


def test_ragged_trials_are_what_they_are_for(name):
    specs, task = members(name, 2)
    first, second = drawn(specs, Ragged(task), count=2)
    assert 0 < first.first != second.first > 0
    assert len(set(first.active)) > 2, "trials end at different steps"
    assert first.active != second.active
    assert (second.active[0], len(first.active)) != (specs[0]["batch"], first.inputs.shape[1]), "some work is saved"


@pytest.mark.parametrize("n", [1, 3])
def test_buffers_of_an_earlier_batch_leave_no_trace(name, n):
    specs, task = members(name, n)
    weights = stacked(specs, task)
    several = drawn(specs, Ragged(task), count=4)
    used = unrolled(specs, several[0])
    for batch in several:
        loss, gradients = used.loss_and_gradients(weights, batch)
        check(loss, gradients, weights, batch, specs[0])


def test_gradients_equal_finite_differences(name):
    """Along random directions, to the h^2 of central differences and the rounding of their two losses."""
    specs, task = members(name, 1)
    (batch,) = drawn(specs, Ragged(task))
    weights, h = stacked(specs, task), 1e-5
    network = unrolled(specs, batch)
    _, gradients = network.loss_and_gradients(weights, batch)
    random = torch.Generator().manual_seed(0)
    for matrix in WEIGHTS:
        for _ in range(3):
            direction = torch.randn(weights[matrix].shape, generator=random, dtype=DOUBLE)
            direction *= torch.linalg.norm(weights[matrix]) / torch.linalg.norm(direction)
            shifted = [weights | {matrix: weights[matrix] + side * h * direction} for side in (1, -1)]
            plus, minus = (network.loss_and_gradients(each, batch)[0].item() for each in shifted)
            slope = (gradients[matrix] * direction).sum().item()
            scale = torch.linalg.norm(gradients[matrix]).item() * torch.linalg.norm(direction).item()
            assert (plus - minus) / (2 * h) == pytest.approx(slope, rel=0, abs=1e-8 * scale), matrix


def test_members_of_a_stack_are_as_if_alone(name):
    """Each network's gradients in a stack of three equal its own, on its own trials."""
    specs, task = members(name, 3)
    (batch,) = drawn(specs, Ragged(task))
    loss, gradients = unrolled(specs, batch).loss_and_gradients(stacked(specs, task), batch)
    for network, one in enumerate(specs):
        (own,) = drawn([one], Ragged(task))
        alone, expected = unrolled([one], own).loss_and_gradients(stacked([one], task), own)
        assert loss[network].item() == pytest.approx(alone.item(), rel=1e-12)
        for matrix in WEIGHTS:
            torch.testing.assert_close(gradients[matrix][network], expected[matrix][0], rtol=1e-10, atol=1e-14)


def test_trials_of_a_batch_are_the_drawn_ones(name):
    """Sorting by length loses no trial, and what is left out of `active` is not judged."""
    specs, task = members(name, 2)
    (batch,) = drawn(specs, Ragged(task))
    for step, count in enumerate(batch.active):
        assert not batch.mask[:, step, count:].any()
    assert not batch.mask[:, len(batch.active) :].any()
    assert not batch.inputs[:, : batch.first].any()
    for network, one in enumerate(specs):
        trials = Ragged(task).draw(stream(one, "training trials", 0), BLOCK * one["batch"])
        wanted = {trials.inputs[i].tobytes() + trials.mask[i].tobytes() for i in range(one["batch"])}
        inputs, _, mask = (part.numpy() for part in reference.trials(batch, network))
        found = {inputs[i].tobytes() + mask[i].astype(bool).tobytes() for i in range(one["batch"])}
        assert found == wanted


# The recursion of the measures


def test_dynamics_equal_the_network_in_training(name):
    """The same outputs and loss to float32 rounding, which the recursion does not amplify at these g.

    An output is a sum whose terms may nearly cancel: rounding is measured against their size, not against the sum's.
    """
    g = 0.5 if name.startswith("linear") else 0.9
    one, task = of(name, g=g, n_neurons=48, batch=6)
    (batch,) = drawn([one], task, dtype=torch.float32)
    weights = stacked([one], task, torch.float32)
    other = weights["W"] * 0.5
    inputs, targets, mask = (part.numpy() for part in reference.trials(batch))
    arrays = {key: weight[0].numpy() for key, weight in weights.items()}
    terms = np.abs(arrays["v"]).sum(axis=0).max()  # as rates are of order 1
    two = np.stack([arrays["W"], other[0].numpy()])
    z = dynamics.outputs(two, arrays["M"], arrays["v"], inputs, task.dt, nonlinearity=one["nonlinearity"])
    losses = dynamics.losses(z, Trials(inputs, targets, mask.astype(bool), np.zeros(mask.shape[:2], np.uint8)))
    assert z.dtype == np.float32
    assert losses.dtype == np.float64
    for network, connectivity in enumerate((weights["W"], other)):
        both = weights | {"W": connectivity}
        used = unrolled([one], batch)
        expected = used.forward(both, batch)[0].transpose(0, 1).numpy()
        np.testing.assert_allclose(z[network][mask != 0], expected[mask != 0], rtol=0, atol=2e-6 * terms)
        loss, _ = used.loss_and_gradients(both, batch)
        assert losses[network] == pytest.approx(loss.item(), rel=2e-6)


# Optimisers


def epochs(spec: dict, task: Task, count: int = 5) -> list[Batch]:
    return list(islice(batches(task, [spec], 0), count))


def trained(spec: dict, task: Task) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray], list[float]]:
    """Weights before and after five epochs of Stack.step, and the losses on the way."""
    initial = initial_weights(spec, task.n_in, task.n_out)
    stack = Stack([spec], [initial])
    losses = [stack.step(batch)["loss"].item() for batch in epochs(spec, task)]
    return initial, {key: weight[0].numpy() for key, weight in stack.weights.items()}, losses


RATE = {"adam": 0.5, "sgd": 5.0}  # changes of a size at which an error shows


def rate(name: str, optimizer: str) -> float:
    return 0.02 if name.startswith("linear") and optimizer == "sgd" else RATE[optimizer]


def check_change(initial: dict, ours: dict, theirs: dict):
    """The changes of the weights agree, in norm.

    To 1e-4 of the change: gradients are good to some 1e-6, and Adam divides each by its own size, which makes
    the error of small ones larger (seen: 2e-5). And to the rounding of five sums with the weight that changes.
    """
    for key in WEIGHTS:
        change = np.linalg.norm(theirs[key] - initial[key].astype(np.float64))
        rounding = 5 * ROUNDING * np.linalg.norm(initial[key])
        assert change > 100 * rounding, "or nothing is tested"
        assert np.linalg.norm(ours[key] - theirs[key]) <= 1e-4 * change + rounding, key


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_training_equals_autograd_with_torchs_optimiser(name, optimizer):
    one, task = of(name, optimizer=optimizer, learning_rate=rate(name, optimizer))
    initial, ours, losses = trained(one, task)
    autograd = reference.Autograd(one, task, initial)
    expected = [autograd.step(batch) for batch in epochs(one, task)]
    assert losses == pytest.approx(expected, rel=1e-5)
    theirs = {key: weight.detach().numpy() for key, weight in autograd.weights.items()}
    check_change(initial, ours, theirs)


def adam(weights: dict, gradients_at, steps: int, rate: float) -> dict[str, np.ndarray]:
    """Adam by its formula (Kingma & Ba, 2015, Algorithm 1), with the constants that PyTorch has by default."""
    beta1, beta2, epsilon = 0.9, 0.999, 1e-8
    m, s = ({key: np.zeros_like(weight) for key, weight in weights.items()} for _ in range(2))
    for t in range(1, steps + 1):
        gradients = gradients_at(weights, t - 1)
        m = {key: beta1 * m[key] + (1 - beta1) * g for key, g in gradients.items()}
        s = {key: beta2 * s[key] + (1 - beta2) * g**2 for key, g in gradients.items()}
        m_hat = {key: m[key] / (1 - beta1**t) for key in weights}
        s_hat = {key: s[key] / (1 - beta2**t) for key in weights}
        weights = {key: w - rate * m_hat[key] / (np.sqrt(s_hat[key]) + epsilon) for key, w in weights.items()}
    return weights


def descent(weights: dict, gradients_at, steps: int, rate: float) -> dict[str, np.ndarray]:
    """Plain gradient descent."""
    for t in range(steps):
        gradients = gradients_at(weights, t)
        weights = {key: w - rate * gradients[key] for key, w in weights.items()}
    return weights


@pytest.mark.parametrize(("optimizer", "formula"), [("adam", adam), ("sgd", descent)])
def test_training_equals_the_formula_in_float64(name, optimizer, formula):
    one, task = of(name, optimizer=optimizer, learning_rate=rate(name, optimizer))
    initial, ours, _ = trained(one, task)
    several = epochs(one, task)

    def gradients_at(weights, epoch):
        tensors = {key: torch.tensor(weight) for key, weight in weights.items()}
        _, found = reference.gradients(
            tensors, *reference.trials(several[epoch], 0, DOUBLE), task.dt, one["nonlinearity"]
        )
        return {key: gradient.numpy() for key, gradient in found.items()}

    start = {key: weight.astype(np.float64) for key, weight in initial.items()}
    theirs = formula(start, gradients_at, len(several), one["learning_rate"] / one["n_neurons"])
    check_change(initial, ours, theirs)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_stack_trains_as_its_members_would_alone(name, optimizer):
    """Also when it goes on, after two epochs, from the states of its networks."""
    specs, task = members(name, 3, optimizer=optimizer, learning_rate=rate(name, optimizer))
    initial = [initial_weights(one, task.n_in, task.n_out) for one in specs]
    several = list(islice(batches(task, specs, 0), 5))
    begun = Stack(specs, initial)
    for batch in several[:2]:
        begun.step(batch)
    stack = Stack(specs, initial)
    stack.restore([begun.state(network) for network in range(3)])
    for batch in several[2:]:
        stack.step(batch)
    for network, one in enumerate(specs):
        _, alone, _ = trained(one, task)
        check_change(initial[network], {key: stack.state(network)[key] for key in WEIGHTS}, alone)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_only_the_connectivity_is_trained_if_told_so(name, optimizer):
    one, task = of(name, optimizer=optimizer, trained=["W"])
    initial, final, _ = trained(one, task)
    assert final["M"].tobytes() == initial["M"].tobytes()
    assert final["v"].tobytes() == initial["v"].tobytes()
    assert (final["W"] != initial["W"]).any()


def test_gradient_norm_is_that_of_the_connectivity(name):
    specs, task = members(name, 2)
    weights = [initial_weights(one, task.n_in, task.n_out) for one in specs]
    batch = next(batches(task, specs, 0))
    row = Stack(specs, weights).step(batch)
    for network in range(2):
        own = {key: torch.from_numpy(weight) for key, weight in weights[network].items()}
        value, gradients = reference.gradients(
            own, *reference.trials(batch, network), task.dt, specs[0]["nonlinearity"]
        )
        assert row["loss"][network] == pytest.approx(value.item(), rel=1e-5)
        assert row["gradient_norm"][network] == pytest.approx(torch.linalg.norm(gradients["W"]).item(), rel=1e-5)
