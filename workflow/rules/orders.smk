"""The one parameter of each job: the code that was planned and just the settings it uses, as one canonical text.

Snakemake compares parameters as a set without names, and numbers by how they are written: one text is exact.
"""

import functools
import json

from lowrank import figures
from lowrank.config import drawing
from lowrank.core.spec import canonical, digest, record
from lowrank.jobs import summary
from lowrank.plan import gathered, measuring, orders, plan, start


def order(stage, **settings):
    """The parameter of a job of a stage."""
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
    shown = {"figure": figure, "figures": drawing.of_figure(config, figure)}
    return order(f"{figure}{variant}", **shown, tables=made_of(*figures.declared(figure).tables))


def claimed_tasks():
    """What claims need to know of each task."""
    numbers = ("module", "n_neurons", "numbers")
    return {name: {key: task[key] for key in numbers} for name, task in config["tasks"].items()}


def archived_figure(name):
    """What it takes to draw a figure again from an archive: its module, settings, tables and files."""
    figure = getattr(rules, name)
    shown = drawing.of_figure(config, name)
    tables = {table: file.removeprefix(PREFIX) for table, file in figure.input.items()}
    files = [file.removeprefix(PREFIX) for file in figure.output]
    return {"module": name, "settings": shown, "tables": tables, "files": files}


def linear_targets():
    """The tasks of linear networks by their target, [target, task]."""
    tasks = {name: task for name, task in config["tasks"].items() if plan.config.is_linear(task)}
    return [[task["numbers"]["target"], name] for name, task in tasks.items()]
