"""The plan, and what the rules share. Nothing here may import torch or pandas: every job parses it again."""

import json
import os

from snakemake.exceptions import WorkflowError

from lowrank import folders, networks, plan, shown
from lowrank.problems import Problem
from lowrank.sentiment import prepared
from lowrank.spec import canonical, digest

# The plan is made once, by the process that the user started; its jobs, here or on a cluster, get it with their
# environment, so that they do what was planned even if the config was edited since.
if workflow.is_main_process:
    # A profile sets these beside the resources of `train`: in a `config:` of its own they would be lost as soon as
    # --config stands on the command line.
    set_for_train = workflow.resource_settings.overwrite_resources.get(rule_name("train"), {})
    raw = config | {key: set_for_train[key].raw for key in ("device", "stack") if key in set_for_train}
    raw = folders.with_absolute_paths(raw) if PREFIX else raw
    try:
        with folders.inside(PREFIX):
            PLAN = plan.make(raw)
        plan.mark_unusable(PLAN)
    except Problem as problem:
        raise WorkflowError(str(problem))
    os.environ[PLAN_VARIABLE] = canonical(PLAN)


envvars:
    PLAN_VARIABLE,


PLAN = json.loads(os.environ[PLAN_VARIABLE])
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
UNUSABLE = local(plan.UNUSABLE)  # no prefix applies to it
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
    trained_by = {rule_name(name): rule_name(training_rule(specs[0])) for name, specs in STACKS.items()}
    stacked = {name: given[rule] for name, rule in trained_by.items() if rule in given}
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
        if any(map(of_this_run, workflow.dag.needrun_jobs())):
            plan.record(PLAN["raw"], f"{PREFIX}{RESULTS}/config.yaml")
    except (Problem, OSError) as problem:
        raise WorkflowError(str(problem))


def of_this_run(job):
    """Return True if a job is one of this run, not of an importing workflow, nor `verify`, which may be of any run."""
    logs = f"{PREFIX}{RESULTS}/logs/"
    return any(log.startswith(logs) and log != f"{logs}verify.log" for log in job.log)


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
    return canonical(plan.job(PLAN, stage, **settings, **({"prefix": PREFIX} if PREFIX else {})))


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
    tables = {table: file.removeprefix(PREFIX) for table, file in figure.input.items()}
    files = [file.removeprefix(PREFIX) for file in figure.output]
    return {"module": name, "settings": settings, "tables": tables, "files": files}


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
