"""Draw a figure of the paper from tables alone."""

import importlib

from job import job
from lowrank.figures import style
from lowrank.store import tables

with job(snakemake) as settings:
    figure = importlib.import_module(f"lowrank.figures.{settings['figure']}")
    shown = {name: tables.read_frame(path, name, settings["tables"][name]) for name, path in snakemake.input.items()}
    style.save(figure.draw(shown, settings["figures"]), snakemake.output)
