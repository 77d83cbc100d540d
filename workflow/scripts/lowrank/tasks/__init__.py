"""The tasks, a file each; a task is found by the name of its file."""

import importlib
import inspect
from pathlib import Path

from .base import Task


def names() -> list[str]:
    """The tasks there are: the files of this folder."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem not in ("__init__", "base"))


def load(name: str) -> type[Task]:
    """The task in the file `name`; ModuleNotFoundError if there is no such file."""
    module = importlib.import_module(f"{__name__}.{name}")
    (task,) = (
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Task) and member.__module__ == module.__name__
    )
    return task


def of(spec: dict) -> Task:
    """The task that a network is trained on, by its spec."""
    numbers = {name: tuple(value) if isinstance(value, list) else value for name, value in spec["numbers"].items()}
    return load(spec["module"])(dt=spec["dt"], **numbers)
