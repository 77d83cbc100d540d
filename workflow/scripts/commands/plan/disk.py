"""Bytes that a job will write: of networks by their arrays, of all else by what such files were found to have."""

from pathlib import Path

from lowrank import tasks
from lowrank.training.kernels import compiled_for

from .dryrun import Job
from .work import Plan

HEADER = 1_500  # of a network's file: its spec and versions
FACTORS = 20  # singular vectors in float64 that the kernel of linear networks keeps, on either side; 5 to 20 were found
PER_EPOCH = {"identity": 100, "tanh": 30, "": 170}  # of a history: a linear network's has seven columns more
TABLES = {"summary": 30_000, "theory": 250_000}
DOWNLOADS = 130_000_000  # sentences and vectors, by the packages; 350 MB if from Stanford
FIGURE, OTHER = 100_000, 10_000


def written(job: Job, plan: Plan) -> int:
    """The bytes of a job's outputs."""
    found = 0
    for name in job.output:
        spec = plan.specs.get(name)
        found += (network(spec) + PER_EPOCH[spec.get("nonlinearity", "")] * spec["epochs"]) if spec else 0
    return found if any(name in plan.specs for name in job.output) else _other(job, plan)


def network(spec: dict) -> int:
    """Initial and trained weights in float32."""
    n = spec["n_neurons"]
    if spec["task"] == "sentiment":
        gates = 4 * n
        dimensions = spec["data"]["dimensions"]
        return HEADER + 8 * (gates * dimensions + 3 * gates * n + 4 * gates + n + 1)
    task = tasks.of(spec)
    factors = 2 * 8 * FACTORS * n if compiled_for(spec) == "linear" else 0
    return HEADER + 8 * (n * n + n * (task.n_in + task.n_out)) + factors


def _other(job: Job, plan: Plan) -> int:
    if job.rule == "sentiment_data":
        return DOWNLOADS
    if job.output and Path(job.output[0]).parent.name == "figures":
        return FIGURE * len(job.output)
    if job.rule == "gather":  # one under another
        return sum(_part(name, plan) for name in job.input)
    if job.output and job.output[0] in plan.sizes:
        return sum(plan.sizes[name] for name in job.output)
    return TABLES.get(Path(job.output[0]).stem, OTHER) if job.output else OTHER


def _part(name: str, plan: Plan) -> int:
    """The bytes of a file that is gathered."""
    spec = plan.specs.get(name.replace(".parquet", ".safetensors"))
    return PER_EPOCH[spec.get("nonlinearity", "")] * spec["epochs"] if spec else plan.sizes.get(name, OTHER)
