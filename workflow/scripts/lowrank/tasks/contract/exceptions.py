"""Exceptions that the code of a task raises, as part of a sentence."""

import traceback
from pathlib import Path

from ... import tasks

RAISED = (Exception, SystemExit)  # by the code of a task, which may do anything
LONGEST = 300  # characters of an exception's text that are told


def described(error: BaseException, module: str) -> str:
    """An exception's type and text in one line, and the line in the task's file from which it came."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    text = " ".join(text.strip().partition("\n\n")[0].split())
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    where = _place(error, module)
    return f"{type(error).__name__}{f': {text}' if text else ''}{f' ({where})' if where else ''}"


def file_of(module: str) -> str:
    """A task's file as users know it."""
    return f"tasks/{module}.py"


def _place(error: BaseException, module: str) -> str:
    """File and line; empty if the task's file has no part in it."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        return f"{'/'.join(Path(error.filename).parts[-2:])}, line {error.lineno}"
    path = Path(tasks.__file__).with_name(f"{module}.py")
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    return f"{file_of(module)}, line {lines[-1]}" if lines else ""
