"""What a job took, by the benchmark file that Snakemake writes, and by its log."""

import csv
import re
from pathlib import Path

CORES = re.compile(r"^cores: (\d+)$", re.MULTILINE)  # as in the log of every job


def core_seconds(path: Path) -> float | None:
    """Return a job's seconds on the clock times its cores; None if not known."""
    seconds = numbers(path)["s"]
    return seconds and seconds * _cores(_log(path))


def _log(path: Path) -> Path:
    """Return the log of the job with this benchmark file."""
    folder = next(parent for parent in path.parents if parent.name == "benchmarks")
    return folder.with_name("logs") / path.relative_to(folder).with_suffix(".log")


def numbers(path: Path) -> dict[str, float | None]:
    """Return numbers in a benchmark file; None for those that are missing or that a job was too short to record."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            last = list(csv.DictReader(file, delimiter="\t"))[-1:] or [{}]
    except (OSError, ValueError, csv.Error):
        last = [{}]
    return {name: _number(last[0].get(name)) for name in ("s", "max_rss")}


def _cores(path: Path) -> int:
    """Return the number of cores in a log; 1 if it does not tell."""
    try:
        found = CORES.search(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 1
    return int(found[1]) if found else 1


def _number(text: str | None) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None
