"""Bytes that a job will write: of networks by their arrays, of all else by what such files were found to have."""

from lowrank import tasks
from lowrank.kernels import compiled_for

from .dryrun import Job
from .work import Plan

HEADER = 1_500  # of a network's file: its spec and versions
FACTORS = 20  # singular vectors in float64 that the kernel of linear networks keeps, on either side; 5 to 20 were found
PER_EPOCH = {"identity": 100, "tanh": 30, "": 170}  # of a history: a linear network's has seven columns more
PER_NEURON = {"spectrum": 90, "spectrum_sentiment": 130}
TABLES = {"truncation": 2_500, "shuffle": 2_000, "trials": 6_000, "summary": 30_000, "theory": 250_000}
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
    if job.rule in PER_NEURON:
        return PER_NEURON[job.rule] * plan.work(job.rule, job.wildcards, job.output).n_neurons
    if job.rule.startswith("fig"):
        return FIGURE * len(job.output)
    if job.rule in ("gather", "history"):  # one under another
        return sum(_part(name, plan) for name in job.input)
    return next((size for name, size in TABLES.items() if name in job.output[0]), OTHER)


def _part(name: str, plan: Plan) -> int:
    """The bytes of a file that is gathered."""
    for kind, size in TABLES.items():
        if f"/{kind}/" in name:
            return size
    if "/spectrum/" in name:
        task = name.partition("/spectrum/")[2].partition("/")[0]
        return PER_NEURON["spectrum"] * plan.settings["tasks"][task]["n_neurons"]
    spec = plan.specs.get(name.replace(".parquet", ".safetensors"))
    return PER_EPOCH[spec.get("nonlinearity", "")] * spec["epochs"] if spec else OTHER
