"""The paper's testable statements, one small function each: what is measured, and the rule that judges it.

`base` defines a claim. Each other file holds the claims of a section on one topic; files are discovered by their
folder. Rules 1 to 45 were fixed before the paper's run; later ones are of the supplement, or better posed, and then say
which one they replace and why.
"""

import importlib
import re
from functools import cache
from pathlib import Path

from ..core.errors import UserError

FOLDER = Path(__file__).parent
SHARED = ("__init__", "page", "judgement", "published", "resampled")  # contain no claims
ROWS = re.compile(r"""\.rows\(\s*["'](\w+)["']""")


def modules() -> list[str]:
    """List the modules of this folder that may read tables."""
    return [f"{__name__}.{file.stem}" for file in sorted(FOLDER.glob("*.py")) if file.stem not in SHARED]


@cache
def tables() -> frozenset[str]:
    """Return the tables that claims read: the names in `run.rows("summary", ...)`, found by a text search.

    Every job needs them: importing the files would load pandas, and parsing them takes ten times as long.
    """
    texts = [(FOLDER / f"{module.rpartition('.')[2]}.py").read_text(encoding="utf-8") for module in modules()]
    return frozenset(name for text in texts for name in ROWS.findall(text))


def every() -> list:
    """Return all claims, by number; raise UserError if a file cannot be imported or a number occurs twice."""
    from .base import CLAIMS  # imported late: rules call `tables` and must not load pandas

    for module in modules():
        try:
            importlib.import_module(module)
        except Exception as error:  # whatever a user's file raises, report it in one sentence with the file's name
            file = f"claims/{module.rpartition('.')[2]}.py"
            raise UserError(f"{file} cannot be imported: {type(error).__name__}: {error}") from error
    numbers = [claim.number for claim in CLAIMS]
    if twice := sorted({number for number in numbers if numbers.count(number) > 1}):
        raise UserError(f"several claims have the number {', '.join(map(str, twice))}")
    return sorted(CLAIMS, key=lambda claim: claim.number)
