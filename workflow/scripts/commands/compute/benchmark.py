"""What a job took, by the benchmark file that Snakemake writes."""

import csv
from pathlib import Path


def core_seconds(path: Path) -> float | None:
    """Return a job's seconds on the clock, or of the processor if it used several cores; None if not known."""
    used = numbers(path)
    return used["s"] and max(used["s"], used["cpu_time"] or 0.0)


def numbers(path: Path) -> dict[str, float | None]:
    """Return numbers in a benchmark file; None for those that are missing or that a job was too short to record."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            last = list(csv.DictReader(file, delimiter="\t"))[-1:] or [{}]
    except OSError:
        last = [{}]
    return {name: _number(last[0].get(name)) for name in ("s", "cpu_time", "max_rss")}


def _number(text: str | None) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None
