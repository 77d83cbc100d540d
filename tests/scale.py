"""How a start of the workflow, and a job on a cluster, grow with the number of networks of a run.

    PYTHONPATH=workflow/scripts:tests python tests/scale.py 300 3000 10000

The networks are those of the paper's config at more seeds, of two neurons each and without training: only their
number counts. For each size a line of a table in Markdown: CPU seconds and memory to plan all of it from nothing, with
a job for each network; which share of that is this project's own code; CPU seconds to plan it in stacks, and when
networks and measures are there; seconds until the script of a cluster's job runs; bytes of the plan, and of all that
Snakemake keeps.
"""

import argparse
import os
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml

import workflow
from lowrank import measures
from lowrank.config import entries
from lowrank.core import files
from lowrank.core.spec import digest
from lowrank.plan import measuring, plan, start
from lowrank.store import checkpoint, networks, schemas, tables

STACK = 50
HEAD = (
    "networks",
    "jobs",
    "planning from nothing",
    "ours",
    "memory",
    f"planning in stacks of {STACK}",
    "planning a complete run",
    "start of a job",
    "plan file",
    "`.snakemake`",
)


class Start(NamedTuple):
    """What a process took."""

    seconds: float  # of CPU
    memory: float  # MB


def settings(folder: Path, count: int) -> tuple[dict, int]:
    """The config of a run of about so many networks, written as `scale.yaml`; and how many they are."""
    raw = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    names = [name for name, entry in raw["tasks"].items() if not entry.get("left_out")]
    strengths = sum(len(entries.resolved(raw["tasks"], name)["g"]) for name in names)
    changes = {"run": "scale", "seeds": list(range(max(1, round(count / strengths)))), "sentiment": None}
    changes["measure"] = {"ranks": [0, 1], "trials": 8, "shown_trial": 0}
    changes["training"] = {"n_neurons": 2}
    changes["tasks"] = {name: {"n_neurons": 2, "epochs": 1} for name in names}
    (folder / "scale.yaml").write_text(yaml.safe_dump(changes), encoding="utf-8")
    return workflow.merged(raw, changes), strengths * len(changes["seeds"])


def planned(folder: Path, *words: str) -> Start:
    """A dry run, the targets' list left out."""
    return measured(folder, sys.executable, "-m", "snakemake", *options("--dry-run", *words))


def options(*words: str) -> list[str]:
    """Words for Snakemake, the config among them."""
    return [*words, "--quiet", "all", "--configfile", "scale.yaml"]


def measured(folder: Path, *command: str, **environment: str) -> Start:
    """What a command took, which has to succeed."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(output.decode()[-3000:])
    return Start(used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3)


def share_of_ours(folder: Path) -> float:
    """Which part of a dry run from nothing is spent in this project's code and what it calls."""
    measured(folder, sys.executable, "-m", "cProfile", "-o", "profile", "-m", "snakemake", *options("--dry-run"))
    stats = pstats.Stats(str(folder / "profile")).stats
    ours = {name for name in stats if "/lowrank/" in name[0] or name[0].endswith((".smk", "/Snakefile"))}
    ours = {name for name in ours if name[2] != "<module>"}  # which run what is Snakemake's, too
    calls = [(caller, seconds) for name in ours for caller, (*_, seconds) in stats[name][4].items()]
    return sum(seconds for caller, seconds in calls if caller not in ours) / sum(
        own for _, _, own, *_ in stats.values()
    )


def make_all(raw: dict) -> None:
    """Networks and measures as they would be found: whole, of the planned specs and settings, and nothing in them."""
    made = plan.make(raw)
    for key, spec in plan.specs_by_key(made).items():
        checkpoint.write(networks.file(spec), spec, {"W": np.zeros((2, 2), np.float32)})
        named, network = {"task": spec["task"], "g": spec["g"], "seed": spec["seed"]}, digest(spec)
        columns = dict.fromkeys(schemas.of("history").names, 0.0) | named | {"epoch": [0]}
        tables.write(networks.history(spec), "history", columns, made_of=network)
        checksum = networks.checksum(spec)
        for measure in measures.of(lstm=False):
            columns = {name: [""] if column.kind == "string" else [0] for name, column in measure.columns.items()}
            record = {"made_of": measuring.record(made, measure, spec["task"], network), "network": checksum}
            tables.write(measure.file("scale", key), measure.name, columns | named, **record)


def job_start(folder: Path, raw: dict) -> float:
    """Seconds until the script of a job runs, as a cluster starts it: until its log is there."""
    name = start.write_plan(plan.make(raw))
    (task, g) = next((task, entry["g"][0]) for task, entry in raw["tasks"].items())
    log = folder / f"results/scale/logs/spectrum/{task}/g{g}/seed0.log"
    job = f"spectrum:task={task},g={g},seed=0"
    words = ("--mode", "remote", "--target-jobs", job, "--allowed-rules", "spectrum", "--cores", "1", "--force")
    words = options(*words, "--nolock", "--no-hooks")
    command, environment = [sys.executable, "-m", "snakemake", *words], os.environ | {"LOWRANK_PLAN": name}
    begun = time.monotonic()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as job:
        while not log.exists() and job.poll() is None:
            time.sleep(0.01)
        seconds = time.monotonic() - begun
        output = job.stdout.read().decode()
    return seconds if log.exists() else sys.exit(output)


def size(path: Path) -> float:
    """The bytes in a folder or file."""
    return sum(each.stat().st_size for each in [path, *path.rglob("*")] if each.is_file())


def line(count: int) -> list[str]:
    """The cells of a run of about so many networks."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent, "project")
        workflow.copy_sources(folder)
        raw, number = settings(folder, count)
        os.chdir(folder)
        fresh, stacked = planned(folder), planned(folder, "--config", f"stack={STACK}")
        share = share_of_ours(folder)
        make_all(raw)
        there = planned(folder)
        begins = job_start(folder, raw)
        plans = max(path.stat().st_size for path in start.PLANS.glob("*.json"))
        kept = size(folder / ".snakemake")
        os.chdir("/")
    seconds = [f"{fresh.seconds:.1f} s", f"{share:.0%}", f"{fresh.memory:.0f} MB", f"{stacked.seconds:.1f} s"]
    seconds += [f"{there.seconds:.1f} s", f"{begins:.1f} s", f"{plans / 1e3:.0f} kB", f"{kept / 1e6:.1f} MB"]
    return [f"{number:,}", f"{5 * number:,}", *seconds]


def main(counts: list[int]) -> None:
    """Print the table."""
    files._sync = lambda path: None  # what is made here may be lost
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    print(f"| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}")
    for count in counts:
        print(f"| {' | '.join(line(count))} |", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("networks", type=int, nargs="+", help="about how many, for each line")
    main(parser.parse_args().networks)
