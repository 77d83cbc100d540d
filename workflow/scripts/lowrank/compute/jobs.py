"""The jobs that a run rests on: their time, memory and machine, from benchmark files and logs.

A network may have been trained by another run: all runs' files are searched. What has no file is a row without
numbers, so that nothing is left out silently.
"""

import csv
import functools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from .. import checkpoint
from ..networks import FOLDER

RESULTS = Path(FOLDER).parent
LSTM = "sentiment"
MEASURES = {False: ("truncate", "shuffle", "spectrum", "trials"), True: ("truncate_sentiment", "spectrum_sentiment")}
TRAINED = re.compile(r"^training (\S+\.safetensors)$", re.MULTILINE)  # as training jobs write it into their logs
MACHINE = re.compile(r"^machine: (.+)$", re.MULTILINE)  # as all jobs do
AGAIN = re.compile(r"^going on from", re.MULTILINE)
COLUMNS = ("rule", "place", "run", "hours", "gpu_hours", "memory", "device", "machine", "note")


class Files(NamedTuple):
    """What a job left behind, and how many networks it trained."""

    benchmark: Path
    log: Path
    networks: int


def rows(run: str, networks: Iterable[str]) -> list[dict]:
    """A row for each job that trained or measured one of the networks (their files); hours are those on the clock.

    {rule, place, run, hours, gpu_hours, memory, device, machine, note}: `run` is whose job it was, `memory` the peak in
    MiB; None where it is not known.
    """
    found = []
    for network in networks:
        place = str(Path(network).relative_to(FOLDER)).rpartition("-")[0]
        of_lstm = place.startswith(f"{LSTM}/")
        found.append(
            _row("train_sentiment" if of_lstm else "train", place, _trainings().get(network), _device(network))
        )
        for rule in MEASURES[of_lstm]:
            found.append(_row(rule, place, _measured(run, rule, place), "cpu"))
    return found


def _measured(run: str, rule: str, place: str) -> Files | None:
    return _files(RESULTS / run / f"logs/{rule}/{place.removeprefix(f'{LSTM}/')}.log")


def _files(log: Path, networks: int = 1) -> Files | None:
    """The files of a finished job, by its log."""
    run, _, *rest = log.relative_to(RESULTS).parts
    benchmark = RESULTS.joinpath(run, "benchmarks", *rest).with_suffix(".tsv")
    return Files(benchmark, log, networks) if benchmark.is_file() else None


def _device(network: str) -> str:
    """What trained a network: cpu, or the name of a GPU."""
    return checkpoint.read_about(network)["device"]


@functools.cache
def _trainings() -> dict[str, Files]:
    """The jobs that trained networks, by network, whatever run they belonged to; of several the last.

    Logs name the networks. A stack of networks has a log that the next stack of the same name writes over: if it is
    newer than the benchmark, that is of other networks.
    """
    found = []
    for log in sorted([*RESULTS.glob("*/logs/train/**/*.log"), *RESULTS.glob("*/logs/train_sentiment/*.log")]):
        trained = TRAINED.findall(log.read_text(encoding="utf-8"))
        if files := _files(log, len(trained)):
            written = files.benchmark.stat().st_mtime
            named = [network for network in trained if Path(network).stem == log.stem]
            found += [
                (written, network, files) for network in (named or trained) if named or written >= log.stat().st_mtime
            ]
    return {network: files for _, network, files in sorted(found)}


def _row(rule: str, place: str, files: Files | None, device: str) -> dict:
    row = dict.fromkeys(COLUMNS) | {"rule": rule, "place": place, "device": device}
    row["gpu_hours"] = 0.0 if device == "cpu" else None
    if not files:
        return row | {"note": "no record"}
    used = _benchmark(files.benchmark)
    text = files.log.read_text(encoding="utf-8") if files.log.is_file() else ""
    hours = used["s"] and used["s"] / 3600 / files.networks
    notes = [f"one of {files.networks} trained together"] if files.networks > 1 else []
    notes += ["only the last of several starts"] if AGAIN.search(text) else []
    return row | {
        "run": files.benchmark.relative_to(RESULTS).parts[0],
        "hours": hours,
        "gpu_hours": 0.0 if device == "cpu" else hours,
        "memory": used["max_rss"],
        "machine": found[1] if (found := MACHINE.search(text)) else None,
        "note": "; ".join(notes) or None,
    }


def _benchmark(path: Path) -> dict[str, float | None]:
    """The numbers of a benchmark file; None for those that a job was too short for."""
    with path.open(encoding="utf-8", newline="") as file:
        last = list(csv.DictReader(file, delimiter="\t"))[-1:] or [{}]
    return {name: _number(last[0].get(name)) for name in ("s", "max_rss")}


def _number(text: str | None) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None
