"""Estimate the bytes that a job will write: for networks from their arrays, otherwise from typical file sizes."""

from pathlib import Path

from lowrank import measures, tasks
from lowrank.training.kernels import compiled_for

from .dryrun import Job
from .work import Plan

HEADER = 1_500  # in a network's file: its spec and versions
FACTORS = 20  # float64 singular vectors that the kernel for linear networks stores on each side; 5 to 20 were observed
PER_EPOCH = {"identity": 100, "tanh": 30, "": 170}  # in a history: a linear network has seven more columns
TABLES = {"summary": 30_000, "theory": 250_000}
DOWNLOADS = 130_000_000  # sentences and vectors from the packages; 350 MB if from Stanford
FIGURE, OTHER = 100_000, 10_000


def written(job: Job, plan: Plan) -> int:
    """Estimate the bytes of a job's outputs."""
    found = 0
    for name in job.output:
        spec = plan.specs.get(name)
        found += network(spec) + _history(spec) if spec else 0
    return found if any(name in plan.specs for name in job.output) else _other(job, plan)


def _history(spec: dict) -> int:
    """Estimate the bytes of a network's history; that of an imported network has a single row."""
    return PER_EPOCH[spec.get("nonlinearity", "")] * spec.get("epochs", 1)


def network(spec: dict) -> int:
    """Estimate the bytes of a network's file: initial and trained weights in float32."""
    n = spec["n_neurons"]
    if spec["task"] == measures.LSTM:
        gates = 4 * n
        dimensions = spec["data"]["dimensions"]
        return HEADER + 8 * (gates * dimensions + 3 * gates * n + 4 * gates + n + 1)
    task = tasks.of(spec)
    factors = 2 * 8 * FACTORS * n if "imported" not in spec and compiled_for(spec) == "linear" else 0
    return HEADER + 8 * (n * n + n * (task.n_in + task.n_out)) + factors


def _other(job: Job, plan: Plan) -> int:
    if job.rule == "sentiment_data":
        return DOWNLOADS
    if job.output and Path(job.output[0]).parent.name == "figures":
        return FIGURE * len(job.output)
    if job.rule == "gather":  # concatenated
        return sum(_part(name, plan) for name in job.input)
    if job.output and job.output[0] in plan.sizes:
        return sum(plan.sizes[name] for name in job.output)
    return TABLES.get(Path(job.output[0]).stem, OTHER) if job.output else OTHER


def _part(name: str, plan: Plan) -> int:
    """Estimate the bytes of a file to be gathered."""
    spec = plan.specs.get(name.replace(".parquet", ".safetensors"))
    return _history(spec) if spec else plan.sizes.get(name, OTHER)
