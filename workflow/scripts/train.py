"""Train the planned networks that are missing, one after the other."""

from job import job, told_to_stop
from lowrank import train_job

stopping = told_to_stop()

with job(snakemake) as settings:
    train_job.run(settings["specs"], stopping)
