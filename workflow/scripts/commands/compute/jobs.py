"""The jobs behind a run: their time, memory and machine, from benchmark files and logs.

A network may have been trained by another run, so the files of all runs are searched. A job without files gets a row
without numbers, so that nothing is omitted silently.
"""

import functools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from lowrank import measures
from lowrank.store import checkpoint
from lowrank.store.networks import FOLDER

from .benchmark import core_seconds, numbers

RESULTS = Path(FOLDER).parent
MADE = re.compile(r"^(?:training|importing|measured) (?:\S*/)?(results/\S+)$", re.MULTILINE)  # as jobs log it
MACHINE = re.compile(r"^machine: (.+)$", re.MULTILINE)  # as in every job's log
RESUMED = re.compile(r"^resuming from", re.MULTILINE)
COLUMNS = ("rule", "key", "run", "hours", "gpu_hours", "memory", "device", "machine", "note")


class Files(NamedTuple):
    """The files of a job, and how many networks it trained or measured."""

    benchmark: Path
    log: Path
    networks: int


def rows(run: str, networks: Iterable[str]) -> list[dict]:
    """Return a row for each job that trained or measured one of the networks (paths); `hours` are core hours.

    {rule, key, run, hours, gpu_hours, memory, device, machine, note}: `run` is the run that the job belonged to,
    `memory` the peak in MiB; None if unknown.
    """
    found = []
    for network in networks:
        key = str(Path(network).relative_to(FOLDER)).rpartition("-")[0]
        of_lstm = key.startswith(f"{measures.LSTM}/")
        rule = "train_sentiment" if of_lstm else "train"
        found.append(_row(rule, key, _jobs(rule).get(network), _device(network)))
        for measure in measures.of(of_lstm):
            files = _jobs(measure.rule).get(measure.file(run, key))
            found.append(_row(measure.rule, key, files, "cpu"))
    return found


def _files(log: Path, networks: int = 1) -> Files | None:
    """Return the files of a finished job, given its log."""
    run, _, *rest = log.relative_to(RESULTS).parts
    benchmark = RESULTS.joinpath(run, "benchmarks", *rest).with_suffix(".tsv")
    return Files(benchmark, log, networks) if benchmark.is_file() else None


def _device(network: str) -> str:
    """Return the device that trained a network: cpu, or the name of a GPU."""
    return checkpoint.read_about(network)["device"]


@functools.cache
def _jobs(rule: str) -> dict[str, Files]:
    """Return the jobs of a rule and its stacks, from all runs, by each file that they made; the last job wins.

    Logs name the files. A stack's log is overwritten by the next stack of the same name: a log newer than the benchmark
    belongs to other networks.
    """
    found = []
    for log in sorted(RESULTS.glob(f"*/logs/{rule}/**/*.log")):
        made = MADE.findall(log.read_text(encoding="utf-8"))
        if files := _files(log, len(made)):
            written = files.benchmark.stat().st_mtime
            named = [file for file in made if Path(file).stem == log.stem]
            found += [(written, file, files) for file in (named or made) if named or written >= log.stat().st_mtime]
    return {file: files for _, file, files in sorted(found)}


def _row(rule: str, key: str, files: Files | None, device: str) -> dict:
    row = dict.fromkeys(COLUMNS) | {"rule": rule, "key": key, "device": device}
    row["gpu_hours"] = 0.0 if device == "cpu" else None
    if not files:
        return row | {"note": "no record"}
    seconds = core_seconds(files.benchmark)
    text = files.log.read_text(encoding="utf-8") if files.log.is_file() else ""
    hours = seconds and seconds / 3600 / files.networks
    notes = [f"one of {files.networks} in one job"] if files.networks > 1 else []
    notes += ["only the last of several starts"] if RESUMED.search(text) else []
    return row | {
        "run": files.benchmark.relative_to(RESULTS).parts[0],
        "hours": hours,
        "gpu_hours": 0.0 if device == "cpu" else hours,
        "memory": numbers(files.benchmark)["max_rss"],
        "machine": found[1] if (found := MACHINE.search(text)) else None,
        "note": "; ".join(notes) or None,
    }
