"""One test trial of a trained network: what goes in, what comes out, what should."""

from job import job
from lowrank import checkpoint, evaluation, tables, tasks

with job(snakemake) as settings:
    about, weights = checkpoint.read(snakemake.input.network, settings["network"])
    spec = about["spec"]
    task = tasks.of(spec)
    shown = evaluation.test_trial(spec, task, settings["trials"], settings["shown_trial"])
    columns = evaluation.signals(weights, spec, task, shown)
    tables.write(snakemake.output[0], "trials", tables.network(spec) | columns)
