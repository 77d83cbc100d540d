"""Check a task's declarations: one class, a frozen dataclass, with the attributes required by `tasks.base`."""

import importlib
import inspect
import math
from numbers import Integral

from ... import tasks
from ..base import Task
from .exceptions import RAISED, described, file_of
from .patience import limited


def errors_of_file(module: str) -> list[str]:
    """Check a task's file before calling anything in it."""
    file = file_of(module)
    if "." in module:
        return [f"{file} cannot be imported: the name of a module holds no dot, rename the file"]
    try:
        with limited():
            imported = importlib.import_module(f"{tasks.__name__}.{module}")
    except RAISED as error:
        return [f"{file} cannot be imported: {described(error, module)}"]
    members = inspect.getmembers(imported, inspect.isclass)
    found = [(name, kind) for name, kind in members if issubclass(kind, Task) and kind.__module__ == imported.__name__]
    if not found:
        return [f"{file} defines no task: it needs one class that derives from Task, see tasks/base.py"]
    if len(found) > 1:
        names = ", ".join(name for name, _ in found)
        return [f"{file} defines {len(found)} tasks ({names}): put each into a file of its own"]
    return _errors_of_class(found[0][1], file)


def _errors_of_class(kind: type[Task], file: str) -> list[str]:
    parameters = vars(kind).get("__dataclass_params__")  # must be its own: inheriting from a dataclass is not enough
    if not (parameters and parameters.frozen):
        return [f"{kind.__name__} in {file} is not a frozen dataclass: write @dataclass(frozen=True) above it"]
    return [f"{kind.__name__} in {file} does not define {name}" for name in sorted(kind.__abstractmethods__)]


def errors_of_attributes(task: Task, module: str) -> list[str]:
    """Check the values of a task's attributes."""
    errors = []
    for name, (is_right, expected) in ATTRIBUTES.items():
        if not _has(task, name):
            errors.append(f"{name} is missing in {file_of(module)}; expected {expected}")
            continue
        try:
            with limited():
                value = getattr(task, name)
        except RAISED as error:
            errors.append(f"{name} raised {described(error, module)}")
        else:
            errors += [] if is_right(value) else [f"{name} is {value!r} in {file_of(module)}; expected {expected}"]
    return errors


def _has(task: Task, name: str) -> bool:
    """Return True if the attribute exists, without evaluating it: a property may itself raise AttributeError."""
    return inspect.getattr_static(task, name, ABSENT) is not ABSENT


def _is_count(value) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and value >= 1


def _are_names(value) -> bool:
    return isinstance(value, tuple) and 1 <= len(value) <= 256 and all(isinstance(name, str) for name in value)


def _is_loss(value) -> bool:
    """Return True for a value that JSON can store, since it goes into the network's file."""
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value))


ABSENT = object()
ATTRIBUTES = {
    "n_in": (_is_count, "the number of inputs, 1 or more"),
    "n_out": (_is_count, "the number of outputs, 1 or more"),
    "phases": (_are_names, "a tuple with the names of a trial's periods"),
    "deterministic": (lambda value: isinstance(value, bool), "True or False"),
    "expected_loss": (_is_loss, "None or a finite float"),
}
