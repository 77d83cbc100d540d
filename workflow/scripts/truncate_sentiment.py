"""Accuracy and loss of an LSTM on the validation sentences, with W and dW truncated at every rank, and kept small."""

from job import job
from lowrank import checkpoint, measuring
from lowrank.sentiment import compression, evaluation
from lowrank.sentiment.data import Data
from lowrank.spec import digest

with job(snakemake) as settings:
    for network in measuring.each([snakemake.input.network], snakemake.output, settings):
        spec, arrays = network.spec, network.weights
        data = Data.of(checkpoint.read(snakemake.input.data, digest(spec["data"]))[1])
        columns = evaluation.by_rank(arrays, settings["ranks"], data.validation, data.vectors)
        small = compression.row(spec, arrays, settings["compressed_rank"], data.validation, data.vectors)
        columns = {name: [*values, small[name]] for name, values in columns.items()} | {"seed": spec["seed"]}
        network.write("sentiment_truncation", columns)
