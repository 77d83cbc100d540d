"""The singular values of an LSTM's weight matrices: at the start, at the end, and of what training changed."""

from job import job
from lowrank import checkpoint, tables
from lowrank.sentiment import evaluation

with job(snakemake) as settings:
    about, arrays = checkpoint.read(snakemake.input.network, settings["network"])
    columns = evaluation.spectra(arrays) | {"seed": about["spec"]["seed"]}
    tables.write(snakemake.output[0], "sentiment_spectrum", columns, about["data"])
