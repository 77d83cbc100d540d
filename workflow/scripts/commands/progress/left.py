"""The time left: what `make plan` predicts for the jobs that are left, corrected by what this run has measured."""

import time
from dataclasses import replace
from typing import NamedTuple

from commands.plan.benchmarks import Measured, measured
from commands.plan.seconds import Clock, shipped
from commands.plan.waiting import hours
from commands.plan.work import Work

from .state import Run, State, Step

DOUBT = 60.0  # seconds of jobs as predicted that are added to what was measured, since the first jobs may be short ones
OVERDUE = 0.1  # of its time so far: the time left of a job that takes longer than predicted
FIRST = 2**31  # priority of jobs that run: in the prediction they are begun first
EVERY, SHARE = 1.0, 0.01  # a prediction is made each second, or less often if it would take more than 1 % of the time


class Left(NamedTuple):
    """Seconds left, without those of jobs whose time is not known."""

    seconds: float
    unknown: bool


class Prediction:
    """Predict from the table, earlier benchmarks and this run's jobs, on so many cores and GPUs."""

    def __init__(self, cores: int, gpus: int | None, usual: Clock | None = None):
        self.cores, self.gpus = cores, gpus
        self.usual = usual or Clock(shipped(), measured())
        self.own = self.under_way = Clock(self.usual.table, [])
        self.learnt = 0
        self.predicted = self.took = DOUBT
        self.last, self.at, self.due = Left(0.0, False), 0.0, 0.0

    def now(self, run: Run) -> Left:
        """Return the time left; between two predictions it is the last one's, less the time since."""
        now = run.clock()
        if now >= self.due:
            began = time.monotonic()
            self.last, self.at = self.predict(run), now
            self.due = now + max(EVERY, (time.monotonic() - began) / SHARE)
        return self.last._replace(seconds=max(self.last.seconds - (now - self.at), 0.0))

    def predict(self, run: Run) -> Left:
        """Simulate the schedule of the jobs that are left."""
        self._learn(run)
        steps, now = run.ahead(), run.clock()
        told = [(step, _told(step, now)) for step in steps]
        totals = [Measured(step.work, _so_far(step, now) + left) for step, left in told if left is not None]
        self.under_way = Clock(self.usual.table, totals)
        seconds = [self._remaining(step, now) if left is None else left for step, left in told]
        jobs = [replace(step.job, priority=FIRST) if step.state == State.RUNNING else step.job for step in steps]
        wall = hours(jobs, [each or 0.0 for each in seconds], self.cores, self.gpus) * 3600 if jobs else 0.0
        return Left(wall, None in seconds)

    def of(self, work: Work) -> float | None:
        """Predict a job's core seconds: from this run's jobs of its kind, done or else under way, or else from all."""
        for clock in (self.own, self.under_way):
            if clock.has_benchmarks(work):
                return clock.of(work).seconds
        usual = self.usual.of(work).seconds
        return None if usual is None else usual * self.took / self.predicted

    def _learn(self, run: Run) -> None:
        for each in run.measured[self.learnt :]:
            self.own.add(each)
            usual = self.usual.of(each.work).seconds
            if usual is not None and each.work.rule != "sentiment_data":  # downloads are not the machine's pace
                self.predicted += usual
                self.took += each.seconds
        self.learnt = len(run.measured)

    def _remaining(self, step: Step, now: float) -> float | None:
        """Return the core seconds left of a job that does not tell them."""
        expected, so_far = self.of(step.work), _so_far(step, now)
        if expected is None or step.state != State.RUNNING:
            return expected
        return max(expected - so_far, OVERDUE * so_far)


def _told(step: Step, now: float) -> float | None:
    """Return the core seconds left by a job's log; None if it does not tell them of all that the job does."""
    if step.state != State.RUNNING or not step.epoch or (step.work.networks > 1 and not step.job.gpu):
        return None
    return max(step.epoch.seconds_left - (now - step.log_changed), 0.0) * step.job.threads


def _so_far(step: Step, now: float) -> float:
    """Return the core seconds of a job until now."""
    return (now - step.began) * step.job.threads
