"""Benchmarks of earlier jobs on this machine, from all runs, and the work that those jobs did."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from lowrank import measures
from lowrank.config import config
from lowrank.core.errors import UserError
from lowrank.store import checkpoint
from lowrank.store.networks import FOLDER

from .work import Work, measure, training


class Measured(NamedTuple):
    """A finished job with its benchmark."""

    work: Work
    seconds: float  # on the clock times cores


def measured(results: Path = Path("results")) -> list[Measured]:
    """Return all benchmarks whose jobs are known: training by the network's file, measures by the run's config."""
    found = []
    for folder in sorted(results.glob("*/benchmarks")):
        found += _trainings(folder)
        settings = _settings(folder.parent / "config.yaml")
        if settings:
            found += _measures(folder, settings)
    return found


def _trainings(folder: Path) -> Iterator[Measured]:
    """Yield benchmarks of networks with a job of their own; a stack's job cannot be identified by its name."""
    for rule, below in ("train", ""), ("train_sentiment", "sentiment"):
        for path in sorted((folder / rule).rglob("seed*.tsv")):
            network = Path(FOLDER, below, path.relative_to(folder / rule)).with_suffix(".safetensors")
            try:
                about = checkpoint.read_about(network)
            except UserError:
                continue  # the network was deleted, and the record of its training with it
            device = "cpu" if about["device"] == "cpu" else "cuda"
            yield from _read(path, training(about["spec"], device, kernel=about.get("kernel", "")))


def _measures(folder: Path, settings: dict) -> Iterator[Measured]:
    for what in measures.of_run(settings):
        for task in [measures.LSTM] if what.of_lstm else settings["tasks"]:
            for path in sorted((folder / what.rule / ("" if what.of_lstm else task)).rglob("seed*.tsv")):
                yield from _read(path, measure(settings, what, task))


def _settings(path: Path) -> dict | None:
    """Return the config of a run; None if this code cannot read it."""
    try:
        return config.validated(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, UserError, AttributeError):
        return None


def _read(path: Path, work: Work) -> Iterator[Measured]:
    found = core_seconds(path)
    if found is not None:
        yield Measured(work, found)


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
