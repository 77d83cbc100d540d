"""The loss of networks after shuffling W0, for several permutations."""

from job import job
from lowrank import evaluation, measuring, tables, tasks

with job(snakemake) as settings:
    for network in measuring.each(snakemake.input.networks, snakemake.output, settings):
        trials = evaluation.test_trials(network.spec, tasks.of(network.spec), settings["trials"])
        loss = evaluation.loss_shuffled(network.weights, network.spec, settings["shuffles"], trials)
        reference_loss = network.about["reference_loss"] or float("nan")  # null: the network diverged at once
        columns = {"repetition": range(len(loss)), "loss": loss, "relative_loss": loss / reference_loss}
        network.write("shuffle", tables.network(network.spec) | columns)
