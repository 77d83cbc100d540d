"""The kernel in C: against autograd in float64, finite differences and the reference; its library, made anywhere."""

import contextlib
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import count as counted
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_limits

import reference
from lowrank.analysis import dynamics
from lowrank.compiled import build, epoch, network, outputs
from lowrank.compiled.network import WEIGHTS, SortedTrials, ordered
from lowrank.core.errors import UserError
from lowrank.core.streams import stream
from lowrank.jobs import train_job
from lowrank.store import networks
from lowrank.tasks.base import Task, Trials
from lowrank.training import kernels
from lowrank.training.initialization import initial_weights
from lowrank.training.kernels import compiled
from lowrank.training.kernels import reference as in_torch
from lowrank.training.loop import Stopped, train
from once import once
from ragged import Ragged
from specs import of, spec

DOUBLE = np.float64
TASKS = {  # name of a test: a task of the config, and what is changed of it
    "flipflop": ("flipflop", {}),
    "per_channel": ("flipflop", {"memory": "per_channel"}),
    "mante": ("mante", {}),
    "romo": ("romo", {}),
    "linear": ("linear_z0.5", {"kernel": "reference", "g": 0.5}),
    "dt": ("mante", {"dt": 0.25}),
}
SCRIPTS = str(Path(build.__file__).parents[2])
X86 = platform.machine() in ("x86_64", "AMD64")
HAS_AVX2 = "avx2" in build.features().split()
BUILDS = {"this processor": build.NATIVE}  # how the library is made that a test calls
BUILDS |= {"AVX2": ("-mcpu=x86_64_v3",), "plain": ("-mcpu=x86_64",)} if X86 else {"plain": ("-mcpu=generic",)}


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory):
    """Libraries of these tests alone, made once for all workers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(once(tmp_path_factory, "cache", Path.mkdir)))
        yield


@pytest.fixture(autouse=True)
def _one_thread(one_thread):
    torch.set_num_threads(1)


@pytest.fixture(params=TASKS)
def name(request) -> str:
    return request.param


@pytest.fixture(params=BUILDS)
def any_build(request, monkeypatch) -> str:
    """Networks in C use this build."""
    if request.param == "AVX2" and not HAS_AVX2:
        pytest.skip("this processor has no AVX2")
    monkeypatch.setattr(network, "library", lambda precision: build.library(precision, BUILDS[request.param]))
    return request.param


def made(name: str, **changes) -> tuple[dict, Task]:
    """A network's spec, and its task."""
    task, own = TASKS[name]
    return of(task, **own | changes)


def weights_of(one: dict, task: Task, precision=DOUBLE) -> dict[str, np.ndarray]:
    return {key: weight.astype(precision) for key, weight in initial_weights(one, task.n_in, task.n_out).items()}


def drawn(one: dict, task: Task, count: int = 1) -> list[Trials]:
    """Some batches of trials, in each of which something is judged."""
    blocks = (Ragged(task).draw(stream(one, "training trials", block), one["batch"]) for block in counted())
    return list(islice((trials for trials in blocks if trials.mask.any()), count))


def by_autograd(weights: dict, trials: Trials, one: dict) -> tuple[float, dict[str, np.ndarray]]:
    parts = [torch.tensor(part.astype(DOUBLE)) for part in (trials.inputs, trials.targets, trials.mask)]
    tensors = {key: torch.tensor(weight.astype(DOUBLE)) for key, weight in weights.items()}
    loss, gradients = reference.gradients(tensors, *parts, one["dt"], one["nonlinearity"])
    return loss.item(), {key: gradient.numpy() for key, gradient in gradients.items()}


