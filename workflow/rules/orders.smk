"""The single parameter of each job: the planned code and exactly the settings it uses, as canonical JSON.

Snakemake compares parameters as a set without names, and numbers by their spelling: a single text is exact.
"""

import functools
import json

from lowrank import figures
from lowrank.config import drawing, imported
from lowrank.core.spec import canonical, digest, record
from lowrank.jobs import summary
from lowrank.plan import gathered, measuring, orders, plan, start


def order(stage, **settings):
    """Return the parameter of a job of this stage."""
    return canonical(orders.order(PLAN, stage, **settings, **({"prefix": PREFIX} if PREFIX else {})))


def training_order(keys):
    """Return the parameter of a job that trains or imports the networks with these keys, all of one task."""
    task, specs = config["tasks"][task_of(keys)], list(map(spec, keys))
    if "imported" in task:
        how = {"sources": [imported.files(task, each["g"], each["seed"]) for each in specs]}
    else:
        how = {"kernel": task["kernel"]}
    return order(f"train {task_of(keys)}", specs=specs, **how)


def measure_order(measure, keys):
    """Return the parameter of a job that measures the networks with these keys, all of one task."""
    return canonical(measuring.order(PLAN, measure, task_of(keys), [digest(spec(key)) for key in keys]))


def made_of(*names):
    """Map tables to the records of how they should be made."""
    return {name: record(json.loads(table_order(name))) for name in names}


@functools.cache
def table_order(name):
    """Return the parameter of the job that makes a table of all the run's networks."""
    if name == "theory":
        return order("theory", networks=LINEAR)
    if name == "summary":
        return order("summary", threshold=config["measure"]["threshold"], tables=made_of(*summary.TABLES))
    if name == "claims":
        resamples = config["measure"]["resamples"]
        judged = {"tasks": claimed_tasks(), "tables": made_of(*CLAIMED), "resamples": resamples}
        return order("claims", run=config["run"], **judged)
    if name == "comparison":
        named = {"linear": linear_targets(), "sizes": drawing.sizes(config)}
        return order("comparison", run=config["run"], **named, tables=made_of(*COMPARED))
    return order("gather", table=name, files=[*files_of(name).values()])


@functools.cache
def files_of(table):
    """Map each file concatenated in a table to the record of how it should be made."""
    return gathered.files(PLAN, table, {key: spec(key) for key in plan.keys(PLAN)})


def gathered_from(table):
    """Return the inputs of the job that gathers a table of all networks."""
    return {"files": list(map(as_planned, files_of(table))), "regather": local(start.regather(config["run"], table))}


def tables_of(figure):
    """Map the names of a figure's tables to their files."""
    return {name: table(name) for name in figures.declared(figure).tables}


def figure_order(figure, variant=""):
    """Return the parameter of a figure or its variant: its own settings, and those of the tasks it shows."""
    settings = {"figure": figure, "figures": drawing.of_figure(config, figure)}
    return order(f"{figure}{variant}", **settings, tables=made_of(*figures.declared(figure).tables))


def claimed_tasks():
    """Return what claims need to know about each task; they judge imported networks by name alone, as in the paper."""
    numbers, names = ("module", "n_neurons", "numbers"), drawing.OF_THE_PAPER
    judged = {name: task for name, task in config["tasks"].items() if "imported" not in task or name in names}
    return {name: {key: task[key] for key in numbers} for name, task in judged.items()}


def archived_figure(name):
    """Return what is needed to redraw a figure from an archive: its module, settings, tables and files."""
    figure = getattr(rules, name)
    settings = drawing.of_figure(config, name)
    tables = {table: file.removeprefix(PREFIX) for table, file in figure.input.items()}
    files = [file.removeprefix(PREFIX) for file in figure.output]
    return {"module": name, "settings": settings, "tables": tables, "files": files}


def linear_targets():
    """List the tasks of linear networks by target, as [target, task]; of several with one target the first."""
    tasks = {name: task for name, task in config["tasks"].items() if plan.config.is_linear(task)}
    return [[task["numbers"]["target"], name] for name, task in reversed(tasks.items())]
