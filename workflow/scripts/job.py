"""How a script runs: checked against the plan, on one thread, its output in its log, its problem in one sentence."""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from threadpoolctl import threadpool_limits

from lowrank.fingerprint import check
from lowrank.problems import Problem


@contextlib.contextmanager
def job(snakemake) -> Iterator[dict]:
    """The settings of a job, while all that it prints goes into its log; exit status 1 if it has a problem.

    One thread, whatever the machine: the last bits of a singular value depend on the number of threads.
    """
    screen = os.dup(sys.stderr.fileno())
    Path(snakemake.log[0]).parent.mkdir(parents=True, exist_ok=True)
    with open(snakemake.log[0], "w", buffering=1) as log:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(log.fileno(), stream.fileno())
            stream.reconfigure(line_buffering=True)
    settings = json.loads(snakemake.params.job)
    try:
        check(settings["code"], settings["roots"])
        with threadpool_limits(1):
            yield settings
    except Problem as problem:
        print(problem)
        os.write(screen, f"{problem}\n".encode())
        sys.exit(1)
