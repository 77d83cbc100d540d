"""The singular values of an LSTM's weight matrices: at the start, at the end, and of what training changed."""

from job import job
from lowrank import measuring
from lowrank.sentiment import evaluation

with job(snakemake) as settings:
    for network in measuring.each([snakemake.input.network], snakemake.output, settings):
        network.write("sentiment_spectrum", evaluation.spectra(network.weights) | {"seed": network.spec["seed"]})
