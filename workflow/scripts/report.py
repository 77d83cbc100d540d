"""Write the run's report: one file that a browser opens from disk."""

from job import job
from commands.report import write

with job(snakemake) as settings:
    prefix = settings.get("prefix", "")
    config, pages = f"{prefix}{settings['config']}", list(snakemake.input.pages)
    write(snakemake.output[0], config, pages, snakemake.input.style, prefix, snakemake.log[0])
