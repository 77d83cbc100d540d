"""The code that trains: a kernel a file, named in the config; `base` says what a kernel is.

`reference` trains every network; `fast` only the linear one of Section 3, to the same results within rounding.
"""

import importlib
from types import ModuleType


def load(name: str) -> ModuleType:
    """The kernel in the file `name`: its classes and functions are those that `base.Kernel` names."""
    return importlib.import_module(f"{__name__}.{name}")
