"""Write the run as an archive, after printing its size on the screen."""

import os
import sys

from job import job
from commands.archive import building
from lowrank.core.folders import PROJECT, inside

screen = os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1)


def say(sentence: str) -> None:
    """Print to the screen and to the log."""
    print(sentence, file=screen)
    print(sentence)


with job(snakemake) as settings, inside(settings.get("prefix", "")):
    files = [path.removeprefix(settings.get("prefix", "")) for path in snakemake.input]
    building.build(f"results/{settings['run']}/archive/{settings['run']}.zip", files, settings, say, PROJECT)
