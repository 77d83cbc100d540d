"""What is said about a run, in words."""

from commands.plan.page import clock

from .left import Left
from .state import Failure, Run, State, Step, name

COUNTED = (State.RUNNING, State.WAITING, State.FAILED, State.BLOCKED, State.LEFT)

CONTINUES = "The same command continues the run"


def headline(run: Run, left: Left) -> str:
    """Say how many jobs are in each state, the time so far and the time left."""
    counts = [f"{run.states[state]} {state}" for state in COUNTED if run.states[state]]
    jobs = ", ".join([f"{run.states[State.DONE]} of {len(run.steps)} jobs done", *counts])
    times = [f"{duration(run.clock() - run.began)} so far", time_left(run, left)]
    return f"{jobs}; {', '.join(filter(None, times))}"


def time_left(run: Run, left: Left) -> str:
    """Say how long it will take; empty at the end."""
    if run.is_interrupted or run.is_over or not run.ahead():
        return ""
    queue = " without the queue" if any(step.is_queued for step in run.ahead()) else ""
    return f"{'more than' if left.unknown else 'about'} {duration(left.seconds)} left{queue}"


def duration(seconds: float) -> str:
    """Format seconds like `make plan`."""
    return clock(seconds / 3600)


def progress(step: Step, now: float) -> str:
    """Say how far a job is."""
    if step.state == State.WAITING:
        return f"waiting for {duration(now - step.began)}"
    if not step.epoch:
        return f"running for {duration(now - step.began)}"
    epoch, epochs, loss, _ = step.epoch
    is_known = loss != "nan" or epoch > 1  # the LSTM has none in its first epoch
    return f"epoch {epoch} of {epochs}" + (f", loss {loss}" if is_known else "")


def line(run: Run, left: Left) -> str:
    """Say in one line how far the run is, with the LSTM, which takes longest."""
    lstm = [step for step in run.under_way() if step.stage == "LSTM"]
    return "; ".join([headline(run, left), *(f"{name(step.job)}: {progress(step, run.clock())}" for step in lstm)])


def failure(found: Failure) -> str:
    """Say which job failed, with the end of its log."""
    lines = [f"{found.name} failed: {found.line}", found.message.strip(), f"log: {found.log}"]
    return "\n    ".join(filter(None, lines))


def summary(run: Run, log: str) -> str:
    """Say how the run ended."""
    done, total, took = run.states[State.DONE], len(run.steps), duration(run.clock() - run.began)
    failures = run.failures_left()
    if done == total:
        lines = [f"{done} of {total} jobs done in {took}"]
    elif failures:
        lines = [f"{len(failures)} of {total} jobs failed, {done} done in {took}:", *map(failure, failures), CONTINUES]
    else:
        lines = [f"Stopped after {took}: {done} of {total} jobs done", CONTINUES]
    return "\n".join([*lines, f"Snakemake's log: {log}"])
