"""The tables that collect all networks of a run: the files concatenated in each, and whether a table is up to date."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from .. import measures
from ..core.spec import digest
from ..measures import LSTM
from ..store import networks, tables
from . import measuring


def names(settings: dict) -> list[str]:
    """List the tables of a run with these settings."""
    of_lstm = [f"{LSTM}_history"] if settings["sentiment"] else []
    return ["history", *of_lstm, *(measure.name for measure in measures.of_run(settings))]


def file(run: str, name: str) -> str:
    """Return the path of a table of all networks."""
    return f"results/{run}/tables/{name}.parquet"


def files(plan: dict, name: str, specs: Mapping[str, dict]) -> dict[str, str]:
    """Map each file concatenated in a table to the record of how it should have been made.

    `specs` maps the run's networks by key.
    """
    own = _own(name, specs)
    if measure := _measure(name):
        made_of = [measuring.record(plan, measure, spec["task"], digest(spec)) for spec in own.values()]
    else:
        made_of = [digest(spec) for spec in own.values()]
    return dict(zip(_files(plan, name, own), made_of, strict=True))


def outdated(plan: dict, specs: Mapping[str, dict], found: Mapping[str, dict], missing: set[str]) -> Iterator[str]:
    """Yield existing tables gathered from other files than the present ones, regardless of modification times."""
    for name in names(plan["config"]):
        table, files = file(plan["config"]["run"], name), _files(plan, name, _own(name, specs))
        if Path(table).exists() and missing.isdisjoint(files):
            of = tables.record(table) or {}
            if of.get("files") != tables.combined_checksum(found[each] for each in files):
                yield name


def records(plan: dict, specs: Mapping[str, dict]) -> dict[str, dict]:
    """Map each file that goes into a table to its stored record, {} if the file is missing."""
    files = (file for name in names(plan["config"]) for file in _files(plan, name, _own(name, specs)))
    return {file: tables.record(file) or {} for file in files}


def _files(plan: dict, name: str, own: Mapping[str, dict]) -> list[str]:
    if measure := _measure(name):
        return [measure.file(plan["config"]["run"], key) for key in own]
    return [networks.history(spec) for spec in own.values()]


def _measure(name: str) -> type[measures.Measure] | None:
    """Return the measure in a table; None for histories, which training writes."""
    return None if name in ("history", f"{LSTM}_history") else measures.load(name)


def _own(name: str, specs: Mapping[str, dict]) -> dict[str, dict]:
    """Select the networks that a table covers: either the LSTMs or all others."""
    of_lstm = name.startswith(f"{LSTM}_")
    return {key: spec for key, spec in specs.items() if (spec["task"] == LSTM) == of_lstm}
