"""The theory of Section 3, against sympy, autograd, integrated gradient flow, and its own limit of large N."""

import numpy as np
import pytest
import sympy
import torch

from lowrank import theory

STRENGTHS = (0.0, 0.4, 0.7)
TARGETS = (0.5, 2.0)


def network(n: int, g: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """W0, M and v, float64, M and v of norm sqrt(N) and 1/sqrt(N)."""
    rng = np.random.default_rng([n, seed])
    M, v = (vector / np.linalg.norm(vector) for vector in rng.standard_normal((2, n)))
    return rng.standard_normal((n, n)) * g / np.sqrt(n), M * np.sqrt(n), v / np.sqrt(n)


# Any connectivity


def test_readout_is_the_fixed_point_of_the_recursion():
    W, M, v = network(20, 0.5)
    x = np.zeros(20)
    for _ in range(500):
        x += 0.5 * (W @ x + M - x)
    assert theory.fixed_point_readout(W, M, v) == pytest.approx(v @ x, rel=1e-12)


@pytest.mark.parametrize("g", STRENGTHS)
def test_flow_is_minus_the_gradient(g):
    W, M, v = (torch.tensor(array) for array in network(15, g))
    W.requires_grad_()
    z = v @ torch.linalg.solve(torch.eye(15, dtype=W.dtype) - W, M)
    (gradient,) = torch.autograd.grad((1.5 - z) ** 2 / 2, W)
    flow = theory.flow(W.detach().numpy(), M.numpy(), v.numpy(), 1.5)
    assert flow == pytest.approx(-gradient.numpy(), rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("g", STRENGTHS)
def test_first_coefficient_is_equation_11(g):
    W0, M, v = network(30, g)
    B = np.linalg.inv(np.eye(30) - W0)
    z0 = theory.fixed_point_readout(W0, M, v)
    (first,) = theory.expansion(W0, M, v, 2.0, order=1)
    assert first == pytest.approx((2.0 - z0) * np.outer(B.T @ v, B @ M), rel=1e-10, abs=1e-13)
    assert np.linalg.matrix_rank(first, 1e-12) == 1


@pytest.mark.parametrize("order", theory.ORDERS)
def test_expansion_is_the_flows_to_its_order(order):
    """What an expansion leaves out falls with tau to the next power."""
    W0, M, v = network(30, 0.5)
    W = theory.expansion(W0, M, v, 1.0, order)
    left_out = []
    for tau in (0.04, 0.02):
        series = sum(coefficient * tau**k / np.prod(range(1, k + 1)) for k, coefficient in enumerate(W, 1))
        left_out.append(np.linalg.norm(theory.integrated(W0, M, v, 1.0, tau, 20) - W0 - series))
    assert np.log2(left_out[0] / left_out[1]) == pytest.approx(order + 1, abs=0.2)


def test_integration_is_of_fourth_order():
    W0, M, v = network(20, 0.5)
    exact = theory.integrated(W0, M, v, 1.0, 0.5, 512)
    errors = [np.linalg.norm(theory.integrated(W0, M, v, 1.0, 0.5, steps) - exact) for steps in (16, 32)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(4, abs=0.5)


@pytest.mark.parametrize("target", TARGETS)
def test_without_initial_connectivity_dw_has_rank_two(target):
    W0, M, v = network(40, 0.0)
    values = np.linalg.svd(theory.integrated(W0, M, v, target, 0.3, 50), compute_uv=False)
    assert values[1] > 1e-4 * values[0]
    assert values[2] < 1e-14 * values[0]


# Without initial connectivity: the series, derived anew

TAU, Z = sympy.symbols("tau z", positive=True)


def derived() -> sympy.Matrix:
    """A of Eq. 9 to third order, for orthonormal v and M, by integrating Eq. 6 again and again."""
    A, one = sympy.zeros(2, 2), sympy.eye(2)
    w, m = sympy.Matrix([1, 0]), sympy.Matrix([0, 1])  # dW = A in the basis [v, M]

    def cut(expression):
        return sympy.series(sympy.expand(expression), TAU, 0, 4).removeO()

    for _ in range(3):
        inverse = one + A + A**2 + A**3
        z = cut((w.T * inverse * m)[0])
        gradient = ((Z - z) * (inverse.T * w) * (inverse * m).T).applyfunc(cut)
        A = gradient.applyfunc(lambda entry: cut(sympy.integrate(entry, TAU)))
    return A


@pytest.fixture(scope="module")
def series() -> dict[str, sympy.Expr]:
    """Eq. 10, and from it Eqs. 14 and 15 and the gradient's norm, for g = 0."""
    A = derived()
    z = (sympy.eye(2) - A).inv()[0, 1]
    largest = max((A.T * A).eigenvals(multiple=True), key=lambda square: square.subs({TAU: 0.1, Z: 1}))
    s1 = expansion(sympy.sqrt(sympy.simplify(largest)), 3)
    s2 = -A.det() / s1  # the product of the two is the absolute value of the determinant
    slope = sympy.sqrt(sum(entry**2 for entry in A.diff(TAU)))
    found = {"a11": A[0, 0], "a12": A[0, 1], "a21": A[1, 0], "a22": A[1, 1], "z": z, "s1": s1, "s2": s2}
    return {name: expansion(value, 3) for name, value in found.items()} | {"slope": expansion(slope, 2)}


def expansion(expression, order: int) -> sympy.Expr:
    return sympy.series(expression, TAU, 0, order + 1).removeO()


def power(expression, order: int, target: float):
    """A series cut at a power, for a target, as a function of tau."""
    kept = sum(sympy.expand(expression).coeff(TAU, k) * TAU**k for k in range(order + 1))
    return sympy.lambdify(TAU, kept.subs(Z, target))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("order", theory.ORDERS)
def test_series_without_initial_connectivity(series, order, target):
    tau = 0.37
    entries = np.array([[power(series[f"a{i}{j}"], order, target)(tau) for j in (1, 2)] for i in (1, 2)])
    assert theory.coefficients(tau, target, order) == pytest.approx(entries, rel=1e-12)
    computed = {
        "z": theory.readout(tau, 0.0, target, order),
        "s1": theory.first_singular_value(tau, 0.0, target, order),
        "s2": theory.second_singular_value(tau, 0.0, target, order),
    }
    for name, value in computed.items():
        assert value == pytest.approx(power(series[name], order, target)(tau), rel=1e-12), name
    slope = power(series["slope"], order - 1, target)(tau)
    assert theory.gradient_norm(tau, 0.0, target, order) == pytest.approx(slope, rel=1e-12)


# Large N: deviations fall as 1/sqrt(N)

SIZES = (64, 256, 1024)
NETWORKS = 12


def ratios(n: int, seed: int, g: float, target: float) -> dict[str, float]:
    """A network's quantities over what the theory says, which is 1 for N to infinity."""
    W0, M, v = network(n, g, seed)
    expansion = theory.expansion(W0, M, v, target)
    tau = 0.1 / theory.beta(g) ** 2  # where what the third order leaves out is far below 1/sqrt(N)
    change = expansion[0] * tau + expansion[1] * tau**2 / 2 + expansion[2] * tau**3 / 6
    other = network(n, g, seed + 1000)[0]
    shuffled = theory.fixed_point_readout(other + change, M, v) - theory.fixed_point_readout(other, M, v)
    B = np.linalg.inv(np.eye(n) - W0)
    backward, forward = B.T @ v, B @ M
    return {
        "readout, Eq. 15": theory.fixed_point_readout(W0 + change, M, v) / theory.readout(tau, g, target),
        "s1, Eq. 14": spectral_norm(change) / theory.first_singular_value(tau, g, target),
        "s2, Eq. 14": third_order_of_s2(*expansion, backward, forward) / theory.second_singular_value(1.0, g, target),
        "readout with another W0": shuffled / theory.shuffled_readout(tau, g, target, 3),
        "amplification, Eq. 12": np.square(forward).sum() / np.square(M).sum() / theory.beta(g),
    }


def third_order_of_s2(first, second, third, backward, forward) -> float:
    """The coefficient of tau^3 in s2, by perturbation of the rank-one W1."""
    left, right = backward / np.linalg.norm(backward), forward / np.linalg.norm(forward)
    down, across = (second / 2) @ right, left @ (second / 2)
    rest = third / 6 - np.outer(down - left * (left @ down), across - right * (across @ right)) / (left @ first @ right)
    rest -= np.outer(left, left @ rest)
    rest -= np.outer(rest @ right, right)
    return spectral_norm(rest)


def spectral_norm(matrix: np.ndarray) -> float:
    """Of a matrix of rank 8 at most, as all of this expansion are: its columns' space is that of 8 combinations."""
    columns, _ = np.linalg.qr(matrix @ np.random.default_rng(0).standard_normal((len(matrix), 8)))
    return np.linalg.norm(columns.T @ matrix, 2)


def test_deviations_shrink_with_the_root_of_n():
    """In the root mean square over networks."""
    found = [[ratios(n, seed, 0.5, 1.5) for seed in range(NETWORKS)] for n in SIZES]
    for name in found[0][0]:
        deviations = [np.sqrt(np.mean([np.square(ratio[name] - 1) for ratio in of_size])) for of_size in found]
        slope = np.polyfit(np.log(SIZES), np.log(deviations), 1)[0]
        assert slope == pytest.approx(-0.5, abs=0.25), (name, deviations)
        assert deviations[-1] * np.sqrt(SIZES[-1]) < 15, (name, deviations)


@pytest.mark.parametrize("g", STRENGTHS)
@pytest.mark.parametrize("target", TARGETS)
def test_first_order_scalings_of_figure_4(g, target):
    assert theory.convergence_time(g, target) == pytest.approx((1 - g**2) ** 2)
    assert theory.final_norm(g, target) == pytest.approx(target * (1 - g**2))
    assert theory.final_norm(g, target) == pytest.approx(
        theory.first_singular_value(theory.convergence_time(g, target), g, target, 1)
    )
    assert theory.gradient_norm(0.0, g, target) == pytest.approx(target / (1 - g**2))
    expected = target**2 / 2 * g**4 * (2 - g**2) ** 2
    assert theory.shuffled_loss(g, target) == pytest.approx(expected, abs=1e-12)


def test_convergence_time_solves_for_the_loss():
    for order, share in ((1, 0.05), (2, 0.5), (3, 0.05)):
        tau = theory.convergence_time(0.6, 2.0, order, share)
        assert theory.loss(tau, 0.6, 2.0, order) == pytest.approx(share * 2.0)
    assert np.isnan(theory.convergence_time(0.6, 2.0, order=2))  # the second order turns back at half of the target


def test_the_table_holds_all_orders_and_epochs():
    networks = [{"target": 0.5, "g": g, "rate": 0.01, "epochs": 7} for g in (0.0, 0.6)]
    table = theory.columns(networks)
    assert {len(column) for column in table.values()} == {2 * 3 * 7}
    row = np.flatnonzero((table["g"] == 0.6) & (table["order"] == 2))[5]
    assert table["tau"][row] == pytest.approx(0.05)
    assert table["readout"][row] == theory.readout(table["tau"][row], 0.6, 0.5, 2)
    assert table["loss"][row] == pytest.approx((0.5 - table["readout"][row]) ** 2 / 2)
