"""The workflow in a folder of its own, at a tiny size: started as a user starts it, and asked which jobs it runs."""

import atexit
import compileall
import json
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

import sentences
import warm

ROOT = Path(__file__).parents[1]
TIMEOUT = 900  # seconds, of a start, on a machine that does much else
SOURCES = ("Snakefile", "config.yaml", "profiles", "slurm", "envs", "workflow", "CITATION.cff", "docs/differences.md")
TINY = {
    "run": "tiny",
    "seeds": [0, 1],
    "training": {"n_neurons": 12, "batch": 4},
    "tasks": {
        "flipflop": {"g": [0.0, 0.9], "epochs": 21},
        "mante": {"g": [0.9], "epochs": 21},
        "romo": {"g": [0.9], "epochs": 21},
        "linear_z0.5": {"g": [0.0, 0.6], "epochs": 21, "n_neurons": 12},
        "linear_z1.0": None,
        "linear_z2.0": None,
    },
    "measure": {"ranks": [0, 1, 2], "trials": 8, "shown_trial": 0, "resamples": 2},
    "sentiment": {
        "treebank": "data/treebank",
        "vectors": "data/vectors.txt",
        "dimensions": sentences.DIMENSIONS,
        "n_neurons": 6,
        "batch": 8,
        "epochs": 3,
        "ranks": [0, 1, 6],
        "compressed_rank": 1,
    },
    "figures": {"figS_spectra": {"tasks": []}, "figS_singular_values": {"tasks": []}},  # drawn by tests of their own
}

FIGURES = ("fig1", "fig2", "fig3", "fig4", "fig5", "figS_lstm")  # of this run

# Snakemake's own interface for machines: a logger that it finds by this package's name. It writes a line of JSON for
# every job that is planned or started, and the number of jobs as Snakemake counts them.
LOGGER_FILE = "snakemake_logger_plugin_jobs/__init__.py"
LOGGER = """
import json
import os

from snakemake_interface_logger_plugins.base import LogHandlerBase


class LogHandler(LogHandlerBase):
    writes_to_stream = writes_to_file = needs_rulegraph = False
    has_filter = has_formatter = True

    def emit(self, record):
        event = getattr(record, "event", None)
        if event == "job_info":
            line = {"rule": record.rule_name, "wildcards": dict(record.wildcards)}
            line["resources"] = {name: str(value) for name, value in dict(record.resources).items()}
        elif event == "run_info":
            line = {"total": record.stats["total"]}
        else:
            return
        with open(os.environ["TESTS_JOBS"], "a") as file:
            print(json.dumps(line), file=file)
"""


class Jobs(NamedTuple):
    """The jobs of a start, but for `all`: `truncate romo/g0.9/seed0`, `gather spectrum`, `fig1`."""

    names: set[str]
    networks: set[str]  # those to train, {task}/g{g}/seed{seed}-{spec}
    resources: dict[str, dict[str, str]]  # of each job
    output: str  # all that Snakemake printed


def copy_sources(folder: Path) -> None:
    """The project as it is checked out, without results; with the tiny config as `tiny.yaml`, and its sentences."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    copy(_sources(), folder)


@cache
def _sources() -> Path:
    """What `copy_sources` copies. With its bytecode, which names the hash of the source, so that any edit is seen."""
    folder = Path(tempfile.mkdtemp(prefix="sources"))
    atexit.register(shutil.rmtree, folder)
    for name in SOURCES:
        source, copy = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            copy.parent.mkdir(exist_ok=True)
            shutil.copy2(source, copy)
    compileall.compile_dir(folder, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    (folder / "tiny.yaml").write_text(yaml.safe_dump(TINY))
    sentences.treebank(folder / "data/treebank")
    sentences.vectors(folder / "data/vectors.txt")
    return folder


def copy(project: Path, folder: Path) -> Path:
    """A project with its results and Snakemake's records, time stamps kept; by `cp`, in a third of shutil's time."""
    assert not folder.exists()
    subprocess.run(["cp", "-a", project, folder], check=True)
    return folder


def configure(folder: Path, **changes) -> None:
    """Edit the tiny config: mappings are merged, all else is replaced."""
    path = folder / "tiny.yaml"
    path.write_text(yaml.safe_dump(merged(yaml.safe_load(path.read_text()), changes)))


def merged(old: dict, new: dict) -> dict:
    """`new` over `old`, as Snakemake merges configs."""
    both = {key: merged(old[key], new[key]) for key in new if isinstance(new[key], dict) and old.get(key)}
    return old | new | both


def replace(path: Path, old: str, new: str) -> None:
    """Edit a file at the one place where it says `old`."""
    text = path.read_text()
    assert text.count(old) == 1, f"{path} says {old!r} {text.count(old)} times"
    path.write_text(text.replace(old, new))


def library(folder: Path) -> Path:
    return folder / "workflow/scripts/lowrank"


def run(folder: Path, *args: str, **environment: str) -> Jobs:
    """Start the workflow for real, and be content only with success; the jobs that were run."""
    return _finished(folder, ("--cores", "2"), args, environment)


def planned(folder: Path, *args: str, **environment: str) -> Jobs:
    """What a start would run: the jobs of a dry run."""
    return _finished(folder, ("--dry-run",), args, environment)


def refused(folder: Path, *args: str, **environment: str) -> str:
    """What a start that has to fail prints: sentences, not a traceback."""
    process = start(folder, *args, "--cores", "2", **environment)
    assert process.returncode != 0, process.stdout
    assert "Traceback" not in process.stdout, process.stdout
    return process.stdout


def start(folder: Path, *args: str, configfile: str = "tiny.yaml", **options) -> subprocess.CompletedProcess:
    """Snakemake with the tiny config, or another one; options are those of `start_as_is`."""
    # targets come first: many options take all the words that follow
    return start_as_is(folder, *args, "--configfile", configfile, **options)


def start_as_is(folder: Path, *args: str, afresh: bool = False, **environment: str) -> subprocess.CompletedProcess:
    """Snakemake with these words alone, its two streams as one; `afresh` in processes of their own, it and its jobs."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LOWRANK_", "SNAKEMAKE_"))}
    environment = inherited | environment
    if not afresh and warm.takes(environment):
        return subprocess.CompletedProcess(args, *warm.snakemake(folder, args, environment, TIMEOUT))
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *args],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


