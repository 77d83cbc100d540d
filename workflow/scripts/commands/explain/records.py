"""Snakemake's record of how a file was made: its inputs, and the job's single parameter.

The record describes the existing file, whatever the config says now. Without the `.snakemake` folder there is none.
"""

import ast
import contextlib
import json
from base64 import urlsafe_b64encode
from pathlib import Path

FOLDER = Path(".snakemake/metadata")
LONGEST = 254  # characters per path component; longer names are split, with @ before all but the last piece


def record(file: str) -> dict:
    """Return the record of a file, {rule, input, params, starttime, endtime, ...}; empty if there is none."""
    name = urlsafe_b64encode(str(file).encode()).decode()
    pieces = [name[start : start + LONGEST] for start in range(0, len(name), LONGEST)]
    path = FOLDER.joinpath(*(f"@{piece}" for piece in pieces[:-1]), pieces[-1])
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text(encoding="utf-8"))
    return {}


def order(file: str) -> dict:
    """Return the order of the job that made a file: {code, roots, its settings}; empty if unknown."""
    with contextlib.suppress(ValueError, SyntaxError, LookupError, TypeError):
        (text,) = record(file)["params"]  # a Python string literal
        return json.loads(ast.literal_eval(text))
    return {}
