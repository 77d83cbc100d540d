"""Draw a figure of the paper over the published curves."""

import importlib

from job import job
from lowrank.comparison import published
from lowrank.figures import style
from lowrank.figures.published import underlay
from lowrank.store import tables

with job(snakemake) as settings:
    files, name = dict(snakemake.input.items()), settings["figure"]
    points = published.read(files.pop("published"))
    shown = {table: tables.read_frame(path, table, settings["tables"][table]) for table, path in files.items()}
    module = importlib.import_module(f"lowrank.figures.{name}")
    drawn, how = module.draw(shown, settings["figures"]), module.FIGURE["published"]
    style.save(underlay(drawn, points, settings["figures"], name, how), snakemake.output)
