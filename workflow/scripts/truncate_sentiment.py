"""Accuracy and loss of an LSTM on the validation sentences, with W and with dW truncated at every rank."""

from job import job
from lowrank import checkpoint, tables
from lowrank.sentiment import evaluation
from lowrank.sentiment.data import Data
from lowrank.spec import digest

with job(snakemake) as settings:
    about, arrays = checkpoint.read(snakemake.input.network, settings["network"])
    spec = about["spec"]
    data = Data.of(checkpoint.read(snakemake.input.data, digest(spec["data"]))[1])
    columns = evaluation.by_rank(arrays, settings["ranks"], data.validation, data.vectors)
    tables.write(snakemake.output[0], "sentiment_truncation", columns | {"seed": spec["seed"]}, about["data"])
