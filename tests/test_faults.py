"""Faults without a cluster: kills, signals, full and closed disks, odd clocks, moved results: nothing is lost."""

import contextlib
import itertools
import json
import os
import random
import re
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import workflow
from disks import closed, contents, fill, mounted
from gate import EPOCH, Gate
from lowrank import tasks
from lowrank.core.files import locked
from lowrank.core.spec import digest
from lowrank.jobs import train_job
from lowrank.plan import orders
from lowrank.store import networks
from lowrank.training.loop import train
from processes import PATIENCE, wait, waiting_for_a_lock
from specs import spec
from workflow import planned, refused, run

SCRIPTS = Path(train_job.__file__).parents[2]
EPOCHS = 40

# The training script as Snakemake starts it, once per line of its input: forks of one process that has loaded all that
# training loads, which takes it seconds. For each, it writes the process's number, and at its end its exit status.
WARM = """
import json, os, runpy, sys, tempfile
from types import SimpleNamespace
from lowrank.core import fingerprint
from lowrank.jobs import train_job

def forks():
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            return json.loads(line)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    os._exit(0)

first = json.loads(sys.argv[1])
fingerprint.check(first["code"], first["roots"])
home = os.getcwd()
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    train_job.run(first["specs"])
    os.chdir(home)
print("ready", flush=True)
order = forks()
os.chdir(order["folder"])
screen = os.open("screen", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
os.dup2(screen, 1), os.dup2(screen, 2)
for name, module in list(sys.modules.items()):
    if name.startswith("lowrank."):
        vars(module).update({key: order["pace"][key] for key in order["pace"] if hasattr(module, key)})
calls = 0

def count(*_):  # a clock that runs only while the job does, as fast on every machine
    global calls
    calls += 1
    if calls == order["killed_at"]:
        os.kill(os.getpid(), 9)

if order["killed_at"] is not None:
    sys.setprofile(count)
given = SimpleNamespace(params=SimpleNamespace(job=order["job"]), log=["log"], resources={}, threads=1)
runpy.run_path(order["script"], {"snakemake": given})
sys.setprofile(None)
print(f"{calls} calls" if calls else "", flush=True)
os._exit(0)  # without the clearing up, which takes long
"""


def order(specs: list[dict]) -> str:
    """What the rule of a training tells its script."""
    stage, code = f"train {specs[0]['task']}", specs[0]["code"]
    roots = orders.roots({"tasks": {specs[0]["task"]: specs[0]}}, stage)
    return json.dumps({"roots": roots, "code": code, "specs": specs, "kernel": "fast"})


class Warm:
    """A process of which training jobs are forked, one at a time; they have a gate in their folder."""

    def __init__(self, scripts: Path):
        self.script = scripts / "train.py"
        environment = os.environ | {"PYTHONPATH": str(scripts), "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", WARM, order([spec("romo", epochs=1)])],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        while (line := self.read()) != b"ready\n":
            assert line, "it does not get ready"

    def read(self, seconds: float = PATIENCE) -> bytes:
        """The next line, or nothing if it takes longer."""
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        return self.process.stdout.readline() if ready else b""

    def write(self, line: str) -> None:
        self.process.stdin.write(f"{line}\n".encode())

    def end(self) -> None:
        self.process.communicate(timeout=PATIENCE)


class Job:
    """A training job in a folder, as a process of its own.

    It saves a state every `save` seconds; 0: at each epoch. It can be killed at one of its calls of a function (0:
    never; then its log ends with how many these were).
    """

    def __init__(self, warm: Warm, folder: Path, specs: list[dict], save: float = 1e9, killed_at: int | None = None):
        folder.mkdir(exist_ok=True)
        pace = {"SAVE_SECONDS": save, "REPORT_SECONDS": 0.0}
        job = {"folder": str(folder), "job": order(specs), "pace": pace, "script": str(warm.script)}
        job |= {"killed_at": killed_at}
        self.warm, self.log, self.screen = warm, folder / "log", folder / "screen"
        self.log.unlink(missing_ok=True)
        warm.write(json.dumps(job))
        self.process, self.status = int(warm.read()), None

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process, number)

    def ends(self, seconds: float = PATIENCE) -> bool:
        """Whether it ends within this time; if not, it is killed."""
        line = self.warm.read(seconds)
        if not line:
            self.signal(signal.SIGKILL)
        self.status = int(line or self.warm.read())
        return bool(line)

    def sentence(self) -> str:
        """Why it failed: all that it says on the screen, and the last line of its log."""
        assert self.status == 1
        (line,) = self.screen.read_text().splitlines()
        assert self.log.read_text().splitlines()[-1] == line
        return line


