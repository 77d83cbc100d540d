"""Render a Markdown text as a page for the report."""

from pathlib import Path

from job import job
from lowrank.store import pages

with job(snakemake):
    title, body = pages.of_markdown(Path(snakemake.input.text).read_text(encoding="utf-8"))
    pages.write(snakemake.output[0], snakemake.input.template, title=title, body=body)
