"""One test trial of each trained network: what goes in, what comes out, what should."""

from job import job
from lowrank import evaluation, measuring, tables, tasks

with job(snakemake) as settings:
    for network in measuring.each(snakemake.input.networks, snakemake.output, settings):
        task = tasks.of(network.spec)
        shown = evaluation.test_trial(network.spec, task, settings["trials"], settings["shown_trial"])
        columns = evaluation.signals(network.weights, network.spec, task, shown)
        network.write("trials", tables.network(network.spec) | columns)
