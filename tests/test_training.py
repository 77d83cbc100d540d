"""Training: the same bits whatever runs beside, stops or kills it; divergence; initial weights; learning itself."""

import contextlib
import json
import os
import runpy
import subprocess
import sys
import types
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest
import torch

from lowrank import tasks
from lowrank.analysis import dynamics
from lowrank.core.spec import canonical, digest
from lowrank.core.streams import PURPOSES, stream
from lowrank.jobs import train_job
from lowrank.store import checkpoint, networks, tables
from lowrank.training.initialization import WEIGHTS, initial_weights
from lowrank.training.kernels.reference import Stack
from lowrank.training.loop import Stopped, train
from lowrank.training.optimizers import Adam
from lowrank.training.trials import BLOCK, batches
from specs import ENTRIES, TASKS, of, spec, specs

SCRIPTS = Path(train_job.__file__).parents[2]


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(params=["adam", "sgd"])
def optimizer(request) -> str:
    return request.param


def run_in(folder: Path, specs: list[dict], stopping=lambda: False, **how) -> dict[str, bytes]:
    """Run a training job in a folder; the files that it leaves there, by their paths."""
    folder.mkdir(exist_ok=True)
    with contextlib.chdir(folder):
        train_job.run(specs, stopping, **how)
    return files(folder)


