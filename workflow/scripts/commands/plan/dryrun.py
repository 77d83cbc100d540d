"""Snakemake's own dry run, read through its interface for other programs: a logger plugin."""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE, STDOUT

from lowrank.core.errors import UserError
from lowrank.plan import start

PLUGIN = Path(__file__).parent / "plugin"
MARK = re.compile(r" \([a-z, ]+\)$")  # the suffix Snakemake adds to a file's name: (update)
MANY = "1024"  # cores: jobs are listed with the threads that they would take on any machine
MARKS = ("Error", "Exception", "error:")  # where Snakemake's error message begins


@dataclass(frozen=True)
class Job:
    """A job that would run."""

    rule: str
    reason: str  # in Snakemake's words
    input: list[str] = field(repr=False)
    output: list[str] = field(repr=False)
    wildcards: dict[str, str]
    gpu: int
    priority: int
    threads: int = 1  # at most; fewer where there are fewer cores


def planned(words: list[str]) -> tuple[dict, list[Job]]:
    """Return the plan and the jobs of a start with these arguments for Snakemake; empty if there is nothing to do.

    Raise UserError with Snakemake's message if it fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "jobs")
        listed.touch()
        command = [sys.executable, "-m", "snakemake", *words, "--cores", MANY, "--dry-run", "--logger", "forecast"]
        inherited = {name: value for name, value in os.environ.items() if name != "LOWRANK_PLAN"}
        path = os.pathsep.join(filter(None, [str(PLUGIN), os.environ.get("PYTHONPATH")]))
        environment = inherited | {"PYTHONPATH": path, "LOWRANK_FORECAST": str(listed)}
        done = subprocess.run(command, env=environment, stdout=PIPE, stderr=STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise UserError(_message(done.stdout))
        lines = listed.read_text(encoding="utf-8").splitlines()
    plan = start.read_plan(json.loads(lines[0])["plan"]) if lines else {}
    jobs = [json.loads(line) for line in lines[1:]]
    return plan, [_job(job) for job in jobs if job["rule_name"] != "all"]


def _job(line: dict) -> Job:
    files = {kind: [MARK.sub("", name) for name in line[kind]] for kind in ("input", "output")}
    rest = {name: line[name] for name in ("reason", "wildcards", "gpu", "priority", "threads")}
    return Job(line["rule_name"], **files, **rest)


def _message(text: str) -> str:
    """Return Snakemake's error message without tracebacks into its code or ours."""
    lines = [line for line in text.splitlines() if line.strip()]
    begins = [number for number, line in enumerate(lines) if any(mark in line for mark in MARKS)]
    if not begins or "Traceback" in text:
        return lines[-1]
    kept = [line for line in lines[begins[0] :] if not line.startswith('  File "')]
    return "\n".join(kept[1:] or kept)
