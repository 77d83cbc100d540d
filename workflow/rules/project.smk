"""Locate the project's own files and the results, also when another workflow or folder uses this Snakefile."""

import os
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

PROJECT = Path(str(workflow.current_basedir)).parents[1].resolve()
# False if another workflow imports this one.
IS_MAIN = Path(workflow.basedir).resolve() in (PROJECT, PROJECT / "workflow")

if set("{}") & set(f"{PROJECT}"):
    raise WorkflowError(
        f"Cannot run the workflow in the folder {PROJECT}: Snakemake takes braces in a path for wildcards. "
        "Rename the folder."
    )

sys.path.insert(0, f"{PROJECT}/workflow/scripts")
import lowrank

if Path(lowrank.__file__).resolve() != PROJECT / "workflow/scripts/lowrank/__init__.py":
    raise WorkflowError(
        f"Cannot import {PROJECT}/Snakefile: the package 'lowrank' is already loaded from "
        f"{Path(lowrank.__file__).parent}. A workflow can import only one copy of this project."
    )

import surroundings
from lowrank.config import configfiles
from lowrank.core.errors import UserError

if surroundings.is_taken_apart(sys.executable) and not workflow.deployment_settings.deployment_method:
    raise WorkflowError(
        f"Cannot run jobs with {sys.executable}: Snakemake does not quote Python's path, and the shell takes it apart. "
        "Move the project, or whatever folder holds this Python, to a path without spaces and other special characters."
    )

if IS_MAIN and workflow.is_main_process:  # jobs do this themselves
    surroundings.leave_out(surroundings.covering_folders(os.environ))


def of_project(name):
    """Return the path of one of the project's own files, exempt from the `prefix:` of an importing workflow."""
    return local(os.path.relpath(PROJECT / name))


def rule_name(name):
    """Return a rule's name as used on the command line and in profiles, which an importing workflow may change."""
    return workflow.modifier.modify_rulename(name)


def prefix():
    """Return the `prefix:` under which an importing workflow puts results/ and resources/, with its slash, or ''."""
    paths = {name: f"{workflow.modifier.modify_path(name)}" for name in ("results/run", "resources/sentiment")}
    found = {path.removesuffix(name) for name, path in paths.items()}
    if len(found) != 1 or not all(path.endswith(name) for name, path in paths.items()):
        raise WorkflowError(
            f"Cannot import {PROJECT}/Snakefile with `replace_prefix:`, since results/ and resources/ must stay side "
            "by side: use `prefix:`."
        )
    return found.pop()


PREFIX = prefix()
# Two imports of the project, each with its own config, have separate plans, in variables named like their rules.
PLAN_VARIABLE = re.sub(r"\W", "_", f"LOWRANK_PLAN_{rule_name('')}".rstrip("_"), flags=re.ASCII)


# As usual in Snakemake, a config.yaml in the working directory takes precedence over the one next to the Snakefile.
CONFIG = "config.yaml" if IS_MAIN and Path("config.yaml").exists() else of_project("config.yaml")
if IS_MAIN and workflow.is_main_process:
    try:
        configfiles.check([*workflow.configfiles, CONFIG])
    except UserError as error:
        raise WorkflowError(str(error))


configfile: CONFIG
