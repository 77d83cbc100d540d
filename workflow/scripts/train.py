"""Train the planned networks that are missing, one after the other."""

import signal
import sys

from job import job
from lowrank import train_job
from lowrank.training import Stopped

told_to_stop = []
signal.signal(signal.SIGTERM, lambda *_: told_to_stop.append(True))

with job(snakemake) as settings:
    try:
        train_job.run(settings["specs"], stopping=lambda: bool(told_to_stop))
    except Stopped as stopped:
        sys.exit(str(stopped))
