"""Write the claims, their rules and verdicts as a page for the report."""

from job import job
from lowrank.store import pages, tables

with job(snakemake) as settings:
    claims = tables.read(snakemake.input.table, "claims", settings["tables"]["claims"]).to_pylist()
    title = f"The paper's claims, judged on the run {settings['run']}"
    pages.write(snakemake.output[0], snakemake.input.template, title=title, claims=claims)
