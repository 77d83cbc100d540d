"""The tables of all networks of a run as one."""

from job import job
from lowrank import tables
from lowrank.spec import record

with job(snakemake) as settings:
    parts = dict(zip(snakemake.input.parts, settings["parts"], strict=True))
    tables.gather(snakemake.output[0], settings["table"], parts, record(settings))
