"""Sentences and word vectors as numbers; what is not there is downloaded."""

from job import job
from lowrank.core.folders import inside
from lowrank.jobs import prepared

with job(snakemake) as settings, inside(settings.get("prefix", "")):
    prepared.make(settings["spec"], settings["sources"])
