"""Judge the paper's claims by the run's tables; write a table and a readable page."""

from pathlib import Path

from job import job
from lowrank import claims
from lowrank.claims.base import Run, judged
from lowrank.claims.page import page
from lowrank.core.files import atomic
from lowrank.core.spec import record
from lowrank.store import tables

with job(snakemake) as settings:
    run = {name: tables.read_frame(path, name, settings["tables"][name]) for name, path in snakemake.input.items()}
    rows = judged(claims.every(), Run(run, settings["tasks"]))
    tables.write(snakemake.output.table, "claims", rows, made_of=record(settings))
    with atomic(snakemake.output.page) as temporary:
        Path(temporary).write_text(page(rows, settings["run"]), encoding="utf-8")
