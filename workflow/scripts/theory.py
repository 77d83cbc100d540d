"""What the expansions of Section 3 predict for the linear tasks."""

from job import job
from lowrank import tables, theory
from lowrank.spec import record

with job(snakemake) as settings:
    tables.write(snakemake.output[0], "theory", theory.columns(settings["networks"]), made_of=record(settings))
