"""What a notebook uses, as `lowrank.load`, `lowrank.table`, `lowrank.draw`, `lowrank.train`.

In: names of runs, tasks, tables and figures. Out: networks, data frames, Matplotlib figures.
"""

from .arrays import from_arrays
from .network import Activity, Network
from .results import columns, draw, load, runs, table
from .sliders import sliders
from .training import train

__all__ = ["Activity", "Network", "columns", "draw", "from_arrays", "load", "runs", "sliders", "table", "train"]
