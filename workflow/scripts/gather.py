"""The tables of all networks of a run as one."""

from job import job
from lowrank import tables

with job(snakemake) as settings:
    tables.gather(snakemake.output[0], settings["table"], snakemake.input)
