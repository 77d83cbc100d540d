"""A trained network: the spec in its file, its random streams, the code and machine that made it, its seconds."""

import json
from collections import Counter
from pathlib import Path

from commands.compute.benchmark import numbers as of_benchmark
from lowrank import measures
from lowrank.core.errors import UserError
from lowrank.core.spec import digest, network_key
from lowrank.plan.orders import trained_by
from lowrank.store.networks import FOLDER

from . import records
from .code import commit, compared
from .page import MOST, Page, numbers
from .runs import RESULTS, about, name_of

RECURRENT = {  # purpose of a stream: what it draws, and the counter in its name
    "initialization": ("W0, M0, v0", "0"),
    "training trials": ("fresh trials, a block of epochs at a time", "block"),
    "test trials": ("trials on which truncated and shuffled networks are evaluated, shared by all g", "0"),
    "shuffling": ("permutations of W0", "repetition"),
}
SINGLE = RECURRENT | {
    "training trials": ("the only trial", "0"),
    "sketch": ("directions for the decomposition of dW", "0"),
}
IMPORTED = {purpose: RECURRENT[purpose] for purpose in ("test trials", "shuffling")}
OF_LSTM = {
    "initialization": ("all weights", "0"),
    "batches": ("the order of the sentences", "epoch"),
    "dropout": ("what is dropped, from a child of this stream for each half of a batch", "update"),
}
ROOTS_OF_LSTM = ["lowrank.sentiment.training"]


def streams(spec: dict, kernel: str | None) -> dict[str, tuple[str, list]]:
    """Return the streams of a network by purpose: what is drawn, and the name whose hash is the seed."""
    found = {}
    for purpose, (drawn, number) in _kind(spec, kernel).items():
        g = None if purpose == "test trials" or "g" not in spec else float(spec["g"])
        name = [spec["run_seed"], spec["task"], g, spec["seed"], purpose, int(number) if number.isdigit() else number]
        found[purpose] = (drawn, name)
    return found


def _kind(spec: dict, kernel: str | None) -> dict[str, tuple[str, str]]:
    if spec["task"] == measures.LSTM:
        return OF_LSTM
    if "imported" in spec:
        return IMPORTED
    return SINGLE if kernel == "linear" else RECURRENT


def _json(name: list) -> str:
    """Return the text that is hashed, with a word in place of a counter."""
    return json.dumps(name[:-1])[:-1] + f", {name[-1]}]"


def roots(spec: dict) -> list[str]:
    """List the modules that trained the network, as in the plan."""
    if spec["task"] == measures.LSTM:
        return ROOTS_OF_LSTM
    return trained_by(spec)


def describe(page: Page, file: str) -> None:
    """Describe one network."""
    known = about(file)
    spec = known["spec"]
    page.add("NETWORK", f"{file} ({Path(file).stat().st_size:,} bytes), its history beside it as .parquet")
    page.add("  name", named(file, spec))
    own = spec.get("numbers", {})
    nested = ("numbers", "code", "data", "imported")
    page.add("  spec", numbers({key: value for key, value in spec.items() if key not in nested}))
    if own:
        page.add("", f"the task's own: {numbers(own)}")
    if "imported" in spec:
        _imported(page, known)
    for kind in ("treebank", "vectors") if "data" in known else ():
        page.add("  data", f"{kind}: {known['data'][kind]['name']}, SHA-256 {known['data'][kind]['sha256'][:12]}…")
    page.add("  streams", "PCG64 seeded with the SHA-256 of the JSON of:")
    for drawn, name in streams(spec, known.get("kernel")).values():
        page.add("", f"{_json(name):<50} {drawn}")
    page.add("  code", compared(spec["code"], roots(spec)))
    page.add("  commit", f"{commit() or 'no git here'} (of this checkout; a network's file names its code, no commit)")
    by = f", kernel {known['kernel']}" if "kernel" in known else ""
    versions = ", ".join(f"{name} {version}" for name, version in known["versions"].items())
    page.add("  made with", f"{versions}; device {known['device']} ({known['machine']}){by}")
    page.add("  seconds", seconds(file, spec))


