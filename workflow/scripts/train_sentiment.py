"""Train the planned LSTM."""

from job import job, told_to_stop
from lowrank.sentiment import train_job

stopping = told_to_stop()

with job(snakemake) as settings:
    train_job.run(settings["specs"], snakemake.input.data, stopping)
