"""A run in results/: its config, tables and networks."""

from functools import cache, cached_property
from pathlib import Path

import yaml
from pandas import DataFrame

from lowrank import measures
from lowrank.config import config, drawing
from lowrank.config.errors import nearest
from lowrank.core.errors import UserError
from lowrank.measures import LSTM
from lowrank.store import checkpoint, tables
from lowrank.store.networks import FOLDER

from . import records

RESULTS = Path("results")
KEY = ["task", "g", "seed"]


def names() -> list[str]:
    """List the runs that have tables."""
    folders = sorted(path.parent.name for path in RESULTS.glob("*/tables"))
    return [name for name in folders if name != Path(FOLDER).name]


class Run:
    """A run, by name; raises UserError if it does not exist."""

    def __init__(self, name: str):
        if name not in names():
            there = nearest(name, names()) if names() else ": make figures makes one, named quick"
            raise UserError(f"there is no run {name!r} in {RESULTS}{there}")
        self.name, self.folder = name, RESULTS / name
        self.frame = cache(self._frame)

    def file(self, *parts: str) -> str:
        """Return the path of a run's file; raise UserError if it is missing."""
        path = self.folder.joinpath(*parts)
        if not path.exists():
            raise UserError(f"{path} is missing: the run {self.name} is not finished: start it again")
        return str(path)

    def table(self, name: str) -> str:
        """Return the path of a table."""
        return self.file("tables", f"{name}.parquet")

    def _frame(self, name: str) -> DataFrame:
        return tables.read_frame(self.table(name), name)

    @cached_property
    def raw(self) -> dict:
        """The config of the run's last start, as the user gave it."""
        path = self.folder / "config.yaml"
        if not path.exists():
            raise UserError(
                f"{path} is missing: no config is recorded for this run; start the workflow once to record it"
            )
        return yaml.safe_load(path.read_text(encoding="utf-8"))

    @cached_property
    def config(self) -> dict:
        """The same config, validated and completed."""
        return config.validated(self.raw)

    def figures(self, name: str) -> dict:
        """Return the settings a figure was drawn with, as passed to `draw`; without a record, those of the config.

        The config may have changed since; the record describes the existing file.
        """
        return records.order(self.file("figures", f"{name}.pdf")).get("figures") or drawing.of_figure(self.config, name)

    def networks(self, rows: DataFrame) -> list[str]:
        """List the files of the networks that rows of a table are about."""
        if "task" not in rows:
            return [self.lstm(seed) for seed in rows["seed"].unique()]
        summary = self.frame("summary")
        expected = rows[KEY].drop_duplicates().merge(summary[[*KEY, "network"]], on=KEY, how="left")
        lost = expected[expected["network"].isna()]
        if len(lost):
            raise UserError(f"{self.table('summary')} lacks {network_key(*lost.iloc[0][KEY])}: start the run again")
        return list(expected["network"])

    def lstm(self, seed: int) -> str:
        """Return the file of the LSTM with this seed that the run measured; raise UserError if it is ambiguous."""
        files = [str(path) for path in sorted(Path(FOLDER, "sentiment").glob(f"seed{seed}-*.safetensors"))]
        tables = [each.file(self.name, f"{LSTM}/seed{seed}") for each in measures.of(lstm=True)]
        measured = next((order["networks"] for table in tables if (order := records.order(table))), None)
        found = [file for file in files if measured is None or name_of(file) in measured]
        if len(found) != 1:
            which = f"none of {len(files)}" if measured else f"{len(files)}"
            raise UserError(f"{which} networks {FOLDER}/sentiment/seed{seed}-* could be the one of {self.name}")
        return found[0]


def name_of(network: str) -> str:
    """Return the hash in a network's file name."""
    return Path(network).stem.rpartition("-")[2]


def network_key(task: str, g: float, seed: int) -> str:
    """Return a network's key, as in file names."""
    return f"{task}/g{g}/seed{seed}"


def about(network: str) -> dict:
    """Read the metadata of a network's file; raise UserError if the file is missing or truncated."""
    return checkpoint.read_about(network)
