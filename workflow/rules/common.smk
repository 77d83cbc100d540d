"""The plan, and what the rules share. Nothing here may import torch or pandas: every job parses it again.

What takes longer the more networks a run has stands in functions: a job's process asks for its own files alone.
"""

import functools
import json
import os
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

from lowrank import claims, drawing, figures, folders, gathered, measures, measuring, networks, orders, plan, start
from lowrank import summary
from lowrank.problems import Problem
from lowrank.sentiment import prepared
from lowrank.spec import canonical, digest, record

# The plan is made once, by the process that the user started; its jobs, here or on a cluster, read it by its name,
# which they get with their environment. So they do what was planned even if the config was edited since.
try:
    if workflow.is_main_process:
        # A profile sets these beside the resources of `train`: in a `config:` of its own they would be lost as soon
        # as --config stands on the command line.
        set_for_train = workflow.resource_settings.overwrite_resources.get(rule_name("train"), {})
        raw = config | {key: set_for_train[key].raw for key in ("device", "stack") if key in set_for_train}
        raw = folders.with_absolute_paths(raw) if PREFIX else raw  # while they are read from here
        with folders.inside(PREFIX):
            made = plan.make(raw)
        start.mark_unusable(made)
        start.mark_regather(made)
        os.environ[PLAN_VARIABLE] = start.write_plan(made)
    PLAN = start.read_plan(os.environ[PLAN_VARIABLE])
except Problem as problem:
    raise WorkflowError(str(problem))


envvars:
    PLAN_VARIABLE,


config = PLAN["config"]
RESULTS = f"results/{config['run']}"
PLACE = "{task}/g{g}/seed{seed}"
LINEAR = plan.linear_networks(config)
NETWORKS = [place for place in plan.places(PLAN) if not plan.is_lstm(place)]
LSTMS = [place for place in plan.places(PLAN) if plan.is_lstm(place)]
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
# A stack's job is started with its rule's name among its words, and needs no other stack's rule.
IS_MINE = {name: workflow.is_main_process or rule_name(name) in sys.argv for name in PLAN["stacks"]}
STACKS = {name: stack for name, stack in PLAN["stacks"].items() if IS_MINE[name]}
# What a profile or the command line sets for a rule holds for the rules of its stacks, too.
for settings in ("overwrite_resources", "overwrite_threads"):
    given = getattr(workflow.resource_settings, settings)
    stood_for = {rule_name(name): rule_name(stack["rule"]) for name, stack in STACKS.items()}
    stacked = {name: given[rule] for name, rule in stood_for.items() if rule in given}
    setattr(workflow.resource_settings, settings, {**given, **stacked})


wildcard_constraints:
    task="[^/]+",
    g="[^/]+",
    seed=r"\d+",
    spec="[0-9a-f]+",


onstart:
    # Snakemake's limit of starts a second looks again after every job that ends, each time starting a series of looks
    # a second apart that goes on while jobs wait: by hundreds of jobs they fill a core. Cores limit enough.
    workflow.scheduler.job_rate_limiter = None
    try:
        start.check_folders(file for job in workflow.dag.needrun_jobs() for file in job.products())
        if any(map(of_this_run, workflow.dag.needrun_jobs())):
            start.record(PLAN["raw"], f"{PREFIX}{RESULTS}/config.yaml")
    except (Problem, OSError) as problem:
        raise WorkflowError(str(problem))


def of_this_run(job):
    """Return True if a job is one of this run, not of an importing workflow, nor `verify`, which may be of any run."""
    logs = f"{PREFIX}{RESULTS}/logs/"
    return any(log.startswith(logs) and log != f"{logs}verify.log" for log in job.log)


def as_planned(file):
    """A file as an input: one that is there as planned is taken as it is, whoever could make it."""
    return file if file in MISSING else before_update(file)


def unusable(*files):
    """The input that has files made anew where others stand in their place."""
    return local(start.UNUSABLE) if UNUSABLE & {*files} else []  # local: no prefix applies to it


@functools.cache
def spec(place):
    """All that the network at a place depends on."""
    return plan.spec(PLAN, place)


@functools.cache
def network(place):
    """The file of the network at a place, as an input."""
    return as_planned(networks.file(spec(place)))


@functools.cache
def history(place):
    """The history of the network at a place, as an input."""
    return as_planned(networks.history(spec(place)))


def task_of(places):
    """The task of the networks at some places, which are all of one."""
    return places[0].partition("/")[0]


def tasks_of(rule):
    """The tasks whose networks have a job of their own by a rule, as a constraint of its wildcard."""
    trains = rule in ("train", "train_on_cpu")
    names = [task for task in config["tasks"] if not trains or plan.training_rule(config, task) == rule]
    return "|".join(map(re.escape, names if config["stack"] == 1 else ())) or "(?!)"


