"""Tasks that a notebook defines: known as if each were a file in tasks/, for as long as the notebook runs."""

import sys
from types import ModuleType

from ... import tasks
from ..base import Task

defined: set[str] = set()


def known() -> list[str]:
    """List all tasks: the files in tasks/, and those that a notebook has defined."""
    return sorted({*tasks.names(), *defined})


def define(task: type[Task]) -> str:
    """Make a task known by its class's name in lower case; return the name. ValueError if it is that of a file."""
    name = task.__name__.lower()
    if name in tasks.names():
        raise ValueError(f"there is a task {name} already: give the class {task.__name__} another name")
    task.__module__ = f"{tasks.__name__}.{name}"
    module = sys.modules[task.__module__] = ModuleType(task.__module__)
    setattr(module, task.__name__, task)
    defined.add(name)
    return name