def check(one: dict, task: Task, batches: list[Trials]) -> None:
    """Loss, gradients and norm are autograd's: with float64 numbers to 1e-10, so that no step is wrong; with float32
    ones to their rounding.
    """
    nets = {
        tolerance: epoch.Epoch(weights_of(one, task, precision), one["dt"], one["nonlinearity"])
        for precision, tolerance in ((np.float64, 1e-10), (np.float32, 2e-5))
    }
    for trials in batches:
        value, expected = by_autograd(weights_of(one, task), trials, one)
        for tolerance, net in nets.items():
            loss, norm = net.run(*ordered(trials))
            assert loss == pytest.approx(value, rel=tolerance)
            assert norm == pytest.approx(np.linalg.norm(expected["W"]), rel=tolerance)
            for key in WEIGHTS:
                error = np.linalg.norm(net.gradients[key] - expected[key])
                assert error <= tolerance * np.linalg.norm(expected[key]), key


# Gradients


@pytest.mark.parametrize("batch", [1, 5, 32, 70])
@pytest.mark.parametrize("n_neurons", [7, 12, 100, 256])
def test_gradients_equal_autograd_in_float64(name, n_neurons, batch):
    """Twice with the same work space, of which the second batch must find no trace."""
    one, task = made(name, n_neurons=n_neurons, batch=batch)
    check(one, task, drawn(one, task, 2))


def test_gradients_of_every_build_equal_autograd(name, any_build):
    """Other instructions, other tiles."""
    one, task = made(name, n_neurons=37, batch=11)
    check(one, task, drawn(one, task))


def random_trials(rng: np.random.Generator, batch: int, steps: int, n_in: int, n_out: int) -> Trials:
    """Trials that end anywhere, also before the first input; something of one is judged."""
    inputs = rng.standard_normal((batch, steps, n_in), np.float32)
    inputs[:, : rng.integers(0, steps)] = 0
    mask = rng.random((batch, steps, n_out)) < 0.5
    mask &= (np.arange(steps) < rng.integers(0, steps + 1, batch)[:, None])[..., None]
    mask[0, rng.integers(0, steps)] |= not mask.any()
    return Trials(inputs, rng.standard_normal(mask.shape, np.float32), mask, np.zeros((batch, steps), np.uint8))


@pytest.mark.parametrize("seed", range(50))
def test_gradients_of_any_shape_equal_autograd(seed):
    """Also if the work space is full of NaN: nothing is read that was not written."""
    rng = np.random.default_rng(seed)
    n, n_in, n_out, batch, steps = (int(rng.integers(1, most)) for most in (40, 5, 4, 20, 12))
    weights = {"W": rng.standard_normal((n, n)) / np.sqrt(n), "M": rng.standard_normal((n, n_in))}
    weights["v"] = rng.standard_normal((n, n_out)) / n
    one = {"dt": float(rng.choice([0.1, 0.5, 1.0])), "nonlinearity": str(rng.choice(["tanh", "identity"]))}
    trials = random_trials(rng, batch, steps, n_in, n_out)
    net = epoch.Epoch(weights, **one)
    net.space = np.full(1_000_000, np.nan)
    loss, _ = net.run(*ordered(trials))
    value, expected = by_autograd(weights, trials, one)
    assert loss == pytest.approx(value, rel=1e-12)
    for key in WEIGHTS:
        error = np.abs(net.gradients[key] - expected[key]).max()
        assert error <= 1e-12 * np.abs(expected[key]).max(), key


def test_gradients_equal_finite_differences(name):
    """Along random directions, to the h^2 of central differences and the rounding of their two losses."""
    one, task = made(name, n_neurons=12, batch=5)
    weights, (trials,), h = weights_of(one, task), ordered(*drawn(one, task)), 1e-5
    net = epoch.Epoch(weights, one["dt"], one["nonlinearity"])
    net.run(trials)
    gradients = {key: gradient.copy() for key, gradient in net.gradients.items()}
    rng = np.random.default_rng(0)
    for key, weight in weights.items():
        before = weight.copy()
        direction = rng.standard_normal(weight.shape)
        direction *= np.linalg.norm(before) / np.linalg.norm(direction)
        losses = []
        for side in (1, -1):
            weight[...] = before + side * h * direction
            losses.append(net.run(trials)[0])
        weight[...] = before
        scale = np.linalg.norm(gradients[key]) * np.linalg.norm(direction)
        slope = (losses[0] - losses[1]) / (2 * h)
        assert slope == pytest.approx((gradients[key] * direction).sum(), rel=0, abs=1e-8 * scale), key


