"""Exceptions raised by a task's code, worded as part of a sentence."""

import traceback
from pathlib import Path

from ... import tasks
from . import notebook

RAISED = (Exception, SystemExit)  # a task's code may do anything
LONGEST = 300  # longest exception text reported, in characters


def described(error: BaseException, module: str) -> str:
    """Return an exception's type and text on one line, with the line of the task's file that raised it."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    text = " ".join(text.strip().partition("\n\n")[0].split())
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    where = _place(error, module)
    return f"{type(error).__name__}{f': {text}' if text else ''}{f' ({where})' if where else ''}"


def file_of(module: str) -> str:
    """Return the path of a task's file as shown to users."""
    return "this notebook" if module in notebook.defined else f"tasks/{module}.py"


def _place(error: BaseException, module: str) -> str:
    """Return file and line; empty if the task's file is not in the traceback."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{'/'.join(Path(error.filename).parts[-2:])}, line {error.lineno}"
    path = Path(tasks.__file__).with_name(f"{module}.py")
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    return f"{file_of(module)}, line {lines[-1]}" if lines else ""
