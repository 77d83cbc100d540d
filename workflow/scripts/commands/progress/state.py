"""The state of a run: its jobs by stage, what runs and how far it is, what failed. Fed with events."""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from commands.plan.benchmarks import Measured
from commands.plan.dryrun import Job
from commands.plan.waiting import dependents
from commands.plan.work import Plan, Work
from lowrank import measures

from . import logs

HASHES = ("spec", "data")  # wildcards that say nothing to a reader
FOLDERS = ("tables", "figures")  # stages named like the folder of what their jobs make


class State(StrEnum):
    """Of a job. WAITING in the queue of a cluster; BLOCKED as it needs what a failed job should have made."""

    LEFT = "left"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    BLOCKED = "cannot run"


AHEAD = (State.LEFT, State.WAITING, State.RUNNING)


class Submitted(NamedTuple):
    """A job of the start as Snakemake will run it."""

    job: Job
    log: str
    is_queued: bool  # by a cluster


@dataclass
class Step:
    """A job and how far it is."""

    job: Job
    log: str
    is_queued: bool
    work: Work
    stage: str
    state: State = State.LEFT
    began: float = 0.0
    log_before: tuple | None = None
    log_version: tuple | None = None
    log_changed: float = 0.0
    epoch: logs.Epoch | None = None


class Failure(NamedTuple):
    """A job's failure."""

    name: str
    line: str  # the last of its log
    message: str  # Snakemake's, of a job on a cluster
    log: str  # and on a cluster SLURM's


class Run:
    """All jobs of a start by Snakemake's number; times are those of `clock`."""

    def __init__(self, jobs: dict[int, Submitted], plan: Plan, clock: Callable[[], float] = time.monotonic):
        self.clock, self.began, self.tasks = clock, clock(), [*plan.settings["tasks"]]
        self.steps = {number: _step(submitted, plan) for number, submitted in jobs.items()}
        self.is_interrupted = False  # all jobs are being ended
        self.is_over = False
        self.measured: list[Measured] = []
        self.failures: dict[int, Failure] = {}  # the last one of each job
        self.states = Counter(step.state for step in self.steps.values())
        self.stages: dict[str, Counter] = defaultdict(Counter)  # how many networks, tables or figures are in each state
        for step in self.steps.values():
            self.stages[step.stage][step.state] += step.work.networks
        self.after = dependents([step.job for step in self.steps.values()])

    def started(self, number: int) -> None:
        """Note that a job was started or, on a cluster, submitted; perhaps again, after a failure."""
        if step := self.steps.get(number):
            is_repeated = step.state == State.FAILED
            step.began, step.epoch = self.clock(), None
            step.log_before = step.log_version = logs.version(step.log)
            self._move(step, State.WAITING if step.is_queued else State.RUNNING)
            if is_repeated:
                self._block()

    def finished(self, number: int) -> None:
        """Note that a job is done, and how long it took."""
        if step := self.steps.get(number):
            if step.state == State.RUNNING:  # a cluster's job ends some time before Snakemake notices
                end = step.log_changed if step.is_queued else self.clock()
                self.measured.append(Measured(step.work, max(end - step.began, 0.0) * step.job.threads))
            self._move(step, State.DONE)

    def failed(self, number: int, message: str, log: str) -> Failure | None:
        """Note that a job failed, and return what is known about it; None if it was ended, or is not one of these."""
        step = self.steps.get(number)
        if not step or self.is_interrupted:
            return None
        is_of_old = logs.version(step.log) == step.log_before
        line = "before it wrote into its log" if is_of_old else logs.last_line(step.log)
        self.failures[number] = Failure(name(step.job), line, message, log)
        self._move(step, State.FAILED)
        self._block()
        return self.failures[number]

    def interrupted(self) -> None:
        """Note that Snakemake ends all jobs."""
        self.is_interrupted = True
        for step in self.under_way():
            self._move(step, State.LEFT)

    def look(self) -> None:
        """Read in the logs of started jobs which of them run, and how far they are."""
        for step in self.under_way():
            version = logs.version(step.log)
            if version == step.log_version:
                continue
            step.log_version, step.log_changed = version, self.clock()
            step.epoch = logs.epoch(step.log)
            if step.state == State.WAITING:
                step.began = self.clock()
                self._move(step, State.RUNNING)

    def under_way(self) -> list[Step]:
        """List the jobs that run or wait in a queue, in the order of their start."""
        return sorted(self._in(State.RUNNING, State.WAITING), key=lambda step: step.began)

    def ahead(self) -> list[Step]:
        """List the jobs that are to be done, or are being done."""
        return list(self._in(*AHEAD))

    def in_order(self) -> list[tuple[str, Counter]]:
        """List the stages in the order of the data flow, with the number of networks or files in each state."""
        order = ["sentences", *map(networks_of, self.tasks), "LSTM", "measures", *FOLDERS]
        return sorted(self.stages.items(), key=lambda each: order.index(each[0]) if each[0] in order else len(order))

    def failures_left(self) -> list[Failure]:
        """List the failures of jobs that did not succeed later."""
        return [failure for number, failure in self.failures.items() if self.steps[number].state == State.FAILED]

    def _in(self, *states: State) -> Iterator[Step]:
        return (step for step in self.steps.values() if step.state in states)

    def _move(self, step: Step, state: State) -> None:
        for states, count in (self.stages[step.stage], step.work.networks), (self.states, 1):
            states[step.state] -= count
            states[state] += count
        step.state = state

    def _block(self) -> None:
        """Find the jobs that directly or indirectly need what failed jobs should have made."""
        steps, blocked = [*self.steps.values()], set()
        found = [index for index, step in enumerate(steps) if step.state == State.FAILED]
        while found:
            following = self.after[found.pop()] - blocked
            blocked |= following
            found += following
        for index, step in enumerate(steps):
            if step.state in (State.LEFT, State.BLOCKED):
                self._move(step, State.BLOCKED if index in blocked else State.LEFT)


def name(job: Job) -> str:
    """Name a job by its rule and its network, or by what else its wildcards say."""
    of = {key: value for key, value in job.wildcards.items() if key not in HASHES}
    what = "/".join(f"{key}{value}" if key in ("g", "seed") else value for key, value in of.items())
    return f"{job.rule} {what}".strip()


def networks_of(task: str) -> str:
    """Name the stage of a task's trainings."""
    return f"networks of {task}"


def _step(submitted: Submitted, plan: Plan) -> Step:
    job = submitted.job
    work = plan.work(job.rule, job.wildcards, job.output)
    return Step(*submitted, work, _stage(job, work))


def _stage(job: Job, work: Work) -> str:
    if work.rule == "train":
        return networks_of(work.task)
    if name := {"train_sentiment": "LSTM", "sentiment_data": "sentences"}.get(work.rule):
        return name
    if measures.by_rule(work.rule):
        return "measures"
    folder = Path(job.output[0]).parent.name if job.output else ""
    return folder if folder in FOLDERS else "others"