@pytest.fixture(scope="module")
def scripts(tmp_path_factory) -> Path:
    """The workflow's scripts, with a gate."""
    folder = tmp_path_factory.mktemp("gated") / "scripts"
    shutil.copytree(SCRIPTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    Gate(folder).build(folder)
    return folder


@pytest.fixture(scope="module")
def warm(scripts) -> Iterator[Warm]:
    process = Warm(scripts)
    yield process
    process.end()


@pytest.fixture
def job(warm) -> Iterator[Callable[..., Job]]:
    """Start a job; one that a test leaves behind is killed."""
    started = []
    yield lambda *args, **pace: started.append(Job(warm, *args, **pace)) or started[-1]
    for one in started:
        if one.status is None:
            one.ends(0)


def files(folder: Path) -> dict[str, bytes]:
    """All files of networks but the lock, and the one that takes the room."""
    found = contents(folder / networks.FOLDER)
    return {f"{networks.FOLDER}/{name}": found[name] for name in found if name not in (".lock", "filler")}


def finish(job: Callable[..., Job], folder: Path, specs: list[dict], **pace) -> str:
    """Train to the end; what the log says."""
    one = job(folder, specs, **pace)
    assert one.ends()
    assert one.status == 0, one.screen.read_text()
    return one.log.read_text()


def stop(job: Callable[..., Job], folder: Path, specs: list[dict]) -> Job:
    """A training that SIGTERM ends when it is under way: it waits at a gate."""
    with Gate(folder).build_line().close() as gate:
        one = job(folder, specs)
        wait(gate.waiting, lambda: "nothing waits at the gate")
        assert not files(folder)
        one.signal(signal.SIGTERM)
        assert one.ends(), "it does not end while the gate is closed"
    return one


@pytest.fixture(scope="module")
def undisturbed(warm, tmp_path_factory) -> tuple[dict, dict[str, bytes]]:
    """A network, and its files."""
    one, folder = spec("romo", n_neurons=64, epochs=EPOCHS), tmp_path_factory.mktemp("undisturbed")
    finish(lambda *args: Job(warm, *args), folder, [one])
    return one, files(folder)


# --- SIGKILL


def test_killed_at_a_random_moment_a_job_ends_with_the_same_bits(job, tmp_path):
    """Twenty jobs of two networks, each killed once, from their first to their last moment.

    A moment is a call of a function: as many on every machine.
    """
    specs = [spec("romo", epochs=8, seed=seed) for seed in range(2)]
    log = finish(job, tmp_path / "undisturbed", specs, save=0, killed_at=0)
    calls = int(re.findall(r"^(\d+) calls$", log, re.M)[-1])
    undisturbed = files(tmp_path / "undisturbed")
    resumed, found = 0, 0
    for seed in range(20):
        folder = tmp_path / f"{seed}"
        one = job(folder, specs, save=0, killed_at=1 + int(calls * 0.99 * (seed + random.Random(seed).random()) / 20))
        assert one.ends()
        assert one.status == -signal.SIGKILL
        had_state = any((folder / networks.state(spec)).exists() for spec in specs)
        log = finish(job, folder, specs, save=0)
        assert not had_state or "resuming from epoch" in log or "found" in log
        assert files(folder) == undisturbed
        resumed += "resuming from epoch" in log
        found += "found" in log
    assert resumed >= 5, "few kills came between two states"
    assert found >= 5, "few kills came after the first network"


# --- SIGTERM


def test_told_to_stop_a_job_saves_ends_and_goes_on_to_the_same_bits(job, tmp_path, undisturbed):
    """It stops before its next epoch."""
    one, expected = undisturbed
    stopped = stop(job, tmp_path, [one])
    assert stopped.status not in (0, -signal.SIGKILL)
    assert f"stopped before epoch {EPOCH} of {EPOCHS}, state saved" in stopped.log.read_text()
    assert set(files(tmp_path)) == {str(networks.state(one))}
    assert f"resuming from epoch {EPOCH}\n" in finish(job, tmp_path, [one])
    assert files(tmp_path) == expected


def test_told_to_stop_a_job_that_waits_for_another_ends(job, tmp_path, undisturbed):
    """While the other one still holds the lock."""
    one, _ = undisturbed
    with locked([digest(one)], tmp_path / train_job.LOCK):
        waiting = job(tmp_path, [one])
        wait(lambda: waiting.process in waiting_for_a_lock(), lambda: "it does not wait for the lock")
        waiting.signal(signal.SIGTERM)
        assert waiting.ends()
    assert waiting.status == -signal.SIGTERM
    assert not files(tmp_path)


COLD = """
import runpy, sys, time
from pathlib import Path
from types import SimpleNamespace
from lowrank.training import loop
script, job, log = sys.argv[1:]

def begin(*_):
    Path("begins").touch()
    time.sleep(1e6)

loop.initial_weights = begin
given = SimpleNamespace(params=SimpleNamespace(job=job), log=[log], resources={}, threads=1)
runpy.run_path(script, {"snakemake": given})
"""


def test_told_to_stop_a_job_that_has_not_begun_ends_at_once(tmp_path):
    """There is nothing to save yet: what takes long there, libraries and kernels, is not waited for."""
    command = [sys.executable, "-c", COLD, SCRIPTS / "train.py", order([spec("romo")]), tmp_path / "log"]
    with subprocess.Popen(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(SCRIPTS)}) as process:
        try:
            begins = tmp_path / "begins"
            wait(lambda: begins.exists() or process.poll() is not None, lambda: "it does not begin")
            process.terminate()
            assert process.wait(PATIENCE) == -signal.SIGTERM
        finally:
            process.kill()


