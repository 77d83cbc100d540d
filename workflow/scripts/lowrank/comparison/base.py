"""What each figure declares about its published points, and the selection of our values at these points."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

Tables = Mapping[str, pd.DataFrame]
TASKS = {"Flip-flop": "flipflop", "Mante": "mante", "Romo": "romo"}  # by series name


class Curve(NamedTuple):
    """A published curve: its panel, its series, and the x of its points."""

    figure: str
    panel: str
    series: str
    g: float  # NaN for the LSTM
    target: float  # NaN except for linear networks
    x: np.ndarray


class Networks(NamedTuple):
    """The names of the run's tasks, where the published figures have no names for them."""

    linear: Mapping[float, str]  # of the linear networks, by target
    sizes: Mapping[str, list[str]]  # of each task at all its numbers of neurons, by its own name


@dataclass(frozen=True)
class Readings:
    """The published points of a figure, and ours.

    `sample` takes a curve, the run's tables and its tasks; it returns our values, one array (points,) per network, NaN
    where undefined.
    """

    networks: int  # averaged in a published point
    sample: Callable[[Curve, Tables, Networks], list[np.ndarray]]
    title: str = ""  # if not Figure and its number
    along_g: bool = False  # curves run over g; otherwise each belongs to one g
    extents: str = ""  # panels whose y_low and y_high are the extent of a column of pixels, not a standard deviation
    fractions: dict[str, int] = field(default_factory=dict)  # panels whose values are fractions of this many sentences

    def samples(self, curve: Curve, tables: Tables, networks: Networks) -> np.ndarray:
        """Return our values (networks, points) at the curve's points; (0, points) without networks."""
        try:
            values = self.sample(curve, tables, networks)
        except NoTable:
            values = []
        return np.array(values, float).reshape(-1, len(curve.x))


class NoTable(Exception):
    """The run lacks a table, since it has none of its networks."""


def select(tables: Tables, name: str, **where) -> pd.DataFrame:
    """Select the rows of a table in which columns have these values; raise NoTable if the run lacks the table."""
    if name not in tables:
        raise NoTable(name)
    rows = tables[name]
    chosen = np.ones(len(rows), bool)
    for column, value in where.items():
        chosen &= np.isclose(rows[column], value) if column == "g" else (rows[column] == value).to_numpy(bool)
    return rows[chosen]


def interpolate(rows: pd.DataFrame, x: str, y: str, points: np.ndarray) -> np.ndarray:
    """Interpolate y linearly at the points; NaN outside the range of the rows."""
    rows = rows.sort_values(x)
    known, values = rows[x].to_numpy(float), rows[y].to_numpy(float, na_value=np.nan)
    return np.interp(points, known, values, left=np.nan, right=np.nan)
