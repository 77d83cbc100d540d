"""Write the run as an archive; how large it becomes stands on the screen first."""

import os
import sys

from job import job
from commands.archive import building
from lowrank.core.folders import PROJECT, inside

screen = os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1)


def say(sentence: str) -> None:
    """On the screen and into the log."""
    print(sentence, file=screen)
    print(sentence)


with job(snakemake) as settings, inside(settings.get("prefix", "")):
    files = [path.removeprefix(settings.get("prefix", "")) for path in snakemake.input]
    building.build(f"results/{settings['run']}/archive/{settings['run']}.zip", files, settings, say, PROJECT)