def stacks_of(*rules):
    """The stacks that stand in the place of some rules, by the names of theirs."""
    return [(name, stack) for name, stack in STACKS.items() if stack["rule"] in rules]


def sentiment_data():
    """The sentences as numbers, as an input."""
    return as_planned(prepared.file(PLAN["data"])) if LSTMS else []


def place_of(measure, wildcards=None):
    """The place of the network that a measure's job is about; without wildcards the pattern of these."""
    pattern = "sentiment/seed{seed}" if measure.of_lstm else PLACE
    return pattern.format(**wildcards) if wildcards else pattern


def measured(measure, place=None):
    """The file of a measure of a network."""
    return measure.file(config["run"], place or place_of(measure))


def sentences_for(measure):
    """The sentences as numbers, as an input of a measure that reads them."""
    return [sentiment_data()] if measure.reads_sentences else []


def table(name):
    """The file of a table of all the run's networks."""
    return f"{RESULTS}/tables/{name}.parquet"


IN_REPORT = {}  # a file's place in the report, of which Snakemake would not see that it was changed


def in_report(path, caption, category, **labels):
    """A file that stands in the report, with its caption from workflow/report/ and what its line in the list says."""
    if not Path(PROJECT, f"workflow/report/{caption}.rst").exists():
        raise WorkflowError(f"workflow/report/{caption}.rst is missing, the caption of {path}: write it")
    IN_REPORT[path] = [caption, category, labels]
    return report(path, caption=f"../report/{caption}.rst", category=category, labels=labels)


def order(stage, **settings):
    """A job's one parameter: the code that was planned and just the settings it uses, as one canonical text.

    Snakemake compares parameters as a set without names, and numbers by how they are written: one text is exact.
    """
    return canonical(orders.order(PLAN, stage, **settings, **({"prefix": PREFIX} if PREFIX else {})))


def training_order(places):
    """The parameter of a job that trains the networks at some places, all of one task."""
    kernel = config["tasks"][task_of(places)]["kernel"]
    return order(f"train {task_of(places)}", specs=list(map(spec, places)), kernel=kernel)


def measure_order(measure, places):
    """The parameter of a job that measures the networks at some places, all of one task."""
    return canonical(measuring.order(PLAN, measure, task_of(places), [digest(spec(place)) for place in places]))


def made_of(*names):
    """What the tables of these names have to say of their making."""
    return {name: record(json.loads(table_order(name))) for name in names}


@functools.cache
def table_order(name):
    """The parameter of the job that makes a table of all the run's networks."""
    if name == "theory":
        return order("theory", networks=LINEAR)
    if name == "summary":
        return order("summary", threshold=config["measure"]["threshold"], tables=made_of(*summary.TABLES))
    if name == "claims":
        return order("claims", run=config["run"], tasks=claimed_tasks(), tables=made_of(*CLAIMED))
    if name == "comparison":
        return order("comparison", run=config["run"], linear=linear_targets(), tables=made_of(*COMPARED))
    return order("gather", table=name, parts=[*parts_of(name).values()])


@functools.cache
def parts_of(table):
    """The files under one another in a table, each with what it has to say of its making."""
    return gathered.parts(PLAN, table, {place: spec(place) for place in plan.places(PLAN)})


def gathered_from(table):
    """The inputs of the job that gathers a table of all networks."""
    return {"parts": list(map(as_planned, parts_of(table))), "regather": local(start.regather(config["run"], table))}


def tables_of(figure):
    """The files of the tables that a figure is made of, by their names."""
    return {name: table(name) for name in figures.declared(figure).tables}


def figure_order(figure, variant=""):
    """The parameter of a figure, or of its variant: its own settings, and what to say of the tasks that it shows."""
    settings = {"figure": figure, "figures": drawing.of_figure(config, figure)}
    return order(f"{figure}{variant}", **settings, tables=made_of(*figures.declared(figure).tables))


def claimed_tasks():
    """What claims need to know of each task."""
    numbers = ("module", "n_neurons", "numbers")
    return {name: {key: task[key] for key in numbers} for name, task in config["tasks"].items()}


def archived_figure(name):
    """What it takes to draw a figure again from an archive: its module, settings, tables and files."""
    figure = getattr(rules, name)
    settings = drawing.of_figure(config, name)
    tables = {table: file.removeprefix(PREFIX) for table, file in figure.input.items()}
    files = [file.removeprefix(PREFIX) for file in figure.output]
    return {"module": name, "settings": settings, "tables": tables, "files": files}


def linear_targets():
    """The tasks of linear networks by their target, [target, task]."""
    tasks = {name: task for name, task in config["tasks"].items() if plan.config.is_linear(task)}
    return [[task["numbers"]["target"], name] for name, task in tasks.items()]
