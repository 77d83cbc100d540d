"""What a run shows while it goes: numbers from events, the time left, a line a minute, a screen in a real terminal."""

import io
import itertools
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

import terminal
import workflow
from commands.plan.dryrun import Job
from commands.plan.seconds import Clock, Point
from commands.plan.work import Work
from commands.progress import left, logs, words
from commands.progress.left import Left, Prediction
from commands.progress.lines import Lines
from commands.progress.screen import drawn
from commands.progress.state import Run, State, Submitted
from gate import Gate
from processes import trainings, wait

PLUGIN = "workflow/scripts/commands/progress/plugin"
KEY = "romo/g0.9/seed0"
TRAIN, TRAIN_1, LSTM, SPECTRUM, GATHER, FIGURE = range(6)


class FakePlan:
    """What a run needs of the plan."""

    def __init__(self):
        self.settings = {"tasks": {"romo": {}}}

    def work(self, rule: str, wildcards: dict, output: list[str]) -> Work:
        task = {"train_sentiment": "sentiment"}.get(rule, wildcards.get("task", ""))
        return Work(rule, task, task, "", "cpu", 10, 100)


@pytest.fixture
def now() -> list[float]:
    """The time, to be set by the test."""
    return [1000.0]


@pytest.fixture
def run(tmp_path, now) -> Run:
    return made(tmp_path, now)


def made(folder: Path, now: list[float], is_queued: bool = False) -> Run:
    """Two networks and the LSTM, a measure of the first network, its table, a figure."""
    network = {"task": "romo", "g": "0.9"}

    def job(rule: str, output: str, *inputs: str, **wildcards: str) -> Submitted:
        return Submitted(
            Job(rule, "", list(inputs), [output], wildcards, 0, 0), str(folder / f"{output}.log"), is_queued
        )

    jobs = [
        job("train", "networks/0", **network, seed="0"),
        job("train", "networks/1", **network, seed="1"),
        job("train_sentiment", "networks/lstm", seed="0"),
        job("spectrum", "spectrum/0", "networks/0", **network, seed="0"),
        job("gather", "tables/spectrum", "spectrum/0", table="spectrum"),
        job("fig1", "figures/fig1", "tables/spectrum"),
    ]
    for each in jobs:
        Path(each.log).parent.mkdir(exist_ok=True)
    return Run(dict(enumerate(jobs)), FakePlan(), lambda: now[0])


def log(run: Run, number: int, *lines: str) -> None:
    """Write the log of a job, and have the run look at it."""
    with open(run.steps[number].log, "a") as file:
        file.writelines(f"{line}\n" for line in lines)
    run.look()


def states(run: Run, *numbers: int) -> list[str]:
    return [run.steps[number].state for number in numbers]


def test_stages_come_in_the_order_of_the_data_and_count_what_is_done_runs_and_is_left(run):
    run.started(TRAIN)
    run.started(TRAIN_1)
    run.finished(TRAIN)
    assert [stage for stage, _ in run.in_order()] == ["networks of romo", "LSTM", "measures", "tables", "figures"]
    assert +run.stages["networks of romo"] == {State.DONE: 1, State.RUNNING: 1}
    assert +run.stages["measures"] == {State.LEFT: 1}
    assert words.headline(run, Left(90, False)) == "1 of 6 jobs done, 1 running, 4 left; 0 s so far, about 2 min left"


def test_what_needs_a_failed_job_cannot_run_unless_the_job_is_repeated(run):
    run.started(TRAIN)
    run.failed(TRAIN, "", "")
    assert states(run, SPECTRUM, GATHER, FIGURE, LSTM) == [*["cannot run"] * 3, "left"]
    run.started(TRAIN)
    assert states(run, TRAIN, SPECTRUM, GATHER, FIGURE) == ["running", *["left"] * 3]
    run.finished(TRAIN)
    assert run.failures_left() == []


def test_a_job_stays_blocked_by_another_one_that_failed(run):
    for number in (SPECTRUM, TRAIN):
        run.started(number)
        run.failed(number, "", "")
    run.started(TRAIN)
    assert states(run, SPECTRUM, GATHER, FIGURE) == ["failed", "cannot run", "cannot run"]


