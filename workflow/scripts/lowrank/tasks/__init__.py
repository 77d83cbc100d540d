"""The tasks, one per file, looked up by file name."""

import importlib
import inspect
from pathlib import Path

from .base import Task


def names() -> list[str]:
    """List all tasks, that is, the files in this folder."""
    return sorted(file.stem for file in Path(__file__).parent.glob("*.py") if file.stem not in ("__init__", "base"))


def load(name: str) -> type[Task]:
    """Return the task class in the file `name`; ModuleNotFoundError if there is no such file."""
    module = importlib.import_module(f"{__name__}.{name}")
    (task,) = (
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Task) and member.__module__ == module.__name__
    )
    return task


def of(spec: dict) -> Task:
    """Return the task that a spec trains its network on."""
    numbers = {name: tuple(value) if isinstance(value, list) else value for name, value in spec["numbers"].items()}
    return load(spec["module"])(dt=spec["dt"], **numbers)
