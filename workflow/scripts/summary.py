"""Write the summary, one row per network of the run, from its networks and the tables of their measures."""

from job import job
from lowrank.core.spec import record
from lowrank.jobs import summary
from lowrank.store import tables

with job(snakemake) as settings:
    files = dict(snakemake.input.items())
    networks = [summary.network(path) for path in files.pop("networks")]
    measured = {name: tables.read(path, name, settings["tables"][name]) for name, path in files.items()}
    rows = summary.rows(networks, measured, settings["threshold"])
    tables.write(snakemake.output[0], "summary", rows, made_of=record(settings))
