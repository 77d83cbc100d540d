"""Tabulate the predictions of Section 3's expansions for the linear tasks."""

from job import job
from lowrank import theory
from lowrank.core.spec import record
from lowrank.store import tables

with job(snakemake) as settings:
    tables.write(snakemake.output[0], "theory", theory.columns(settings["networks"]), made_of=record(settings))
