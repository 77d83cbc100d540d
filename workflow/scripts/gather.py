"""Gather the tables of all networks of a run into one."""

from job import job
from lowrank.core.spec import record
from lowrank.store import tables

with job(snakemake) as settings:
    parts = dict(zip(snakemake.input.parts, settings["parts"], strict=True))
    tables.gather(snakemake.output[0], settings["table"], parts, record(settings))
