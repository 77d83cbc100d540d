"""Convert sentences and word vectors to numbers; download what is missing."""

from job import job
from lowrank.core.folders import inside
from lowrank.jobs import prepared

with job(snakemake) as settings, inside(settings.get("prefix", "")):
    prepared.make(settings["spec"], settings["sources"])
