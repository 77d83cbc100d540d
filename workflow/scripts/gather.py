"""Gather the tables of all networks of a run into one."""

from job import job
from lowrank.core.spec import record
from lowrank.store import tables

with job(snakemake) as settings:
    files = dict(zip(snakemake.input.files, settings["files"], strict=True))
    tables.gather(snakemake.output[0], settings["table"], files, record(settings))
