"""What the rules share: the files of networks, measures and tables, as inputs."""

import functools
import re
from pathlib import Path

from snakemake.exceptions import WorkflowError

from lowrank.jobs import prepared
from lowrank.plan import plan, start
from lowrank.store import networks

STACKS = {name: stack for name, stack in PLAN["stacks"].items() if is_run_here(name)}
set_for_stacks(STACKS)


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