def test_a_job_of_a_cluster_waits_until_it_writes_into_its_log(tmp_path, now):
    run = made(tmp_path, now, is_queued=True)
    log(run, TRAIN, "epoch 21 of 21   loss 1.000e-02       0 s left")  # of an earlier run
    run.started(TRAIN)
    run.look()
    assert states(run, TRAIN) == ["waiting"]
    assert words.progress(run.steps[TRAIN], now[0] + 40) == "waiting for 40 s"
    now[0] += 100
    log(run, TRAIN, "machine: a node")
    assert states(run, TRAIN) == ["running"]
    now[0] += 5
    log(run, TRAIN, "epoch 20 of 21   loss 1.000e-02       3 s left")
    now[0] += 60  # until Snakemake notices
    run.finished(TRAIN)
    assert [each.seconds for each in run.measured] == [5], "neither the queue nor the time until it was noticed"


def test_a_failure_tells_the_last_line_of_its_log(run):
    log(run, TRAIN, "no such trial")
    run.started(TRAIN)
    found = run.failed(TRAIN, "", "logs/0.log")
    assert words.failure(found) == f"train {KEY} failed: before it wrote into its log\n    log: logs/0.log"
    run.started(TRAIN)
    log(run, TRAIN, "machine: here", "not enough memory", "")
    found = run.failed(TRAIN, "SLURM says so", "logs/0.log")
    assert words.failure(found) == f"train {KEY} failed: not enough memory\n    SLURM says so\n    log: logs/0.log"


def test_how_a_run_ended(run):
    run.started(TRAIN)
    run.is_over = True
    assert words.headline(run, Left(90, False)) == "0 of 6 jobs done, 1 running, 5 left; 0 s so far"
    assert words.summary(run, "X").startswith(f"Stopped after 0 s: 0 of 6 jobs done\n{words.CONTINUES}\n")
    run.failed(TRAIN, "", "")
    assert words.summary(run, "X").startswith(f"1 of 6 jobs failed, 0 done in 0 s:\ntrain {KEY} failed")
    for number in run.steps:
        run.finished(number)
    assert words.summary(run, "X") == "6 of 6 jobs done in 0 s\nSnakemake's log: X"


def test_jobs_that_snakemake_ends_have_not_failed(run):
    run.started(TRAIN)
    run.interrupted()
    assert run.failed(TRAIN, "", "") is None
    assert states(run, TRAIN, SPECTRUM) == ["left", "left"]


# The time left


TABLE = {
    (rule, task, "", "cpu"): [Point(10, 0.0, seconds / 100, "M")]
    for rule, task, seconds in (("train", "romo", 10), ("train_sentiment", "sentiment", 500), ("spectrum", "romo", 20))
} | {(rule, "", "", "cpu"): [Point(0, 0.0, 0.05, "M")] for rule in ("gather", "fig1")}


def prediction(cores: int = 2, table: dict = TABLE) -> Prediction:
    return Prediction(cores, None, Clock(table, []))


def test_the_time_left_is_that_of_the_jobs_that_are_left_on_these_cores(run, now):
    assert prediction(cores=9).predict(run) == Left(500, False)
    assert prediction(cores=1).predict(run).seconds == 10 + 10 + 500 + 20 + 5 + 5
    run.started(LSTM)
    now[0] += 100
    assert prediction(cores=9).predict(run).seconds == 400
    now[0] += 900
    assert prediction(cores=9).predict(run).seconds == 100, "longer than expected: a tenth of its time so far"
    run.failed(TRAIN, "", "")
    run.finished(LSTM)
    assert prediction(cores=9, table=TABLE).predict(run).seconds > 0
    unknown = {key: points for key, points in TABLE.items() if key[0] != "train"}
    assert prediction(table=unknown).predict(run).unknown


def test_a_training_tells_its_time_itself(run, now):
    run.started(LSTM)
    log(run, LSTM, "epoch  3 of 60   loss 6.931e-01     300 s left")
    now[0] += 10
    assert prediction(cores=9).predict(run).seconds == 290
    assert words.line(run, Left(0, False)).endswith("train_sentiment seed0: epoch 3 of 60, loss 6.931e-01")
    log(run, LSTM, "epoch  1 of 60   loss nan     300 s left")
    assert words.progress(run.steps[LSTM], now[0]) == "epoch 1 of 60", "its loss is known after the first epoch"


