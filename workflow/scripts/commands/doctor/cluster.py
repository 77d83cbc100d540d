"""Check what the workflow needs of a SLURM cluster: the plugin, a profile that SLURM accepts, a job that answers."""

import re
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from lowrank.core.errors import UserError

from . import sample_job, suggestion
from .findings import found
from .paths import mapping
from .slurm import error_message, slurm
from .submission import PROFILE, TRAIN, advice, options, requests

PLUGIN = "snakemake-executor-plugin-slurm"
REMEMBERED = 200  # seconds; the plugin polls squeue at most 180 s apart and waits forever for a job it never sees again


def findings(root: Path, wait: float) -> Iterator[str | UserError]:
    """Yield the findings about the cluster; a raised UserError ends them, since later checks depend on earlier ones.

    A job may take `wait` seconds to answer.
    """
    if not shutil.which("sbatch"):
        yield "no SLURM here: only local runs"
        return
    yield found(plugin)
    requested = requests(root)
    yield f"{PROFILE} can be read: {', '.join(requested)}"
    partitions = known_partitions()
    yield f"SLURM answers; its partitions: {', '.join(partitions)}"
    yield found(remembered, root)
    yield found(held_jobs, root)
    for section, request in requested.items():
        check_partition(section, request, partitions)
        yield accepted(section, request)
    yield from sample_job.findings(root, requested[TRAIN], wait)


def profile(root: Path) -> str:
    """Return what to fill into the profile, as a text to print; empty without a SLURM that answers."""
    if not shutil.which("sbatch") or isinstance(found(known_partitions), UserError):
        return ""
    text = found(suggestion.text, root)
    return "" if isinstance(text, UserError) else text


def plugin() -> str:
    """Check that Snakemake's plugin for submitting jobs is installed."""
    try:
        return f"{PLUGIN} {version(PLUGIN)}"
    except ImportError as error:
        raise UserError(f"{PLUGIN} is not installed: rm -f .venv/ready, then make .venv/ready") from error


def known_partitions() -> list[str]:
    """List the cluster's partitions as sinfo writes them, the default marked with a star."""
    process = slurm("sinfo", "-h", "-o", "%P")
    if process.returncode:
        raise UserError(f"SLURM does not respond ({error_message(process)}): try again when its controller is up")
    return process.stdout.split()


def remembered(root: Path) -> str:
    """Check that SLURM remembers finished jobs until the plugin has seen that they ended."""
    if mapping(root, PROFILE).get("slurm-status-command") != "squeue":
        return "squeue is not used to query finished jobs"
    given = re.search(r"MinJobAge\s*=\s*(\d+)", slurm("scontrol", "show", "config").stdout)
    if given and int(given[1]) < REMEMBERED:
        about = (
            f"squeue forgets finished jobs after {given[1]} s (MinJobAge), and Snakemake would wait for them forever"
        )
        raise UserError(f"{about}: where SLURM keeps accounts, set slurm-status-command: sacct in {PROFILE}")
    return "squeue knows finished jobs for long enough"


def held_jobs(root: Path) -> str:
    """Check that no job submitted from this folder is held; the plugin takes a held job for a pending one."""
    listed = slurm("squeue", "-h", "--me", "-t", "PENDING", "-o", "%A|%Z|%r").stdout.splitlines()
    jobs = [line.split("|", 2) for line in listed if line.count("|") >= 2]
    held = {job: reason for job, folder, reason in jobs if Path(folder) == root.resolve() and "held" in reason.lower()}
    if held:
        names = ", ".join(f"{job} ({reason})" for job, reason in held.items())
        raise UserError(
            f"SLURM is holding jobs, so Snakemake would wait forever: {names}: scontrol release {','.join(held)}"
        )
    return "SLURM is holding no job of this folder"


def check_partition(section: str, request: dict, partitions: list[str]) -> None:
    """Raise UserError if a request names an unknown partition, or none although the cluster has no default."""
    there = f"one of {', '.join(partitions)}"
    names = str(request.get("slurm_partition") or "")
    if not names and not any(name.endswith("*") for name in partitions):
        raise UserError(
            f"the cluster has no default partition: give slurm_partition below {section} in {PROFILE}, {there}"
        )
    strange = [name for name in filter(None, names.split(",")) if name not in {p.rstrip("*") for p in partitions}]
    if strange:
        raise UserError(f"{PROFILE}, {section}: there is no partition {strange[0]}: slurm_partition must be {there}")


def accepted(section: str, request: dict) -> str:
    """Check that SLURM would accept a request of the profile, with the options that the plugin passes."""
    given = options(request)
    process = slurm("sbatch", "--test-only", *given, "--wrap", "true")
    if process.returncode:
        sentence = error_message(process)
        fix = (
            advice(sentence, section, request)
            or f"ask the cluster's administrators what is required, and set it in {PROFILE}"
        )
        raise UserError(f"SLURM rejected the resources of {section} ({sentence}): {fix}")
    return f"SLURM accepts the resources of {section}: {' '.join(given)}"