# --- A full disk

PAGE = os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """A project whose networks have a small disk of their own."""
    folder = tmp_path / networks.FOLDER
    folder.mkdir(parents=True)
    with mounted(folder, ["-t", "tmpfs", "-o", f"size={1000 * PAGE}", "none"]):
        yield tmp_path


def failure(job: Callable[..., Job], folder: Path, specs: list[dict], **pace) -> str:
    """The sentence with which a training ends."""
    one = job(folder, specs, **pace)
    assert one.ends()
    return one.sentence()


def test_no_room_for_a_state(job, disk, undisturbed):
    """The one before is kept, and gone on from when there is room again."""
    one, expected = undisturbed
    stop(job, disk, [one])
    before = files(disk)
    filler = fill(disk / networks.FOLDER)
    assert failure(job, disk, [one], save=0) == f"cannot write {networks.state(one)}: No space left on device"
    assert files(disk) == before
    filler.unlink()
    assert "resuming from epoch" in finish(job, disk, [one], save=1)
    assert files(disk) == expected


def test_no_room_for_a_network(job, disk, undisturbed):
    """Nothing stands under its name, nor anything but its history beside it."""
    one, expected = undisturbed
    history = networks.history(one)
    filler = fill(disk / networks.FOLDER)
    os.truncate(filler, filler.stat().st_size - PAGE * -(-len(expected[history]) // PAGE))
    assert failure(job, disk, [one]) == f"cannot write {networks.file(one)}: No space left on device"
    assert files(disk) == {history: expected[history]}
    filler.unlink()
    finish(job, disk, [one])
    assert files(disk) == expected


def test_no_room_for_tables(small):
    """Of a measure, and of all histories: each is named, and made by the same command when there is room."""
    targets = ["results/tiny/truncation/romo/g0.9/seed0.parquet", "results/tiny/tables/history.parquet"]
    results = small / "results/tiny"
    kept = results.rename(small / "kept")
    results.mkdir()
    with mounted(results, ["-t", "tmpfs", "-o", f"size={2000 * PAGE}", "none"]):
        shutil.copytree(kept, results, dirs_exist_ok=True)
        right = contents(results)
        for target in targets:
            (small / target).unlink()
        for log in results.glob("logs/**/*.log"):  # which a job empties: room for the other
            log.write_text("")
        before = contents(results)
        filler = fill(results)
        output = [line for line in refused(small, *targets).splitlines() if line.startswith("cannot write ")]
        assert {line.partition(":")[0] for line in output} == {f"cannot write {target}" for target in targets}
        assert all("no space left on device" in line.lower() for line in output)
        assert len(output) == len(targets)
        filler.unlink()
        assert unlogged(contents(results)) == unlogged(before)
        assert run(small, *targets).names == {"truncate romo/g0.9/seed0", "gather history"}
        assert unlogged(contents(results)) == unlogged(right)


def unlogged(found: dict[str, bytes]) -> dict[str, bytes]:
    """Without the files that say how a job went."""
    return {name: found[name] for name in found if not name.startswith(("logs/", "benchmarks/"))}


# --- Results that are only to be read


def test_finished_results_that_can_only_be_read_are_finished(small):
    """A start does nothing; another run cannot be made there, and says so."""
    results = small / "results"
    before = workflow.snapshot(results)
    with closed(results):
        assert planned(small).names == set()
        assert run(small).names == set()
        output = refused(small, "--config", "run=b")
        assert output.count("cannot write into results: no permission, or a read-only file system") == 1
    assert workflow.snapshot(results) == before


def test_a_disk_that_can_only_be_read_from_now_on(job, disk, undisturbed):
    """As the kernel makes it after errors: a job ends with one sentence, and later goes on."""
    one, expected = undisturbed
    stop(job, disk, [one])
    before = files(disk)
    subprocess.run(["mount", "-o", "remount,ro", disk / networks.FOLDER], check=True)
    assert failure(job, disk, [one]) == f"cannot write {train_job.LOCK}: Read-only file system"
    assert files(disk) == before
    subprocess.run(["mount", "-o", "remount,rw", disk / networks.FOLDER], check=True)
    assert "resuming from epoch" in finish(job, disk, [one])
    assert files(disk) == expected


# --- Clocks

HOUR = 3600.0


def clock(jumps: dict[int, float]) -> Callable[[], float]:
    """One that goes on by a second whenever it is asked, and besides by these jumps, at those times."""
    seconds = itertools.accumulate(1 + jumps.get(number, 0) for number in itertools.count())
    return lambda: next(seconds)


JUMPS = {"back": {100: -HOUR}, "forward": {100: HOUR}, "back and forward": {100: -HOUR, 190: HOUR}}


@pytest.fixture
def watched(one_thread):
    """Train by a clock: what was trained, the epochs at which states were saved, and the seconds left as reported."""
    one = spec("linear_z0.5", g=0.6, epochs=200)

    def watch(jumps: dict[int, float]):
        saved, left = [], []
        trained = train(
            one,
            tasks.of(one),
            save=lambda state: saved.append(len(state["history.loss"])),
            report=lambda epoch, loss, seconds_left: left.append(seconds_left),
            clock=clock(jumps),
        )
        return trained, saved, left

    return watch


@pytest.mark.parametrize("jumps", JUMPS)
def test_states_are_saved_whatever_the_clock_does(watched, jumps):
    """As often as by a clock that goes on evenly, and once at each jump; the network is the same."""
    (even, evenly, _), (odd, oddly, _) = watched({}), watched(JUMPS[jumps])
    assert len(evenly) > 5
    assert max(np.diff([0, *oddly])) <= max(np.diff([0, *evenly]))
    assert len(evenly) <= len(oddly) <= len(evenly) + len(JUMPS[jumps])
    for name, weight in even.weights.items():
        assert np.array_equal(weight, odd.weights[name]), name
    for name, column in even.history.items():
        assert np.array_equal(column, odd.history[name]), name


@pytest.mark.parametrize("jumps", JUMPS)
def test_the_seconds_left_are_positive_until_the_end(watched, jumps):
    _, _, left = watched(JUMPS[jumps])
    assert len(left) > 20
    assert np.isfinite(left).all()
    assert min(left[:-1]) > left[-1] == 0


# --- Results that were moved or copied


def in_order_of_copying(folder: Path) -> None:
    """As `cp -r` leaves them."""


def all_at_once(folder: Path) -> None:
    """As an archive or a clone may leave them."""
    for path in in_order_of_data(folder):
        os.utime(path, (1.7e9, 1.7e9))


def in_reverse(folder: Path) -> None:
    """Each newer than what was made of it."""
    for number, path in enumerate(in_order_of_data(folder)):
        os.utime(path, (1.7e9 - number, 1.7e9 - number))


STEPS = ("data", "resources", "networks", "truncation", "shuffle", "spectrum", "trials", "tables", "figures")
FIGURES = {"fig1", "fig2", "fig3", "fig4", "fig5", "figS_lstm"}
STAMPS = (in_order_of_copying, all_at_once, in_reverse)


def in_order_of_data(folder: Path) -> list[Path]:
    """All files that the workflow looks at, what is made of others after them."""
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    step = {name: max((STEPS.index(part) for part in name.parts if part in STEPS), default=0) for name in found}
    return [found[name] for name in sorted(found, key=step.get) if name.parts[0] != ".snakemake"]


def copied(project: Path, folder: Path, stamp: Callable[[Path], None]) -> Path:
    """A project with its results, without its time stamps."""
    shutil.copytree(project, folder, copy_function=shutil.copyfile)
    stamp(folder)
    return folder


@pytest.mark.parametrize("stamp", STAMPS)
def test_results_copied_with_their_records_run_nothing(finished, tmp_path, stamp):
    """Snakemake's records, in `.snakemake`, tell what files were made of, by content."""
    assert planned(copied(finished, tmp_path / "copy", stamp)).names == set()


@pytest.mark.parametrize("stamp", STAMPS)
def test_results_copied_without_their_records_train_nothing(finished, tmp_path, stamp):
    """Time stamps alone decide what is measured and drawn again: nothing if all are equal."""
    folder = copied(finished, tmp_path / "copy", stamp)
    shutil.rmtree(folder / ".snakemake")
    names = planned(folder).names
    assert not [name for name in names if name.startswith(("train", "sentiment_data"))]
    assert stamp is not all_at_once or names == set()
    assert stamp is not in_reverse or names >= FIGURES
