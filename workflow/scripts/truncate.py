"""The loss of networks with dW truncated at every rank."""

from job import job
from lowrank import evaluation, measuring, tables, tasks

with job(snakemake) as settings:
    for network in measuring.each(snakemake.input.networks, snakemake.output, settings):
        trials = evaluation.test_trials(network.spec, tasks.of(network.spec), settings["trials"])
        loss = evaluation.loss_by_rank(network.weights, settings["ranks"], network.spec, trials)
        columns = {"rank": settings["ranks"], "loss": loss, "relative_loss": loss / loss[settings["ranks"].index(0)]}
        network.write("truncation", tables.network(network.spec) | columns)
