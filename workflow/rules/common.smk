"""The plan, and what the rules share. Nothing here may import torch or pandas: every job parses it again."""

import json
import os
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

sys.path.insert(0, str(Path(workflow.basedir) / "workflow/scripts"))
from lowrank import networks, plan, shown
from lowrank.problems import Problem
from lowrank.sentiment import prepared
from lowrank.spec import canonical, digest

# The plan is made once, by the process that the user started; its jobs, here or on a cluster, get it with their
# environment, so that they do what was planned even if the config was edited since.
if workflow.is_main_process:
    # A profile sets these beside the resources of `train`: in a `config:` of its own they would be lost as soon as
    # --config stands on the command line.
    set_for_train = workflow.resource_settings.overwrite_resources.get("train", {})
    config |= {key: set_for_train[key].raw for key in ("device", "stack") if key in set_for_train}
    try:
        PLAN = plan.make(config)
        plan.mark_unusable(PLAN)
    except Problem as problem:
        raise WorkflowError(str(problem))
    os.environ["LOWRANK_PLAN"] = canonical(PLAN)


envvars:
    "LOWRANK_PLAN",


PLAN = json.loads(os.environ["LOWRANK_PLAN"])
config = PLAN["config"]

RESULTS = f"results/{config['run']}"
MEASURES = ("truncation", "shuffle", "spectrum", "trials")
LINEAR = plan.linear_networks(config)
PLACE = "{task}/g{g}/seed{seed}"
SPECS = plan.by_place(PLAN)
STACKS = {f"train_{name}": specs for name, specs in plan.stacks(PLAN).items()}
ALONE = [] if STACKS else plan.missing_networks(PLAN)
FILES = {place: {"name": digest(spec), "file": networks.file(spec)} for place, spec in SPECS.items()}
NETWORKS = {place: file for place, file in FILES.items() if "g" in SPECS[place]}
LSTMS = {place: file for place, file in FILES.items() if place not in NETWORKS}
SENTIMENT_DATA = prepared.file(PLAN["data"]) if LSTMS else []
FIGURES = shown.figures(config)
PUBLISHED = [f"{name}_published" for name in FIGURES if shown.has_published(config, name)]
TABLES = ["history", *MEASURES, "summary", *(["theory"] if LINEAR else [])]
TABLES += ["sentiment_history", "sentiment_truncation", "sentiment_spectrum"] if LSTMS else []


def training_rule(spec):
    """The rule that trains a network, or in whose place a stack's does."""
    return "train_on_cpu" if PLAN["config"]["device"] == "cuda" and not plan.on_gpu(PLAN, spec) else "train"


# What a profile or the command line sets for a rule holds for the rules of its stacks, too.
for settings in ("overwrite_resources", "overwrite_threads"):
    given = getattr(workflow.resource_settings, settings)
    stacked = {name: given[rule] for name, specs in STACKS.items() if (rule := training_rule(specs[0])) in given}
    setattr(workflow.resource_settings, settings, {**given, **stacked})


def names(specs):
    """A wildcard's constraint to the hashes of specs."""
    return "|".join(map(digest, specs)) or "(?!)"


wildcard_constraints:
    task="[^/]+",
    g="[^/]+",
    seed=r"\d+",


onstart:
    # Snakemake's limit of starts a second looks again after every job that ends, each time starting a series of looks
    # a second apart that goes on while jobs wait: by hundreds of jobs they fill a core. Cores limit enough.
    workflow.scheduler.job_rate_limiter = None
    try:
        plan.check_folders(file for job in workflow.dag.needrun_jobs() for file in job.products())
        if {job.name for job in workflow.dag.needrun_jobs()} != {"verify"}:  # which may be of any other run
            plan.record(PLAN["raw"], f"{RESULTS}/config.yaml")
    except (Problem, OSError) as problem:
        raise WorkflowError(str(problem))


def measured(kind, place=PLACE):
    """The file of a measure of a network."""
    return f"{RESULTS}/{kind}/{place}.parquet"


def table(name):
    """The file of a table of all the run's networks."""
    return f"{RESULTS}/tables/{name}.parquet"


IN_REPORT = {}  # a file's place in the report, of which Snakemake would not see that it was changed


def in_report(path, caption, category, **labels):
    """A file that stands in the report, with its caption from workflow/report/ and what its line in the list says."""
    IN_REPORT[path] = [caption, category, labels]
    return report(path, caption=f"../report/{caption}.rst", category=category, labels=labels)


def network(wildcards):
    """The file of the network at a place."""
    return NETWORKS[PLACE.format(**wildcards)]["file"]


def order(stage, **settings):
    """A job's one parameter: the code that was planned and just the settings it uses, as one canonical text.

    Snakemake compares parameters as a set without names, and numbers by how they are written: one text is exact.
    """
    return canonical(plan.job(PLAN, stage, **settings))


def measure_order(stage, *keys):
    """The parameter of a measure of a network, by its wildcards."""
    settings = {key: config["measure"][key] for key in keys}
    by_task = f"{stage} {{task}}" if stage in plan.BY_TASK else stage
    return lambda w: order(by_task.format(task=w.task), network=NETWORKS[PLACE.format(**w)]["name"], **settings)


def tables_of(figure):
    """The files of the tables that a figure is made of, by their names."""
    return {name: table(name) for name in shown.TABLES[figure]}


def figure_order(figure, variant=""):
    """The parameter of a figure, or of its variant: its own settings, and what to say of the tasks that it shows."""
    return order(f"{figure}{variant}", figure=figure, figures=shown.of_figure(config, figure))


def claimed_tasks():
    """What claims need to know of each task."""
    numbers = ("module", "n_neurons", "numbers")
    return {name: {key: task[key] for key in numbers} for name, task in config["tasks"].items()}


def archived_figure(name):
    """What it takes to draw a figure again from an archive: its module, settings, tables and files."""
    figure = getattr(rules, name)
    settings = json.loads(figure.params.job)["figures"]
    return {"module": name, "settings": settings, "tables": dict(figure.input.items()), "files": list(figure.output)}


def lstm(wildcards):
    """The file of the LSTM of a seed."""
    return LSTMS[f"sentiment/seed{wildcards.seed}"]["file"]


def lstm_order(stage, *keys):
    """The parameter of a measure of an LSTM, by its seed."""
    settings = {key: config["sentiment"][key] for key in keys}
    return lambda w: order(stage, network=LSTMS[f"sentiment/seed{w.seed}"]["name"], **settings)


def linear_targets():
    """The tasks of linear networks by their target, [target, task]."""
    tasks = {name: task for name, task in config["tasks"].items() if plan.config.is_linear(task)}
    return [[task["numbers"]["target"], name] for name, task in tasks.items()]
