"""The loss of a network after shuffling W0, for several permutations."""

from job import job
from lowrank import checkpoint, evaluation, tables, tasks

with job(snakemake) as settings:
    about, weights = checkpoint.read(snakemake.input.network, settings["network"])
    spec = about["spec"]
    trials = evaluation.test_trials(spec, tasks.of(spec), settings["trials"])
    loss = evaluation.loss_shuffled(weights, spec, settings["shuffles"], trials)
    reference_loss = about["reference_loss"] or float("nan")  # null: the network diverged at once
    columns = {"repetition": range(len(loss)), "loss": loss, "relative_loss": loss / reference_loss}
    tables.write(snakemake.output[0], "shuffle", tables.network(spec) | columns)
