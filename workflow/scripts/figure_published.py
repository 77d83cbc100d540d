"""A figure of the paper with the published curves under ours."""

import importlib

from job import job
from lowrank import tables
from lowrank.comparison import published
from lowrank.figures import style
from lowrank.figures.published import underlay

with job(snakemake) as settings:
    files, name = dict(snakemake.input.items()), settings["figure"]
    points = published.read(files.pop("published"))
    shown = {table: tables.read_frame(path, table, settings["tables"][table]) for table, path in files.items()}
    figure = importlib.import_module(f"lowrank.figures.{name}").draw(shown, settings["figures"])
    style.save(underlay(figure, points, settings["figures"], name), snakemake.output)
