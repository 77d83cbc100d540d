"""The loss of a network with dW truncated at every rank."""

from job import job
from lowrank import checkpoint, evaluation, tables, tasks

with job(snakemake) as settings:
    about, weights = checkpoint.read(snakemake.input.network, settings["network"])
    spec = about["spec"]
    trials = evaluation.test_trials(spec, tasks.of(spec), settings["trials"])
    loss = evaluation.loss_by_rank(weights, settings["ranks"], spec, trials)
    columns = {"rank": settings["ranks"], "loss": loss, "relative_loss": loss / loss[settings["ranks"].index(0)]}
    tables.write(snakemake.output[0], "truncation", tables.network(spec) | columns)
