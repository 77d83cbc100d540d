"""Train the missing networks of the plan, on a GPU if the job has one; or import them from files."""

from job import job, told_to_stop
from lowrank.core.folders import inside
from lowrank.jobs import import_job, train_job

stopping = told_to_stop()

with job(snakemake) as settings, inside(settings.get("prefix", "")):
    device = "cuda" if snakemake.resources.get("gpu") else "cpu"
    if "sources" in settings:
        import_job.run(settings["specs"], settings["sources"])
    else:
        train_job.run(settings["specs"], stopping, device, kernel=settings["kernel"])
