"""Estimate what a start of the workflow would cost: jobs by rule and reason, core and GPU hours, disk, waiting time.

This is a dry run: nothing is made. Unknown arguments are passed to Snakemake: targets, --config, --resources.
"""

import argparse
import os
import re
import sys
from pathlib import Path

from commands.doctor.paths import mapping
from commands.plan.benchmarks import measured
from commands.plan.dryrun import planned
from commands.plan.page import Machine, page
from commands.plan.seconds import Clock, shipped
from commands.plan.work import Plan
from lowrank.config.errors import nearest
from lowrank.core.errors import UserError

ROOT = Path(__file__).parents[2]
PRESETS = Path("workflow/presets")


def main() -> int:
    """Print the table; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], allow_abbrev=False)
    parser.add_argument("--preset", default="", help="a file of workflow/presets (default: the paper)")
    parser.add_argument("--profile", default="", help="slurm: the resources requested from a cluster")
    parser.add_argument("--cores", default="all", help="of this machine (default: all)")
    given, words = parser.parse_known_args()
    os.chdir(ROOT)
    try:
        machine = _machine(given.profile, given.cores, words)
        options = ["--configfile", preset(given.preset)] if given.preset else []
        options += ["--profile", given.profile] if given.profile else []
        plan, jobs = planned([*words, *options])
        text = page(jobs, Plan(plan), Clock(shipped(), measured()), machine) if jobs else "nothing to be done"
        print(text)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def preset(name: str) -> str:
    """Return the path of a preset; raise UserError if it does not exist."""
    path = PRESETS / f"{name}.yaml"
    if not path.is_file():
        names = sorted(each.stem for each in PRESETS.glob("*.yaml"))
        raise UserError(f"there is no preset {name!r}{nearest(name, names)}")
    return str(path)


def _machine(profile: str, cores: str, words: list[str]) -> Machine:
    """Return what would run the jobs: this machine, or as many slots of a cluster as its profile requests at a time."""
    if profile:
        path = Path(profile) / "config.yaml"
        if not path.is_file():
            raise UserError(f"there is no profile {profile!r}: {path} is missing; slurm is one")
        jobs = mapping(ROOT, str(path)).get("jobs")
        if isinstance(jobs, int):
            name = f"a cluster that runs {jobs} of them at a time, without its queue"
            return Machine(jobs, None, name, is_cluster=True)
    if not (cores == "all" or re.fullmatch(r"[1-9]\d*", cores)):
        raise UserError(f"--cores {cores}: must be a number of cores or all")
    count = os.cpu_count() if cores == "all" else int(cores)
    gpus = next((int(found[1]) for word in words if (found := re.fullmatch(r"gpu=(\d+)", word))), 1)
    return Machine(count, gpus, f"{count} cores of this machine")


if __name__ == "__main__":
    sys.exit(main())
