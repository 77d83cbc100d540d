"""Train the planned LSTM, on a GPU if the job has one, else on the job's cores."""

from pathlib import Path

from job import job, told_to_stop
from lowrank.core.folders import inside
from lowrank.jobs import train_lstm_job

stopping = told_to_stop()

data = Path(snakemake.input.data).absolute()

with job(snakemake) as settings, inside(settings.get("prefix", "")):
    device = "cuda" if snakemake.resources.get("gpu") else "cpu"
    train_lstm_job.run(settings["specs"], data, stopping, device, snakemake.threads)
