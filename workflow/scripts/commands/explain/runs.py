"""A run in results/, as `make explain` and `make diff` see it."""

from pathlib import Path

from pandas import DataFrame

from lowrank import measures
from lowrank.config import drawing
from lowrank.core.errors import UserError
from lowrank.measures import LSTM
from lowrank.plan import runs
from lowrank.store import checkpoint
from lowrank.store.networks import FOLDER

from . import records

RESULTS = Path("results")
KEY = ["task", "g", "seed"]


class Run(runs.Run):
    """A run, by name, in the working directory, with what is recorded of its figures and networks."""

    def figures(self, name: str) -> dict:
        """Return the settings a figure was drawn with, as passed to `draw`; without a record, those of the config.

        The config may have changed since; the record describes the existing file.
        """
        return records.order(self.picture(name)).get("figures") or drawing.of_figure(self.config, name)

    def picture(self, name: str) -> str:
        """Return the path of a figure; raise UserError if the run has none."""
        if not self.draws(name):
            raise UserError(f"the config of the run {self.name} has nothing that {name} shows")
        return self.file("figures", f"{name}.pdf")

    def draws(self, name: str) -> bool:
        """Return True if the config has something that a figure shows, or can no longer be read.

        The files of a figure may be left of an earlier config, and the tables have no longer what it shows.
        """
        try:
            return name in drawing.of_run(self.config)
        except UserError:
            return True

    def has_lstm(self) -> bool:
        """Return True if the config has an LSTM, or can no longer be read."""
        try:
            return bool(self.config[LSTM])
        except UserError:
            return True

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
        files = [str(path) for path in sorted(Path(FOLDER, LSTM).glob(f"seed{seed}-*.safetensors"))]
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