def test_nothing_is_run_that_is_not_judged(name):
    """Inputs after a trial's end are not looked at: NaN there leaves no trace."""
    one, task = made(name, n_neurons=12, batch=9)
    (trials,) = drawn(one, task)
    net = epoch.Epoch(weights_of(one, task, np.float32), one["dt"], one["nonlinearity"])
    expected = net.run(*ordered(trials)), {key: gradient.copy() for key, gradient in net.gradients.items()}
    (batch,) = ordered(trials)
    after = np.arange(trials.mask.shape[1]) >= trials.ends()[:, None]
    assert after.any()
    trials.inputs[after] = np.nan
    assert net.run(SortedTrials(trials, *batch[1:])) == expected[0]
    assert all(np.array_equal(net.gradients[key], expected[1][key]) for key in WEIGHTS)


# What cannot be computed shows


def single(values: np.ndarray, nonlinearity: str = "tanh") -> np.ndarray:
    """phi of values, by a network of one neuron that is given them one after another, without memory."""
    weights = {"W": np.zeros((1, 1), np.float32), **{key: np.ones((1, 1), np.float32) for key in "Mv"}}
    net = outputs.Outputs(weights, 1.0, nonlinearity)
    u = values.astype(np.float32)[None, :, None]
    return net.run(u, np.ones(u.shape[1], np.int64))[0, :, 0]


def test_tanh_is_good_to_float32s_rounding(any_build):
    values = np.concatenate([np.linspace(-12, 12, 100_001), np.logspace(-30, 30, 1001)]).astype(np.float32)
    values = values[np.abs(values) > 1e-37]
    found, expected = single(values), np.tanh(values.astype(float))
    assert np.abs(found / expected - 1).max() <= 4e-7
    assert np.abs(found).max() == 1
    assert (single(-values) == -found).all()


@pytest.mark.parametrize("nonlinearity", ["tanh", "identity"])
@pytest.mark.parametrize("strange", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_stays_visible(any_build, nonlinearity, strange):
    """As in numpy: NaN stays NaN; a state at infinity has a rate of 1, if it is tanh."""
    weights = {key: np.ones((1, 1), np.float32) for key in WEIGHTS} | {"W": np.zeros((1, 1), np.float32)}
    weights["M"][:] = strange
    u = np.ones((1, 2, 1), np.float32)
    found = outputs.Outputs(weights, 0.5, nonlinearity).run(u, np.ones(2, np.int64))
    with np.errstate(invalid="ignore"):
        expected = dynamics.outputs_in_numpy(
            weights["W"][None], weights["M"], weights["v"], u, 0.5, np.ones(2, np.int64), nonlinearity
        )
    np.testing.assert_array_equal(found, expected[0])
    assert not np.isfinite(found).all() or nonlinearity == "tanh"


@pytest.mark.parametrize("key", WEIGHTS)
def test_a_weight_that_is_nan_makes_the_loss_nan(name, key):
    one, task = made(name, n_neurons=12, batch=5)
    weights = weights_of(one, task, np.float32)
    weights[key][3, 0] = np.nan
    assert np.isnan(epoch.Epoch(weights, one["dt"], one["nonlinearity"]).run(*ordered(*drawn(one, task)))[0])


def test_divergence_is_a_result():
    one, task = of("flipflop", optimizer="sgd", learning_rate=1e38, epochs=30)
    found = train(one, task)
    assert found.kernel == "compiled"
    assert len(found.history["loss"]) < 30
    assert not np.isfinite(found.history["loss"][-1])
    assert np.isfinite(found.history["loss"][:-1]).all()


# Trainings

SHORT = {"n_neurons": 64, "batch": 32, "epochs": 50}


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_training_is_the_references_within_rounding(name, optimizer):
    """Over 50 epochs, at a rate at which rounding grows little."""
    rate = {"adam": 0.01, "sgd": 1.0}[optimizer] * (0.02 if name == "linear" else 1)
    one, task = made(
        name, **SHORT, optimizer=optimizer, learning_rate=rate, rate_scaling="n_neurons", trained=[*WEIGHTS]
    )
    ours, theirs = train(one, task), train(one, task, kernel="reference")
    assert (ours.kernel, theirs.kernel) == ("compiled", "reference")
    for key in ("loss", "gradient_norm"):
        found, expected = ours.history[key], theirs.history[key]
        small = 1e-4 * np.nanmax(np.abs(expected))
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=small, err_msg=key)
    for key in WEIGHTS:
        change = np.linalg.norm(theirs.weights[key] - theirs.initial[f"{key}0"])
        assert change > 0
        assert np.linalg.norm(ours.weights[key] - theirs.weights[key]) <= 1e-3 * change, key