def _imported(page: Page, known: dict) -> None:
    """Describe the files that an imported network was read from, and how."""
    how = known["spec"]["imported"]
    for what, file, total in zip(("trained", "untrained"), known["files"], how["sha256"], strict=False):
        page.add("  imported" if what == "trained" else "", f"{what}: {file}, SHA-256 {total}")
    names = {role: name for role, name in how["names"].items() if name}
    page.add("", f"arrays {numbers(names)}; orientation {how['orientation']}; scale {numbers(how['scale'])}")
    if how["ignored"]:
        page.add("", f"ignored: {', '.join(how['ignored'])}")
    page.add("", f"standard deviation of W0 times sqrt(N): {known['g_of_W0']:.4g}; what trained it is not known")


def named(file: str, spec: dict) -> str:
    """State that the hash of the spec in the file matches its name; raise UserError otherwise."""
    if digest(spec) != name_of(file):
        raise UserError(f"{file} holds the network {digest(spec)}, not {name_of(file)}: delete it and start again")
    return f"{digest(spec)}, the hash of the spec in the file; it matches the file's name"


def benchmark(file: str, spec: dict) -> tuple[Path, float] | None:
    """Return the benchmark file of a network's training, from any run, and its seconds on the clock."""
    rule = "train_sentiment" if spec["task"] == measures.LSTM else "train"
    where = f"*/benchmarks/{rule}/{Path(file).relative_to(FOLDER).with_suffix('.tsv')}"
    if spec["task"] == measures.LSTM:
        where = where.replace(f"/{measures.LSTM}/", "/")
    found = ((path, of_benchmark(path)["s"]) for path in sorted(RESULTS.glob(where)))
    return next(((path, seconds) for path, seconds in found if seconds is not None), None)


def recorded(file: str) -> tuple[float, str, int] | None:
    """Return the seconds and rule of the job that trained a network, and how many it trained, by Snakemake's record."""
    job = records.record(file)
    together = len(records.order(file).get("specs", [])) or 1
    return (job["endtime"] - job["starttime"], job["rule"], together) if job.get("endtime") else None


def seconds(file: str, spec: dict) -> str:
    """Return how long the training took, and the source."""
    if found := benchmark(file, spec):
        return f"{found[1]:.1f} by {found[0]} (of the job's last start, if it was interrupted and resumed)"
    if found := recorded(file):
        time, rule, together = found
        stack = f", {together} networks in one job" if together > 1 else ""
        return f"{time:.1f} by Snakemake's record of rule {rule}{stack}"
    return "unknown: no run here has a benchmark of it"


def summed(files: list[str]) -> str:
    """Return the total seconds of many networks, those that one job trained with equal shares of it."""
    total, sources = 0.0, Counter()
    for file in files:
        if found := benchmark(file, about(file)["spec"]):
            total, source = total + found[1], str(Path(*found[0].parts[:4]))
        elif found := recorded(file):
            time, _, together = found
            total, source = total + time / together, "Snakemake's records"
        else:
            source = None
        sources[source] += 1
    lacking = sources.pop(None, 0)
    known = f"{total:.0f} in all, by {', '.join(sorted(sources))}" if sources else "no benchmarks"
    return known + (f"; {lacking} have no benchmark" if lacking else "")


def of(file: str) -> str:
    """Return the network's key, {task}/g{g}/seed{seed}."""
    return network_key(about(file)["spec"])


def describe_all(page: Page, files: list[str], run: str) -> None:
    """List many networks by key, and describe the first in full."""
    by_task: dict[str, list[str]] = {}
    for file in files:
        task, _, rest = of(file).partition("/")
        by_task.setdefault(task, []).append(rest)
    page.add("NETWORKS", f"{len(files)}; training took seconds: {summed(files)}")
    for task, keys in by_task.items():
        listed = keys if len(keys) <= MOST else [*keys[: MOST - 2], "…", keys[-1]]
        page.add("", f"{len(keys):>4} {task}: {', '.join(listed)}")
    if len(files) > 1:
        of_run = "" if run == "paper" else f" RUN={run}"
        page.add("", f"the first in full; for another: make explain WHAT={of(files[-1])}{of_run}")
    for file in files[:1]:
        describe(page, file)
