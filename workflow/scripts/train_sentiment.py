"""Train the planned LSTM, on a GPU if the job has one."""

from job import job, told_to_stop
from lowrank.sentiment import train_job

stopping = told_to_stop()

with job(snakemake) as settings:
    device = "cuda" if snakemake.resources.get("gpu") else "cpu"
    train_job.run(settings["specs"], snakemake.input.data, stopping, device)
