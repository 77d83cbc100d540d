"""Simulate the schedule on the given cores and GPUs: a job starts when its inputs exist and its cores are free."""

import heapq
from collections import defaultdict
from dataclasses import replace

from .dryrun import Job


def hours(jobs: list[Job], seconds: list[float], cores: int, gpus: int | None) -> float:
    """Return wall-clock hours of jobs with these core seconds; `gpus` None: unlimited.

    Ready jobs start by priority, then by the longest chain of jobs that depend on them.
    """
    after, waiting_for = _order(jobs)
    seconds = on_clock(jobs, seconds, cores)
    rank = _longest(seconds, after)
    ready = [(-jobs[i].priority, -rank[i], i) for i, n in enumerate(waiting_for) if not n]
    heapq.heapify(ready)
    running: list[tuple[float, int]] = []
    now, free = 0.0, [cores, float("inf") if gpus is None else max(gpus, 1)]
    while ready or running:
        for entry in _begun(ready, jobs, free, cores):
            i = entry[-1]
            heapq.heappush(running, (now + seconds[i], i))
        now, i = heapq.heappop(running)
        free[0] += _cores(jobs[i], cores)
        free[1] += jobs[i].gpu
        for j in after[i]:
            waiting_for[j] -= 1
            if not waiting_for[j]:
                heapq.heappush(ready, (-jobs[j].priority, -rank[j], j))
    return now / 3600


def longest_chain(jobs: list[Job], seconds: list[float]) -> tuple[float, list[int]]:
    """Return the hours of the critical path, which more cores cannot shorten, and its jobs."""
    after, _ = _order(jobs)
    rank = _longest(on_clock(jobs, seconds), after)
    chain = [max(range(len(jobs)), key=rank.__getitem__)]
    while after[chain[-1]]:
        chain.append(max(after[chain[-1]], key=rank.__getitem__))
    return rank[chain[0]] / 3600, chain


def on_clock(jobs: list[Job], seconds: list[float], cores: float = float("inf")) -> list[float]:
    """Return the wall-clock seconds of jobs with these core seconds."""
    return [each / _cores(job, cores) for job, each in zip(jobs, seconds, strict=True)]


def one_slot_each(jobs: list[Job], seconds: list[float]) -> tuple[list[Job], list[float]]:
    """Return the jobs as a cluster runs them, each in a slot with all the cores that it asks for, and their seconds."""
    return [replace(job, threads=1) for job in jobs], on_clock(jobs, seconds)


def dependents(jobs: list[Job]) -> dict[int, set[int]]:
    """Return the jobs that take what each job makes, by their place in the list."""
    makes = {name: i for i, job in enumerate(jobs) for name in job.output}
    after: dict[int, set[int]] = defaultdict(set)
    for i, job in enumerate(jobs):
        for name in job.input:
            if name in makes:
                after[makes[name]].add(i)
    return after


def _cores(job: Job, cores: float) -> float:
    """Return how many of the cores a job takes."""
    return max(1, min(job.threads, cores))


def _begun(ready: list, jobs: list[Job], free: list, cores: int) -> list:
    """Pop the ready jobs that fit on the free cores and GPUs."""
    begun, waits = [], []
    while ready and free[0] > 0:
        entry = heapq.heappop(ready)
        job = jobs[entry[-1]]
        taken = _cores(job, cores)
        if taken > free[0] or job.gpu > free[1]:
            waits.append(entry)
            continue
        free[0] -= taken
        free[1] -= job.gpu
        begun.append(entry)
    for entry in waits:
        heapq.heappush(ready, entry)
    return begun


def _order(jobs: list[Job]) -> tuple[dict[int, set[int]], list[int]]:
    """Return the jobs that depend on each job, and the number of jobs each one waits for."""
    after = dependents(jobs)
    waiting_for = [0] * len(jobs)
    for following in after.values():
        for j in following:
            waiting_for[j] += 1
    return after, waiting_for


def _longest(seconds: list[float], after: dict[int, set[int]]) -> list[float]:
    """Return, for each job, the seconds of the longest chain that starts with it."""
    rank: list[float | None] = [None] * len(seconds)

    def longest(i: int) -> float:
        if rank[i] is None:
            rank[i] = seconds[i] + max(map(longest, after[i]), default=0.0)
        return rank[i]

    return [longest(i) for i in range(len(seconds))]