def test_the_output_is_recorded_where_it_is_judged_last():
    """The cosine is judged in the first half of its trial, and only so far is it computed."""
    one, task = of("cosine", g=0.8, epochs=3, batch=1)
    ours, theirs = (train(one, task, kernel=kernel).history["readout"] for kernel in ("compiled", "reference"))
    assert abs(ours[0]) > 1e-6
    np.testing.assert_allclose(theirs, ours, rtol=1e-3)


def test_only_what_is_to_be_trained_is():
    one, task = of("mante", trained=["W"])
    found = train(one, task)
    assert all(np.array_equal(found.weights[key], found.initial[f"{key}0"]) for key in "Mv")
    assert not np.array_equal(found.weights["W"], found.initial["W0"])


def bits(weights: dict[str, np.ndarray]) -> bytes:
    return b"".join(weights[key].tobytes() for key in WEIGHTS)


def test_bits_do_not_depend_on_where_arrays_lie_in_memory_or_on_threads():
    one, task = of("mante", n_neurons=37, batch=11)
    (trials,), found = drawn(one, task), set()
    for offset in (0, 1, 4, 8, 12):
        moved = {}
        for key, weight in weights_of(one, task, np.float32).items():
            block = np.empty(weight.size + 32, np.float32)
            start = (-block.ctypes.data // 4) % 16 + offset
            moved[key] = block[start : start + weight.size].reshape(weight.shape)
            moved[key][...] = weight
        net = epoch.Epoch(moved, one["dt"], one["nonlinearity"])
        net.work = lambda size, kept=net.work, offset=offset: kept(size)
        with threadpool_limits(1 + offset % 2):
            net.run(*ordered(trials))
        found.add(bits(net.gradients))
    assert len(found) == 1


def test_a_trial_counts_as_much_whatever_others_are_in_its_batch():
    """The outputs of each trial to the bit: a tile of another height computes the same."""
    one, task = of("flipflop", n_neurons=37, batch=21)
    (trials,), weights = drawn(one, task), weights_of(one, task, np.float32)
    net, steps = outputs.Outputs(weights, one["dt"], "tanh"), trials.mask.shape[1]
    together = net.run(trials.inputs, np.full(steps, 21))
    alone = [net.run(trials.inputs[i : i + 1], np.ones(steps, np.int64)) for i in range(21)]
    assert together.tobytes() == np.concatenate(alone).tobytes()


@pytest.mark.parametrize(("first", "second"), [("fast", "fast"), ("fast", "reference"), ("reference", "fast")])
def test_a_stopped_training_goes_on_with_either_kernel(first, second):
    """To the same bits with the same kernel, within rounding with the other."""
    one, task = of("romo", n_neurons=24, epochs=30)
    whole, states, calls = train(one, task, kernel=second), [], []
    with pytest.raises(Stopped):
        train(one, task, kernel=first, save=states.append, stopping=lambda: calls.append(None) or len(calls) > 23)
    resumed = train(one, task, states[-1], kernel=second)
    if first == second:
        assert bits(resumed.weights) == bits(whole.weights)
    np.testing.assert_allclose(resumed.history["loss"], whole.history["loss"], rtol=1e-4)


def test_a_state_of_a_kernel_that_keeps_another_one_begins_anew(tmp_path, capsys):
    one = spec("linear_z1.0", epochs=12)
    calls = []
    with contextlib.chdir(tmp_path):
        with pytest.raises(Stopped):
            train_job.run([one], lambda: calls.append(None) or len(calls) > 7)
        train_job.run([one], kernel="reference")
        assert networks.exists(one)
    assert "training starts again" in capsys.readouterr().out


def test_epochs_are_the_references():
    """The same trials at every epoch, also where a training goes on."""
    one, task = of("romo")
    for first in (0, 3, 45):
        ours, theirs = compiled.batches(task, [one], first), in_torch.batches(task, [one], first)
        for (batch,), other in islice(zip(ours, theirs, strict=False), 25):
            inputs, _, mask = (part.numpy() for part in reference.trials(other, 0))
            assert np.array_equal(batch.trials.inputs[batch.order], inputs)
            assert np.array_equal(batch.trials.mask[batch.order], mask)


def test_which_kernel_trains():
    tanh, linear = spec("romo"), spec("linear_z0.5")
    other = spec("linear_z0.5", trained=["W", "M"])
    assert [kernels.chosen(one) for one in (tanh, linear, other)] == ["compiled", "linear", "compiled"]
    assert [kernels.chosen(one, device="cuda") for one in (tanh, linear, other)] == ["reference", "linear", "reference"]
    assert {kernels.chosen(one, kernel="reference") for one in (tanh, linear, other)} == {"reference"}
    assert "kernel" not in tanh


def test_a_training_imports_no_torch(tmp_path):
    """Nor pandas: a job of two seconds would wait for them as long again."""
    code = """
import json, sys
from lowrank.jobs import train_job
train_job.run(json.loads(sys.argv[1]))
print(sorted({"torch", "pandas"} & {*sys.modules}), file=sys.stderr)
"""
    words = [sys.executable, "-c", code, json.dumps([spec("romo"), spec("linear_z0.5")])]
    environment = {**os.environ, "PYTHONPATH": SCRIPTS}
    done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == "[]\n"
    assert len(list(tmp_path.rglob("*.safetensors"))) == 2


# Measures


def test_outputs_equal_those_in_numpy(name, any_build):
    one, task = made(name, n_neurons=37, batch=150)
    (trials,), weights = drawn(one, task), weights_of(one, task, np.float32)
    ends = trials.ends()
    trials = trials.only(np.argsort(-ends, kind="stable"))
    active = (ends[:, None] > np.arange(trials.mask.shape[1])).sum(axis=0)
    several = np.stack([weights["W"], 0.5 * weights["W"]])
    given = (several, weights["M"], weights["v"], trials.inputs, one["dt"], active, one["nonlinearity"])
    found, expected = dynamics.outputs(*given), dynamics.outputs_in_numpy(*given)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    assert (found[:, np.arange(len(active)) >= trials.ends()[:, None]] == 0).all()


def test_where_nothing_can_be_compiled_measures_are_computed_in_numpy(monkeypatch, capsys):
    one, task = of("romo", n_neurons=12)
    weights = weights_of(one, task, np.float32)
    given = (weights["W"][None], weights["M"], weights["v"], drawn(one, task)[0].inputs, one["dt"])
    expected = dynamics.outputs(*given)

    def none(precision: str):
        raise UserError("there is no compiler")

    monkeypatch.setattr(network, "library", none)
    np.testing.assert_allclose(dynamics.outputs(*given), expected, atol=1e-6)
    assert capsys.readouterr().out == "there is no compiler; computed in numpy\n"


# The library


@pytest.fixture
def fresh(monkeypatch) -> Callable[[], None]:
    """Nothing is known of libraries that were loaded."""
    build._library.cache_clear()
    yield build._library.cache_clear
    build._library.cache_clear()


@pytest.mark.parametrize("target", ["x86_64-linux-gnu", "aarch64-linux-gnu", "x86_64-macos", "aarch64-macos"])
def test_it_compiles_for_other_machines_without_a_warning(tmp_path, target):
    words = build.command(tmp_path / "library", "float32", ("-target", target, "-Werror"))
    done = subprocess.run(words, env=build.environment(tmp_path.parent), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    begins = (tmp_path / "library").read_bytes()[:4]
    assert begins == (b"\x7fELF" if "linux" in target else b"\xcf\xfa\xed\xfe")


@pytest.mark.parametrize("machine", ["x86_64", "x86_64_v3", "x86_64_v4"])
def test_a_number_becomes_a_vector_without_arithmetic(tmp_path, machine):
    """In the matrix product this happens once for every two multiply-adds."""
    (tmp_path / "spread.c").write_text('#include "vectors.h"\nvector spread(const real *x) { return all(*x); }\n')
    flags = [flag for flag in build.FLAGS if flag not in ("-shared", "-nostdlib")]
    command = [sys.executable, "-m", "ziglang", "cc", *flags, "-target", "x86_64-linux-gnu", f"-mcpu={machine}"]
    command += ["-S", "-I", build.SOURCES, tmp_path / "spread.c", "-o", tmp_path / "spread.s"]
    done = subprocess.run(command, env=build.environment(tmp_path.parent), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (body,) = re.findall(r"^spread:(.*?)^\s+retq?$", (tmp_path / "spread.s").read_text(), re.MULTILINE | re.DOTALL)
    assert re.search(r"\b(v?movss|vbroadcastss)\b", body), body  # it is read
    assert not re.search(r"\bv?(add|sub)[ps]s\b", body), body


def test_its_name_says_all_that_it_depends_on(monkeypatch):
    names = {build.name(precision, machine) for precision in build.REALS for machine in BUILDS.values()}
    assert len(names) == 2 * len(BUILDS)
    before = build.name("float32")
    monkeypatch.setattr(build, "features", lambda: "others")
    other_processor = build.name("float32")
    monkeypatch.setattr(build, "version", lambda package: "0.1")
    other_compiler = build.name("float32")
    monkeypatch.setattr(build, "sources", lambda: [])
    assert len({before, other_processor, other_compiler, build.name("float32")}) == 4


def test_without_a_cache_of_the_users_it_is_kept_in_the_project(tmp_path, monkeypatch, fresh):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.chdir(tmp_path)
    build.library()
    assert (tmp_path / ".snakemake/lowrank/compiled" / build.name("float32")).is_file()


def test_without_any_place_for_it_there_is_one_sentence(tmp_path, monkeypatch, fresh):
    (tmp_path / ".snakemake").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".snakemake"))
    monkeypatch.chdir(tmp_path)
    one, task = of("romo")
    with pytest.raises(
        UserError, match=r"the kernel in C cannot be compiled on .*: mend that, or train with"
    ) as caught:
        train(one, task)
    assert "\n" not in f"{caught.value}"
    assert train(one, task, kernel="reference").kernel == "reference"


def test_what_the_compiler_says_is_told_once(tmp_path, monkeypatch, fresh):
    calls = []

    def broken(*given):
        calls.append(given)
        return [sys.executable, "-c", "import sys; sys.exit('no such processor')"]

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(build, "command", broken)
    for _ in range(2):
        with pytest.raises(UserError, match="no such processor"):
            build.library()
    assert len(calls) == len(list(build.folders()))
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".so", ".tmp")]


def test_two_that_need_it_at_once_make_one(tmp_path):
    words = [sys.executable, "-c", "from lowrank.compiled import build; print(build.library()._name)"]
    environment = {**os.environ, "PYTHONPATH": SCRIPTS, "XDG_CACHE_HOME": str(tmp_path)}
    started = [subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    output = {process.communicate()[0] for process in started}
    assert output == {f"{tmp_path / 'lowrank/compiled' / build.name('float32')}\n"}
    kept = {path.name for path in (tmp_path / "lowrank/compiled").iterdir()}
    assert kept == {".lock", "zig", build.name("float32")}