def files(folder: Path) -> dict[str, bytes]:
    """All files of networks in a folder but the lock."""
    found = (path for path in (folder / networks.FOLDER).rglob("*") if path.is_file() and path.name != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def after(calls: int):
    """A `stopping` that is true from this call on; it is asked once before every epoch."""
    asked = []
    return lambda: asked.append(None) or len(asked) > calls


# The same bits


def test_a_network_has_the_same_bits_twice(tmp_path, optimizer):
    """The files, too, byte for byte."""
    one = spec("mante", optimizer=optimizer)
    first, second = (run_in(tmp_path / name, [one]) for name in "ab")
    assert first == second
    assert sorted(first) == sorted([networks.file(one), networks.history(one)])


@pytest.mark.parametrize("count", [2, 5])
def test_bits_do_not_depend_on_the_job(tmp_path, count):
    """Networks trained in one job equal those trained alone; the job may hold several tasks."""
    several = [spec(TASKS[-1 - i % len(TASKS)], seed=i, g=0.2 * i) for i in range(count)]
    together = run_in(tmp_path / "together", several)
    alone = [run_in(tmp_path / str(i), [one]) for i, one in enumerate(several)]
    assert len(together) == 2 * count
    assert together == {path: content for files in alone for path, content in files.items()}


def test_bits_do_not_depend_on_what_else_is_in_the_config(tmp_path):
    """More seeds, g and tasks leave a network's spec, and so its name and every stream, as they are."""
    small = {"n_neurons": 12, "batch": 4, "epochs": 5}
    alone = specs({"romo": small | {"g": [0.9]}}, seeds=[1])
    linear = {"batch": 1, "g": [0.0, 0.3, 0.9]}
    of_linear = {name for name in TASKS if ENTRIES[name].get("nonlinearity") == "identity"}
    entries = {name: small | (linear if name in of_linear else {"g": [0.0, 0.9, 1.5]}) for name in TASKS}
    many = specs(entries, seeds=[0, 1, 2])
    assert len(many) == 9 * len(TASKS)
    assert alone[0] in many
    together = run_in(tmp_path / "many", [one for one in many if one["task"] == "romo"])
    assert len(together) == 2 * 9
    assert run_in(tmp_path / "alone", alone).items() <= together.items()


def test_bits_do_not_depend_on_torchs_threads(tmp_path):
    one = spec("flipflop", n_neurons=64, batch=32, epochs=3)
    torch.set_num_threads(2)
    two_threads = run_in(tmp_path / "two", [one], kernel="reference")
    assert torch.get_num_threads() == 1
    torch.set_num_threads(1)
    assert run_in(tmp_path / "one", [one], kernel="reference") == two_threads


def test_bits_do_not_depend_on_where_weights_lie_in_memory():
    """Vector instructions meet other remainders at other addresses; arrays from numpy lie anywhere."""
    one, task = of("mante", n_neurons=24)
    initial = initial_weights(one, task.n_in, task.n_out)
    results = set()
    for offset in (0, 1, 4, 8, 12):
        stack = Stack([one], [initial])
        for weight in stack.weights.values():
            block = torch.empty(weight.numel() + 32)
            start = (-block.data_ptr() // 4) % 16 + offset
            moved = block[start : start + weight.numel()].view(weight.shape)
            weight.set_(moved.copy_(weight))
        for batch in islice(batches(task, [one], 0), 3):
            stack.step(batch)
        results.add(b"".join(weight.numpy().tobytes() for weight in stack.weights.values()))
    assert len(results) == 1


def test_streams_are_apart():
    """Every part of a stream's name counts; the test trials alone are the same for every g."""
    base = spec("romo")
    others = [spec("romo", seed=1), spec("romo", run_seed=1), spec("mante"), spec("romo", g=0.8)]
    first = {
        (canonical([one, purpose, number])): stream(one, purpose, number).integers(2**62)
        for one in (base, *others)
        for purpose in PURPOSES
        for number in (0, 1)
    }
    assert len(set(first.values())) == len(first) - 2
    assert stream(base, "test trials").integers(2**62) == stream(others[-1], "test trials").integers(2**62)
    with pytest.raises(ValueError, match="test trails"):
        stream(base, "test trails")


@pytest.mark.parametrize("first_epoch", [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
def test_trials_go_on_anywhere(first_epoch):
    """The trials from any epoch on are those that come when one starts at 0."""
    one, task = of("romo")
    ours = next(batches(task, [one], first_epoch))
    theirs = next(islice(batches(task, [one], 0), first_epoch, None))
    assert (ours.first, ours.active) == (theirs.first, theirs.active)
    for name in ("inputs", "targets", "mask"):
        assert torch.equal(getattr(ours, name), getattr(theirs, name))


def test_adam_is_pytorchs_to_the_bit():
    """Its class does the same; ours spares the seconds in which that loads PyTorch's compiler."""
    generator = torch.Generator().manual_seed(0)
    weights = {name: torch.randn(3, 5, generator=generator) for name in "WM"}
    theirs = {name: weight.clone() for name, weight in weights.items()}
    ours, class_ = Adam(weights, 0.01), torch.optim.Adam(theirs.values(), lr=0.01, fused=True)
    for _ in range(5):
        gradients = {name: torch.randn(5, 3, generator=generator).T for name in weights}
        ours.step(gradients)
        for name, weight in theirs.items():
            weight.grad = gradients[name].contiguous()
        class_.step()
    assert all(torch.equal(weights[name], theirs[name]) for name in weights)
    for name, weight in theirs.items():
        assert all(torch.equal(ours.moments[name][key], moment) for key, moment in class_.state[weight].items())


@pytest.mark.parametrize("code", ["loop.train(one, task)", "sentiment.training.Network(lstm, weights, vectors)"])
def test_training_does_not_load_pytorchs_compiler(code):
    """It takes seconds, and nothing of it is used."""
    script = f"""
import sys
import numpy as np
from lowrank import sentiment
from lowrank.sentiment import training as _
from lowrank.training import loop
from lowrank.sentiment.lstm import initial_weights
from specs import of
one, task = of("romo", epochs=2)
lstm = {{"run_seed": 0, "task": "sentiment", "seed": 0, "n_neurons": 4, "dropout": 0, "learning_rate": 0.1}}
lstm["data"] = {{"dimensions": 3}}
weights, vectors = initial_weights(lstm), np.zeros((5, 3), np.float32)
{code}
sys.exit("torch._dynamo" in sys.modules)
"""
    path = f"{SCRIPTS}:{Path(__file__).parent}"
    subprocess.run([sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": path}, check=True)


# Stopping and going on


EPOCHS = 2 * BLOCK + 5


@pytest.mark.parametrize("trained", [["W", "M", "v"], ["W"]])
def test_a_stopped_training_goes_on_to_the_same_bits(tmp_path, optimizer, trained):
    """Stopped at once, within a block of trials, at its bounds, at the last epoch; and all of these in one."""
    one = spec("romo", epochs=EPOCHS, optimizer=optimizer, trained=trained)
    undisturbed = run_in(tmp_path / "undisturbed", [one])
    for stops in ([0], [1], [7], [BLOCK], [BLOCK + 3], [EPOCHS - 1], [1, 1, 6, 12, 0, BLOCK, 3]):
        folder = tmp_path / "-".join(map(str, stops))
        for number, stop in enumerate(stops):
            with pytest.raises(Stopped, match=f"before epoch {sum(stops[: number + 1])} of {EPOCHS}"):
                run_in(folder, [one], after(stop))
            assert set(files(folder)) == {str(networks.state(one))}
        assert run_in(folder, [one]) == undisturbed


def test_a_stopped_job_keeps_what_is_done(tmp_path):
    """Of three networks the first is finished, the second stopped; the next start goes on from there."""
    several = [spec("romo", seed=seed) for seed in range(3)]
    with pytest.raises(Stopped):
        run_in(tmp_path, several, after(7))
    left = files(tmp_path)
    states = {str(networks.state(one)) for one in several[:2]}
    assert set(left) == {*(f(several[0]) for f in (networks.file, networks.history)), *states}
    finished = run_in(tmp_path, several)
    assert len(finished) == 6
    assert left[networks.file(several[0])] == finished[networks.file(several[0])]
    assert finished == run_in(tmp_path / "undisturbed", several)


def test_a_finished_network_whose_job_failed_is_not_trained_again(tmp_path, capsys):
    """Snakemake deletes what a failed job has made; it is written again from its last state."""
    several = [spec("romo", seed=seed) for seed in range(3)]
    with pytest.raises(Stopped):
        run_in(tmp_path, several, after(7))
    for finished in (networks.file, networks.history):
        (tmp_path / finished(several[0])).unlink()
    capsys.readouterr()
    run_in(tmp_path, several[:1])
    assert f"resuming from epoch {several[0]['epochs']}" in capsys.readouterr().out
    assert run_in(tmp_path, several[1:]) == run_in(tmp_path / "undisturbed", several)


def test_progress_is_told_and_a_finished_network_found(tmp_path, capsys):
    one = spec("romo")
    with pytest.raises(Stopped):
        run_in(tmp_path, [one], after(3))
    run_in(tmp_path, [one])
    run_in(tmp_path, [one])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == lines[1] == f"training {networks.file(one)}"
    assert lines[2] == "resuming from epoch 3"
    assert lines[3].startswith("epoch 5 of 5   loss ")
    assert lines[4:] == [f"found {networks.file(one)}"]


@pytest.mark.parametrize("damage", [lambda b: b[:-9], lambda b: b[:-5] + bytes([b[-5] ^ 1]) + b[-4:], lambda b: b""])
def test_a_damaged_state_is_set_aside(tmp_path, capsys, damage):
    """Training starts over, to the same bits."""
    one = spec("romo")
    with pytest.raises(Stopped):
        run_in(tmp_path, [one], after(3))
    state = tmp_path / networks.state(one)
    state.write_bytes(damage(state.read_bytes()))
    damaged = state.read_bytes()
    left = run_in(tmp_path, [one])
    assert left.pop(f"{networks.state(one)}.damaged") == damaged
    assert left == run_in(tmp_path / "undisturbed", [one])
    output = capsys.readouterr().out
    assert f"kept as {state.name}.damaged" in output
    assert "resuming" not in output


def test_a_state_of_another_network_is_not_used(tmp_path):
    one, other = spec("romo"), spec("romo", seed=1)
    with pytest.raises(Stopped):
        run_in(tmp_path, [other], after(3))
    (tmp_path / networks.state(other)).rename(tmp_path / networks.state(one))
    left = run_in(tmp_path, [one])
    assert left.pop(f"{networks.state(one)}.damaged")
    assert left == run_in(tmp_path / "undisturbed", [one])


@pytest.mark.parametrize("file", [networks.file, networks.history])
@pytest.mark.parametrize("damage", ["cut short", "missing"])
def test_a_network_that_is_not_whole_is_trained_again(tmp_path, file, damage):
    one = spec("romo")
    whole = run_in(tmp_path, [one])
    path = tmp_path / file(one)
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-10])
    left = run_in(tmp_path, [one])
    assert (left.pop(f"{file(one)}.damaged", None) is None) == (damage == "missing")
    assert left == whole


DRIVER = """
import json, os, random, sys, time
from lowrank import tasks
from lowrank.jobs import train_job
from lowrank.training import loop

loop.SAVE_SECONDS = 0.0  # a state after every epoch
loop.REPORT_SECONDS = 0.0
specs = json.loads(sys.argv[1])
random.seed(0)
loop.train(specs[0] | {"epochs": 1}, tasks.of(specs[0]))  # what torch loads at first use is then there

def strike_at(count, among):
    '''Kill this process as it touches a file for the count-th time, of those with `among` in their path.'''
    touched = []
    def watch(event, arguments):
        if event in ("open", "os.chmod", "os.rename", "os.remove") and among in str(arguments[0]):
            touched.append(event)
            if len(touched) == count:
                os.kill(os.getpid(), 9)
    sys.addaudithook(watch)

def attempt(count=None, among="results", seconds=None):
    '''Train in a process that is killed at its count-th file or after some seconds.'''
    child = os.fork()
    if child == 0:
        if count:
            strike_at(count, among)
        train_job.run(specs)
        sys.stdout.flush()
        os._exit(0)
    if seconds:
        time.sleep(seconds)
        os.kill(child, 9)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

codes = [attempt(count) for count in range(2, 12)]  # at each step of writing the first states
codes += [attempt(random.randint(6, 60)) for _ in range(6)]
codes += [attempt(seconds=random.uniform(0.01, 0.15)) for _ in range(6)]
codes += [attempt(count, kind) for kind in (".parquet", ".safetensors") for count in range(1, 9)]
while codes[-1] != 0:
    codes.append(attempt(random.randint(50, 150)))
print("codes", json.dumps(codes))
"""


def test_killed_at_any_moment_a_training_goes_on_to_the_same_bits(tmp_path):
    """SIGKILL while states, the history and the network are written, and at random moments."""
    several = [spec("romo", epochs=300, seed=seed) for seed in range(2)]
    folder = tmp_path / "killed"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, json.dumps(several)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(SCRIPTS), "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    codes = json.loads(done.stdout.splitlines()[-1].removeprefix("codes "))
    assert codes[-1] == 0
    assert codes.count(-9) >= 20, "most kills strike"
    assert "resuming from epoch" in done.stdout
    assert files(folder) == run_in(tmp_path / "undisturbed", several)


def test_the_remains_of_a_killed_writer_are_not_taken_for_its_file_but_removed(tmp_path):
    one = spec("romo")
    whole = run_in(tmp_path / "whole", [one])
    for name, content in whole.items():
        path = tmp_path / "other" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(f".{path.name}.abcdefgh.tmp").write_bytes(content)
    with contextlib.chdir(tmp_path / "other"):
        assert not networks.exists(one)
    assert run_in(tmp_path / "other", [one]) == whole


# Divergence


def run_script(monkeypatch, name: str, settings: dict, output: Path, **inputs):
    """Run a script as its rule would, without its log and its check of the plan."""

    class Ports(types.SimpleNamespace):
        def items(self):
            return vars(self).items()

    job = types.ModuleType("job")
    job.job = lambda snakemake: contextlib.nullcontext(settings)
    monkeypatch.setitem(sys.modules, "job", job)
    snakemake = types.SimpleNamespace(input=Ports(**inputs), output=[str(output)])
    runpy.run_path(str(SCRIPTS / f"{name}.py"), {"snakemake": snakemake})


@pytest.fixture(params=["flipflop", "linear_z2.0"])
def diverged(request, tmp_path, monkeypatch):
    """The tables of a network that diverged, by name; warnings are errors."""
    one = spec(request.param, optimizer="sgd", learning_rate=1e30)
    run_in(tmp_path, [one])
    monkeypatch.chdir(tmp_path)
    found = {"history": networks.history(one)}
    for measure, settings in {
        "truncation": {"ranks": [0, 1, 5], "trials": 4},
        "shuffle": {"shuffles": 2, "trials": 4},
        "spectrum": {},
        "trials": {"trials": 4, "shown_trial": 1},
    }.items():
        found[measure] = f"{measure}.parquet"
        order = {"measure": measure, "settings": settings, "networks": [digest(one)]}
        run_script(monkeypatch, "measure", order, found[measure], networks=[networks.file(one)], sentences=[])
    files = {name: found[name] for name in ("history", "truncation", "shuffle", "spectrum")}
    found["summary"] = "summary.parquet"
    made_of = {name: tables.record(path)["made_of"] for name, path in files.items()}
    settings = {"threshold": 0.05, "tables": made_of}
    run_script(monkeypatch, "summary", settings, found["summary"], networks=[networks.file(one)], **files)
    return one, {name: tables.read(path, name) for name, path in found.items()}


def test_a_diverged_network_is_data(diverged):
    """Its history ends with a loss that is null; the network is there; what cannot be measured is null."""
    one, found = diverged
    assert networks.exists(one)
    loss = found["history"]["loss"].to_pylist()
    assert 0 < len(loss) < one["epochs"]
    assert loss[-1] is None
    assert None not in loss[:-1]
    for table in ("truncation", "shuffle"):
        assert found[table].num_rows > 0
        assert found[table]["loss"].null_count == found[table]["relative_loss"].null_count == found[table].num_rows
    spectrum = found["spectrum"].filter(pc.field("matrix") != "W0")
    assert spectrum["singular_value"].null_count == spectrum["eigenvalue_real"].null_count == 2 * one["n_neurons"]
    initial = found["spectrum"].filter(pc.field("matrix") == "W0")
    assert initial["singular_value"].null_count == 0
    linear = one["nonlinearity"] == "identity"  # has no eigenvalues in any case
    assert initial["eigenvalue_imag"].null_count == (one["n_neurons"] if linear else 0)
    trial = found["trials"]
    assert trial.filter(pc.field("signal") == "input")["value"].null_count == 0


def test_the_summary_of_a_diverged_network_says_why(diverged):
    one, found = diverged
    (row,) = found["summary"].to_pylist()
    last = found["history"].num_rows - 1
    assert row["reason"] == f"diverged at epoch {last}"
    assert row["initial_loss"] == found["history"]["loss"][0].as_py() > 0
    assert row["norm_W0"] > 0
    missing = {"final_loss", "norm_dW", "norm_W", "shuffled_loss", "convergence_epoch", "functional_rank"}
    missing |= {"convergence_tau", "mean_gradient_norm"}
    assert {name for name, value in row.items() if value is None} == missing
    assert row["network"] == networks.file(one)


def test_a_diverged_training_does_not_go_on():
    """Not even from a state that was saved after it."""
    one, task = of("flipflop", optimizer="sgd", learning_rate=1e30)
    first = train(one, task)
    state = first.weights | {f"history.{name}": values for name, values in first.history.items()}
    again = train(one, task, state)
    np.testing.assert_array_equal(again.history["loss"], first.history["loss"])
    for name in WEIGHTS:
        np.testing.assert_array_equal(again.weights[name], first.weights[name])


# Initial weights


@pytest.mark.parametrize("name", TASKS)
def test_initial_connectivity_is_gaussian_of_variance_g2_by_n(name):
    """Mean, variance and fourth moment within five standard errors."""
    one, task = of(name, n_neurons=200, g=0.8)
    weight = initial_weights(one, task.n_in, task.n_out)["W"].astype(float).ravel()
    z = weight * np.sqrt(200) / 0.8
    count = len(z)
    assert abs(z.mean()) < 5 / np.sqrt(count)
    assert abs((z**2).mean() - 1) < 5 * np.sqrt(2 / count)
    assert abs((z**4).mean() - 3) < 5 * np.sqrt(96 / count)


@pytest.mark.parametrize("name", TASKS)
def test_initial_columns_have_exact_norms(name):
    one, task = of(name, n_neurons=100)
    weights = initial_weights(one, task.n_in, task.n_out)
    assert [weights[key].shape for key in WEIGHTS] == [(100, 100), (100, task.n_in), (100, task.n_out)]
    assert {weight.dtype.name for weight in weights.values()} == {"float32"}
    np.testing.assert_allclose(np.linalg.norm(weights["M"].astype(float), axis=0), 10, rtol=1e-7)
    np.testing.assert_allclose(np.linalg.norm(weights["v"].astype(float), axis=0), 0.1, rtol=1e-7)


def test_no_connectivity_at_g_0():
    one, task = of("romo", g=0.0)
    assert not initial_weights(one, task.n_in, task.n_out)["W"].any()


def test_networks_of_another_g_or_seed_have_vectors_of_their_own():
    drawn = [of("romo", g=g, seed=seed) for g in (0.0, 0.9) for seed in (0, 1)]
    vectors = {initial_weights(one, task.n_in, task.n_out)["M"].tobytes() for one, task in drawn}
    assert len(vectors) == 4


@pytest.mark.parametrize("name", TASKS)
def test_initial_output_is_of_order_one_by_root_n(name):
    """sqrt(N) times the output's root mean square, over 16 networks, is the same at N = 25 and 400."""

    def scaled(n_neurons: int) -> float:
        squares = []
        for seed in range(16):
            one, task = of(name, n_neurons=n_neurons, seed=seed)
            weights = initial_weights(one, task.n_in, task.n_out)
            inputs = task.draw(stream(one, "test trials"), 4).inputs
            z = dynamics.outputs(weights["W"][None], weights["M"], weights["v"], inputs, task.dt)
            squares.append(np.mean(np.square(z)))
        return np.sqrt(n_neurons * np.mean(squares))

    small, large = scaled(25), scaled(400)
    assert small / 2 < large < small * 2  # O(1) would be a factor of 4


# Learning

LEARNS = {  # N = 64: how long; Romo at the g at which it learns soonest
    "flipflop": {"epochs": 150, "batch": 32},
    "mante": {"epochs": 500, "batch": 32},
    "romo": {"epochs": 400, "batch": 32, "g": 1.8},
    **{name: {"epochs": 200, "g": 0.5} for name in TASKS if name.startswith("linear")},  # as in the paper
}


@pytest.mark.parametrize("name", TASKS)
def test_a_small_network_learns(name):
    """The loss falls below 5 % of L0, the share at which the paper says that a network has converged."""
    one, task = of(name, n_neurons=64, **LEARNS.get(name, {"epochs": 500, "batch": 32}))
    loss = train(one, task).history["loss"]
    assert len(loss) == one["epochs"]
    assert loss.min() < 0.05 * loss[0]


def test_checkpoint_tells_all_of_a_network(tmp_path):
    one = spec("romo")
    run_in(tmp_path, [one])
    about, weights = checkpoint.read(tmp_path / networks.file(one), digest(one))
    history = tables.read(tmp_path / networks.history(one), "history")
    assert about["spec"] == one
    assert about["initial_loss"] == history["loss"][0].as_py()
    assert set(about["versions"]) == {"python", "numpy", "ziglang"}
    assert about["kernel"] == "compiled"
    assert set(weights) == {"W0", "M0", "v0", "W", "M", "v"}
    assert history["epoch"].to_pylist() == list(range(one["epochs"]))
    initial = initial_weights(one, tasks.of(one).n_in, tasks.of(one).n_out)
    assert all(np.array_equal(weights[f"{name}0"], initial[name]) for name in WEIGHTS)
    assert not any(np.array_equal(weights[f"{name}0"], weights[name]) for name in WEIGHTS)