def test_a_job_on_two_cores_takes_half_the_core_seconds(run, now):
    step = run.steps[LSTM]
    step.job = replace(step.job, threads=2)
    assert prediction(cores=9).predict(run).seconds == 250
    run.started(LSTM)
    now[0] += 100
    assert prediction(cores=9).predict(run).seconds == 150
    log(run, LSTM, "epoch  3 of 60   loss 6.931e-01     300 s left")
    assert prediction(cores=9).predict(run).seconds == 300
    now[0] += 300
    run.finished(LSTM)
    assert [each.seconds for each in run.measured] == [800]


def test_a_training_under_way_tells_the_time_of_others_until_one_is_done(run, now):
    predict = prediction(cores=9)
    run.started(TRAIN)
    now[0] += 30
    log(run, TRAIN, "epoch 10 of 30   loss 1.000e-02      60 s left")
    predict.predict(run)
    assert predict.of(run.steps[TRAIN_1].work) == pytest.approx(90)
    run.finished(TRAIN)
    predict.predict(run)
    assert predict.of(run.steps[TRAIN_1].work) == pytest.approx(30)


def test_what_this_run_has_measured_counts_for_jobs_of_the_kind_and_carefully_for_others(run, now):
    predict = prediction(cores=9)
    run.started(TRAIN)
    now[0] += 40  # and not 10
    run.finished(TRAIN)
    predict.predict(run)
    works = {number: step.work for number, step in run.steps.items()}
    assert predict.of(works[TRAIN_1]) == pytest.approx(40)
    assert predict.of(works[LSTM]) == pytest.approx(500 * (left.DOUBT + 40) / (left.DOUBT + 10))


def test_between_predictions_time_passes(run, now):
    predict = prediction(cores=9)
    assert predict.now(run).seconds == 500
    now[0] += left.EVERY / 2
    assert predict.now(run).seconds == 500 - left.EVERY / 2


def test_the_logs_of_trainings_are_understood(finished):
    found = list((finished / "results/tiny/logs/train").rglob("*.log"))
    found += (finished / "results/tiny/logs/train_sentiment").glob("*.log")
    assert found
    for path in found:
        (last,) = list(filter(logs.EPOCH.fullmatch, logs.last_lines(str(path))))[-1:]
        epoch, epochs, _, seconds = logs.EPOCH.fullmatch(last).groups()
        assert (epoch, seconds) == (epochs, "0")
        assert logs.epoch(str(path)) == (int(epoch), int(epochs), last.split()[5], 0)


# What is shown


def test_a_line_at_once_and_then_one_each_minute(run):
    stream, asked = io.StringIO(), itertools.count()

    def present(how):
        return how(run, Left(next(asked), False))

    lines = Lines(stream, present, every=0.01)
    wait(lambda: stream.getvalue().count("\n") >= 3, stream.getvalue)
    lines.close()
    ended = stream.getvalue()
    for line in ended.splitlines():
        assert re.fullmatch(r"\d\d:\d\d:\d\d  0 of 6 jobs done, 6 left; 0 s so far, about \d+ s left", line)


@pytest.mark.parametrize("size", [(100, 30), (50, 14), (24, 8)])
def test_the_screen_fits_a_window(run, size):
    run.finished(TRAIN)
    for number in (TRAIN_1, LSTM, SPECTRUM):
        run.started(number)
    run.failed(TRAIN_1, "", "")
    stream = io.StringIO()
    Console(file=stream, width=size[0]).print(drawn(run, Left(90, False), size))
    shown = stream.getvalue()
    assert all(len(line) <= size[0] for line in shown.splitlines())
    stages = shown.split("\n\n")[1].splitlines()
    assert [line.split()[0] for line in stages] == ["networks", "LSTM", "measures", "tables", "figures"]
    assert ("━" in shown) == (size[0] == 100)
    assert ("spectrum" in shown) == (size[1] > 8), "of the jobs, as many as fit"
    assert ("and 1 more" in shown) == (size[1] <= 8)


# A run


REFUSAL = """from lowrank.core.errors import UserError
with job(snakemake) as settings:
    if "spectrum" in snakemake.output[0]:
        raise UserError("no eigenvalues")
"""


