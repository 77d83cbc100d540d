"""Report what a run took to compute: a row per job, and a readable page."""

import csv
from pathlib import Path

from job import job
from commands.compute.jobs import COLUMNS, rows
from commands.compute.page import page
from lowrank.core import hardware
from lowrank.core.files import atomic
from lowrank.core.folders import inside
from lowrank.store import checkpoint

with job(snakemake) as settings:
    networks = list(snakemake.input.networks)
    with inside(settings.get("prefix", "")):
        found = rows(settings["run"], [path.removeprefix(settings.get("prefix", "")) for path in networks])
    with atomic(snakemake.output.jobs) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(found)
    about = [checkpoint.read_about(network) for network in networks]
    text = page(settings["run"], found, settings["figures"], about, hardware.described())
    with atomic(snakemake.output.page) as temporary:
        Path(temporary).write_text(text, encoding="utf-8")