def program(script: Path, *words: str) -> subprocess.CompletedProcess:
    """A short command's program, as `make` starts it: its path and words are all that it is told."""
    command = [warm.jobs().python(), str(script), *words]
    return subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=TIMEOUT, check=False)


def plan_of(folder: Path) -> str:
    """The name of the plan that a start would give to its jobs."""
    config = merged(
        yaml.safe_load((folder / "config.yaml").read_text()), yaml.safe_load((folder / "tiny.yaml").read_text())
    )
    code = "import json; from lowrank.plan import plan, start; print(start.write_plan(plan.make(json.loads(input()))))"
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": "workflow/scripts"},
        input=json.dumps(config),
        capture_output=True,
        text=True,
        check=True,
    )
    return process.stdout.strip()


def run_job(folder: Path, job: str, plan: str) -> subprocess.CompletedProcess:
    """One planned job, `rule:wildcard=value,...`, as a cluster starts it: the config is read again."""
    rule = job.partition(":")[0]
    options = ("--mode", "remote", "--target-jobs", job, "--allowed-rules", rule, "--cores", "1")
    return start(folder, *options, "--force", "--nolock", "--no-hooks", LOWRANK_PLAN=plan)


def _finished(folder: Path, options: tuple[str, ...], args: tuple[str, ...], environment: dict) -> Jobs:
    with tempfile.TemporaryDirectory() as logger:
        Path(logger, LOGGER_FILE).parent.mkdir()
        Path(logger, LOGGER_FILE).write_text(LOGGER)
        listed = Path(logger, "jobs")
        listed.touch()
        environment = {"PYTHONPATH": logger, "TESTS_JOBS": str(listed)} | environment
        process = start(folder, *args, "--logger", "jobs", *options, **environment)
        assert process.returncode == 0, process.stdout
        return _jobs([json.loads(line) for line in listed.read_text().splitlines()], process.stdout)


def _jobs(lines: list[dict], output: str) -> Jobs:
    """The jobs from the logger's lines: all of them, as many as Snakemake counts."""
    jobs = [line for line in lines if "rule" in line]
    counts = {line["total"] for line in lines if "total" in line}
    assert counts == ({len(jobs)} if jobs else set()), output
    assert bool(jobs) != ("Nothing to be done" in output), output
    jobs = [job for job in jobs if job["rule"] != "all"]
    resources = {_name(job["rule"], job["wildcards"]): job["resources"] for job in jobs}
    assert len(resources) == len(jobs), jobs
    trained = {f"{_key(job['wildcards'])}-{job['wildcards']['spec']}" for job in jobs if job["rule"] == "train"}
    return Jobs(set(resources), trained, resources, output)


def _name(rule: str, wildcards: dict) -> str:
    """What a job is called here: by its network, or by the table that it gathers."""
    if "g" in wildcards:
        return f"{rule} {_key(wildcards)}"
    what = (
        f"seed{wildcards['seed']}"
        if "seed" in wildcards
        else next(filter(None, map(wildcards.get, ("table", "measure", "number", "page"))), "")
    )
    return f"{rule} {what}".strip()


def _key(wildcards: dict) -> str:
    return "{task}/g{g}/seed{seed}".format(**wildcards)


def network(folder: Path, key: str) -> Path:
    """The file of the only network with this key."""
    (found,) = (folder / "results/networks").glob(f"{key}-*.safetensors")
    return found


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """All files below a folder, with their time stamps and contents."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}
