"""Shared by the rules: the files of networks, measures and tables, as inputs."""

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
    """Return a file as an input; an existing file that matches the plan is reused, whichever job could remake it."""
    return file if file in MISSING else before_update(file)


def unusable(*files):
    """Return the input that triggers remaking of files whose existing versions are unusable."""
    return local(start.UNUSABLE) if UNUSABLE & {*files} else []  # local: `prefix:` does not apply


@functools.cache
def spec(key):
    """Return the spec of the network with this key: everything that it depends on."""
    return plan.spec(PLAN, key)


@functools.cache
def network(key):
    """Return the file of the network with this key, as an input."""
    return as_planned(networks.file(spec(key)))


@functools.cache
def history(key):
    """Return the history of the network with this key, as an input."""
    return as_planned(networks.history(spec(key)))


def task_of(keys):
    """Return the task of the networks with these keys, which all belong to one task."""
    return keys[0].partition("/")[0]


def tasks_of(rule):
    """Return a wildcard constraint: the tasks whose networks each have a job of their own by this rule."""
    trains = rule in plan.TRAINING
    names = [task for task in config["tasks"] if not trains or plan.training_rule(config, task) == rule]
    return "|".join(map(re.escape, names if config["stack"] == 1 else ())) or "(?!)"


def stacks_of(*rules):
    """List the stacks that replace these rules, as (rule name of the stack, stack)."""
    return [(name, stack) for name, stack in STACKS.items() if stack["rule"] in rules]


def sentiment_data():
    """Return the prepared sentences, as an input."""
    return as_planned(prepared.file(PLAN["data"])) if LSTMS else []


def key_of(measure, wildcards=None):
    """Return the key of the network that a measure's job is about; without wildcards, its pattern."""
    pattern = "sentiment/seed{seed}" if measure.of_lstm else KEY
    return pattern.format(**wildcards) if wildcards else pattern


def measured(measure, key=None):
    """Return the file of a measure of a network."""
    return measure.file(config["run"], key or key_of(measure))


def sentences_for(measure):
    """Return the prepared sentences as an input if the measure reads them."""
    return [sentiment_data()] if measure.reads_sentences else []


def table(name):
    """Return the file of a table of all the run's networks."""
    return f"{RESULTS}/tables/{name}.parquet"


IN_REPORT = {}  # each file's entry in the report; Snakemake would not notice a change to it


def in_report(path, caption, category, **labels):
    """Mark a file for the report, with its caption from workflow/report/ and the labels of its entry."""
    if not Path(PROJECT, f"workflow/report/{caption}.rst").exists():
        raise WorkflowError(f"workflow/report/{caption}.rst is missing, the caption of {path}: write it")
    IN_REPORT[path] = [caption, category, labels]
    return report(path, caption=f"../report/{caption}.rst", category=category, labels=labels)
