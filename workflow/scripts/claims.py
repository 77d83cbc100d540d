"""Judge the paper's claims by the run's tables and by the published figures; write a table and a readable page."""

from pathlib import Path

from job import job
from lowrank import claims
from lowrank.claims import published
from lowrank.claims.base import Run
from lowrank.claims.judgement import judged
from lowrank.claims.page import page
from lowrank.comparison.published import read
from lowrank.core.files import atomic
from lowrank.core.spec import record
from lowrank.store import tables

with job(snakemake) as settings:
    files = dict(snakemake.input.items())
    points = [read(path) for path in files.pop("published")]
    run = {name: tables.read_frame(path, name, settings["tables"][name]) for name, path in files.items()}
    figures = published.runs(points, run, settings["resamples"])
    rows = judged(claims.every(), Run(run, settings["tasks"]), figures, settings["resamples"])
    tables.write(snakemake.output.table, "claims", rows, made_of=record(settings))
    written = tables.read(snakemake.output.table, "claims").to_pylist()
    with atomic(snakemake.output.page) as temporary:
        Path(temporary).write_text(page(written, settings["run"]), encoding="utf-8")
