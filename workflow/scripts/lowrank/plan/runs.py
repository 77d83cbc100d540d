"""A run in results/ that is there: its recorded config and its tables."""

from functools import cache, cached_property
from pathlib import Path

import yaml

from ..config import config
from ..config.errors import nearest
from ..core.errors import UserError
from ..store import tables
from ..store.networks import FOLDER


def names(root: Path = Path()) -> list[str]:
    """List the runs in a project's results that have tables."""
    folders = sorted(path.parent.name for path in root.glob("results/*/tables"))
    return [name for name in folders if name != Path(FOLDER).name]


class Run:
    """A run, by name, in the project at `root`; raises UserError if it does not exist."""

    def __init__(self, name: str, root: Path = Path()):
        if name not in names(root):
            there = nearest(name, names(root)) if names(root) else ": make figures makes one, named quick"
            raise UserError(f"there is no run {name!r} in {root / 'results'}{there}")
        self.name, self.root, self.folder = name, root, root / "results" / name
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

    def _frame(self, name: str):
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
