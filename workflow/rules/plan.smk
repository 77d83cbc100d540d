"""The plan of the run, made once by the process that the user starts, and read by its jobs, here or on a cluster.

Jobs get the plan's name through their environment, so they follow it even if the config was edited since. Neither this
file nor the others may import torch or pandas, because every job parses them again. Work that grows with the number of
networks belongs in functions: a job's process evaluates only those for its own files.
"""

import os

from snakemake.exceptions import WorkflowError

from lowrank import claims, figures, measures
from lowrank.config import drawing
from lowrank.core import folders
from lowrank.core.errors import UserError
from lowrank.plan import gathered, plan, start

try:
    if workflow.is_main_process:
        raw = config | set_beside_resources("device", "stack", rule="train")
        raw = folders.with_absolute_paths(raw) if PREFIX else raw  # while still relative to this folder
        with folders.inside(PREFIX):
            made = plan.make(raw)
        start.mark_unusable(made)
        start.mark_regather(made)
        os.environ[PLAN_VARIABLE] = start.write_plan(made)
    PLAN = start.read_plan(os.environ[PLAN_VARIABLE])
except UserError as error:
    raise WorkflowError(str(error))


envvars:
    PLAN_VARIABLE,


config = PLAN["config"]
RESULTS = f"results/{config['run']}"
KEY = "{task}/g{g}/seed{seed}"
LINEAR = plan.linear_networks(config)
NETWORKS = [key for key in plan.keys(PLAN) if not plan.is_lstm(key)]
LSTMS = [key for key in plan.keys(PLAN) if plan.is_lstm(key)]
FIGURES = drawing.of_run(config)
DRAWABLE = [name for name in figures.names() if LSTMS or not figures.declared(name).of_lstm]
WITH_PUBLISHED = [name for name in figures.names() if figures.declared(name).published]
PUBLISHED = [f"{name}_published" for name in FIGURES if drawing.has_published(config, name)]
MEASURES = measures.of_run(config)
GATHERED = gathered.names(config)
TABLES = [*GATHERED, "summary", *(["theory"] if LINEAR else [])]
CLAIMED = [name for name in TABLES if name in claims.tables()]
COMPARED = {table for name in WITH_PUBLISHED for table in figures.declared(name).published["tables"]}
COMPARED = [name for name in TABLES if name in COMPARED]
MISSING = frozenset(PLAN["missing"])
UNUSABLE = frozenset(PLAN["unusable"])


wildcard_constraints:
    task="[^/]+",
    g="[^/]+",
    seed=r"\d+",
    spec="[0-9a-f]+",


onstart:
    no_limit_of_starts()
    try:
        start.check_folders(file for job in workflow.dag.needrun_jobs() for file in job.products())
        if any(map(of_this_run, workflow.dag.needrun_jobs())):
            start.record(PLAN["raw"], f"{PREFIX}{RESULTS}/config.yaml")
        tell_loggers(log)
    except (UserError, OSError) as error:
        raise WorkflowError(str(error))


def of_this_run(job):
    """Return True if a job belongs to this run: not to an importing workflow, nor `verify`, which may check any run."""
    logs = f"{PREFIX}{RESULTS}/logs/"
    return any(log.startswith(logs) and log != f"{logs}verify.log" for log in job.log)
