"""Compare our curves with the published ones, point by point, in units of the expected difference.

Each `fig*.py` says of one figure how its published points were read, and which values of ours they are compared with.
"""

import importlib
from pathlib import Path

FOLDER = Path(__file__).parent


def modules(*figures: str) -> list[str]:
    """List the modules about these figures (`fig2`), by default about all."""
    return [f"{__name__}.{name}" for name in figures or sorted(file.stem for file in FOLDER.glob("fig*.py"))]


def readings(number: str):
    """Return the Readings of the figure of this number (`2`)."""
    (module,) = modules(f"fig{number}")
    return importlib.import_module(module).READINGS
