"""Write the claims, their rules and verdicts as a page for the report."""

from job import job
from lowrank.claims.page import HEADINGS, as_published, counts
from lowrank.store import pages, tables

with job(snakemake) as settings:
    claims = tables.read(snakemake.input.table, "claims", settings["tables"]["claims"]).to_pylist()
    pages.write(
        snakemake.output[0],
        snakemake.input.template,
        title=f"The paper's claims, judged on the run {settings['run']}",
        claims=claims,
        counts=counts([claim["verdict"] for claim in claims]),
        headings=HEADINGS,
        as_published=as_published,
    )
