"""What Snakemake wrote down of a file when it was made: its inputs, and the job's one parameter.

It is the truth about that file, whatever the config says by now. Where `.snakemake` was left behind there is none.
"""

import ast
import contextlib
import json
from base64 import urlsafe_b64encode
from pathlib import Path

FOLDER = Path(".snakemake/metadata")
LONGEST = 254  # characters of a name; a longer one is a path of pieces, all but the last after an @


def record(file: str) -> dict:
    """The record of a file, {rule, input, params, starttime, endtime, ...}; empty if there is none."""
    name = urlsafe_b64encode(str(file).encode()).decode()
    pieces = [name[start : start + LONGEST] for start in range(0, len(name), LONGEST)]
    path = FOLDER.joinpath(*(f"@{piece}" for piece in pieces[:-1]), pieces[-1])
    with contextlib.suppress(OSError, ValueError):
        return json.loads(path.read_text(encoding="utf-8"))
    return {}


def order(file: str) -> dict:
    """What the job that made a file was told: {code, roots, its settings}; empty if that is not known."""
    with contextlib.suppress(ValueError, SyntaxError, LookupError, TypeError):
        (text,) = record(file)["params"]  # as Python writes a text
        return json.loads(ast.literal_eval(text))
    return {}
