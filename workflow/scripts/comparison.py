"""Compare the run's curves with the published ones; write a table and a readable page."""

from pathlib import Path

from job import job
from lowrank.comparison import distance, published
from lowrank.comparison.base import Networks
from lowrank.comparison.page import page
from lowrank.core.files import atomic
from lowrank.core.spec import record
from lowrank.store import tables

with job(snakemake) as settings:
    files = dict(snakemake.input.items())
    points = [published.read(path) for path in files.pop("published")]
    run = {name: tables.read_frame(path, name, settings["tables"][name]) for name, path in files.items()}
    networks = Networks(dict(settings["linear"]), settings["sizes"])
    rows = distance.table(points, run, networks)
    tables.write(snakemake.output.table, "comparison", rows, made_of=record(settings))
    with atomic(snakemake.output.page) as temporary:
        found = tables.read_frame(snakemake.output.table, "comparison")
        Path(temporary).write_text(page(found, settings["run"]), encoding="utf-8")
