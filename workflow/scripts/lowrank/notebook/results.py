"""A run's networks, tables and figures by name."""

import importlib
import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
from matplotlib.figure import Figure

from .. import figures
from ..config import drawing
from ..config.errors import nearest
from ..core.errors import UserError
from ..core.folders import PROJECT
from ..plan import runs as recorded
from ..store import checkpoint, schemas, tables
from .network import Network

NUMBER_TYPES = {pa.int64(): pd.Int64Dtype()}  # null stays null: as floats, counts would turn into 5.0


def runs(root: str | os.PathLike = PROJECT) -> list[str]:
    """List the runs of a project that have tables."""
    return recorded.names(Path(root))


def load(task: str, g: float, seed: int = 0, run: str = "paper", root: str | os.PathLike = PROJECT) -> Network:
    """Load a trained network of a run: the one that its summary names, whatever the config says by now.

    `root` is the folder that holds `results/`. Raise UserError naming the nearest if there is no such run or network.
    """
    of = recorded.Run(run, Path(root))
    rows = of.frame("summary")
    for column, value in (("task", task), ("g", float(g)), ("seed", seed)):
        known = rows[column].unique()
        if value not in known:
            raise UserError(f"the run {run} has no network of {column} {value}{nearest(value, list(map(str, known)))}")
        rows = rows[rows[column] == value]
    file = of.root / rows["network"].iloc[0]
    about, weights = checkpoint.read(file, file.stem.rpartition("-")[2])
    history = _frame(file.with_suffix(".parquet"), "history")
    return Network(about["spec"], weights, of.config["measure"]["trials"], history)


def table(name: str, run: str = "paper", root: str | os.PathLike = PROJECT) -> pd.DataFrame:
    """Return a table of all the run's networks; integers are nullable, and `columns` says what each column means."""
    of = recorded.Run(run, Path(root))
    known = sorted(path.stem for path in of.folder.glob("tables/*.parquet"))
    if name not in known:
        raise UserError(f"the run {run} has no table {name!r}{nearest(name, known)}")
    return _frame(of.table(name), name)


def columns(table: str) -> pd.DataFrame:
    """Return the type, meaning and unit of each column of a table."""
    if table not in schemas.names():
        raise UserError(f"there is no table {table!r}{nearest(table, schemas.names())}")
    found = schemas.columns(table)
    return pd.DataFrame(found.values(), found.keys(), ["type", "meaning", "unit"])


def draw(figure: str, run: str = "paper", root: str | os.PathLike = PROJECT) -> Figure:
    """Draw a figure from the tables of a run, with the settings of its last start."""
    of = recorded.Run(run, Path(root))
    known = drawing.of_run(of.config)
    if figure not in known:
        raise UserError(f"the run {run} has no figure {figure!r}{nearest(figure, known)}")
    module = importlib.import_module(f"lowrank.figures.{figure}")
    frames = {name: of.frame(name) for name in figures.declared(figure).tables}
    return module.draw(frames, drawing.of_figure(of.config, figure))


def _frame(path: str | os.PathLike, name: str) -> pd.DataFrame:
    return tables.read(path, name).to_pandas(types_mapper=NUMBER_TYPES.get)
