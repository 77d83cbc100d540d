"""Low-rank changes of random connectivity: tasks, training, measures, figures.

In a notebook: `load` a network of a run, read a `table`, `draw` a figure, `train` a network; see docs/library.md.
"""

import importlib

NOTEBOOK = ("Activity", "Network", "columns", "draw", "from_arrays", "load", "runs", "sliders", "table", "train")


def __getattr__(name: str):
    """Import what notebooks use only when it is asked for: jobs import this package, too, and must start fast."""
    if name in NOTEBOOK:
        return getattr(importlib.import_module("lowrank.notebook"), name)
    raise AttributeError(f"module 'lowrank' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *NOTEBOOK]