@pytest.fixture
def untrained(small) -> Path:
    """A project whose network is to be trained, at a gate, and measured; one of the measures fails."""
    Gate(small).build(small / "workflow/scripts")
    workflow.replace(small / "workflow/scripts/measure.py", "with job(snakemake) as settings:\n", REFUSAL)
    forget(small)
    return small


def forget(project: Path) -> None:
    """Delete what the target makes."""
    for path in (project / "results").rglob("seed0*.parquet"):
        path.unlink()
    workflow.network(project, KEY).unlink(missing_ok=True)


TARGETS = [f"results/tiny/{measure}/{KEY}.parquet" for measure in ("spectrum", "shuffle")]


def test_not_on_a_terminal_there_are_lines_and_snakemakes_errors(untrained):
    environment = {"PYTHONPATH": str(untrained / PLUGIN)}
    done = workflow.start(untrained, *TARGETS, "--logger", "progress", "--cores", "2", **environment)
    assert done.returncode == 1
    assert "  0 of 3 jobs done" in done.stdout
    assert f"spectrum {KEY} failed: no eigenvalues\n    log: results/tiny/logs/spectrum/{KEY}.log" in done.stdout
    assert "1 of 3 jobs failed, 2 done in" in done.stdout
    (path,) = re.findall(r"^Snakemake's log: (.*)$", done.stdout, re.MULTILINE)
    assert "Finished jobid" in Path(path).read_text()
    assert "Finished jobid" not in done.stdout
    assert "\x1b" not in done.stdout
    again = workflow.start(untrained, TARGETS[1], "--logger", "progress", "--cores", "2", **environment)
    assert (again.returncode, "Nothing to be done" in again.stdout) == (0, True)
    bad = workflow.start(untrained, "--logger", "progress", "--cores", "2", "--config", "sede=[1]", **environment)
    assert (bad.returncode, "sede is not a key of the config: did you mean seeds?" in bad.stdout) == (1, True)


def command(*words: str) -> str:
    return " ".join([sys.executable, "-m", "snakemake", *words, "--configfile tiny.yaml --logger progress --cores 2"])


@terminal.needed
def test_on_a_terminal_there_is_one_screen_and_failures_at_once(untrained):
    with (
        Gate(untrained).close() as gate,
        terminal.Terminal(untrained, untrained / "tmux", 110, 40, PYTHONPATH=PLUGIN) as screen,
    ):
        screen.type(f"clear; {command(*TARGETS)}; echo status $?", "Enter")
        seen = screen.shows("networks of romo", "0 of 1, 1 running", f"train {KEY}")
        assert re.search(r"^measures +━+ +0 of 2, 2 left$", seen, re.MULTILINE)
        assert "0 of 3 jobs done, 1 running, 2 left; " in seen
        gate.open()
        seen = screen.shows("status 1")
    assert seen.count("networks of romo") == 1, "a screen that stays"
    failures = [
        match.start() for match in re.finditer(f"spectrum {KEY} failed: no eigenvalues\n    log: results/", seen)
    ]
    assert len(failures) == 2, "at once, and at the end"
    assert failures[0] < seen.index("networks of romo") < seen.index("1 of 3 jobs failed, 2 done in") < failures[1]
    assert seen.count("no eigenvalues") == 2, "what the job printed is in its log"
    assert "CalledProcessError" not in seen


@terminal.needed
def test_in_a_narrow_window_without_colours_and_interrupted(untrained):
    with (
        Gate(untrained).close() as gate,
        terminal.Terminal(untrained, untrained / "tmux", 44, 24, PYTHONPATH=PLUGIN, NO_COLOR="1") as screen,
    ):
        screen.type(f"clear; {command(*TARGETS)}; echo status $?", "Enter")
        seen = screen.shows("networks of romo  0 of 1, 1 running\n", "measures          0 of 2, 2 left\n")
        assert "━" not in seen
        assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", screen.text("-e"))
        wait(lambda: gate.waiting(), screen.text)
        screen.type("C-c")
        seen = screen.shows("Stopped after", "0 of 3 jobs done", "status 1")
        assert "Traceback" not in seen
        assert "failed" not in seen
        assert screen.has_cursor()
    assert list(trainings(untrained)) == []
