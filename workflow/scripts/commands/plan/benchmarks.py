"""Benchmarks of earlier jobs on this machine, from all runs, and the work that those jobs did."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from commands.compute.benchmark import core_seconds
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
    for rule, below in ("train", ""), ("train_sentiment", measures.LSTM):
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
