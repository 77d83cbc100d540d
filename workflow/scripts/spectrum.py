"""Singular values and eigenvalues of networks' W0, W and dW."""

from job import job
from lowrank import measuring, spectra, tables

with job(snakemake) as settings:
    for network in measuring.each(snakemake.input.networks, snakemake.output, settings):
        columns = spectra.columns(network.weights, network.spec["nonlinearity"])
        network.write("spectrum", tables.network(network.spec) | columns)
