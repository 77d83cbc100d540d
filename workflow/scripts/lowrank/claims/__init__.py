"""The paper's sentences that can be tested, a small function each: what is measured, and the rule that judges it.

`base` says what a claim is; the other files hold those of a section, by what they are about, and are found by their
folder. Rules were fixed before the paper's run.
"""

import importlib
import re
from functools import cache
from pathlib import Path

from ..core.problems import Problem

FOLDER = Path(__file__).parent
SHARED = ("__init__", "page")  # hold no claims
ROWS = re.compile(r"""\.rows\(\s*["'](\w+)["']""")


def modules() -> list[str]:
    """The modules of this folder that look at tables, by their names."""
    return [f"{__name__}.{file.stem}" for file in sorted(FOLDER.glob("*.py")) if file.stem not in SHARED]


@cache
def tables() -> frozenset[str]:
    """The tables that claims look at: the names in `run.rows("summary", ...)`, read off the files' text.

    Every job asks for them: importing the files would load pandas, parsing them takes ten times as long.
    """
    texts = [(FOLDER / f"{module.rpartition('.')[2]}.py").read_text(encoding="utf-8") for module in modules()]
    return frozenset(name for text in texts for name in ROWS.findall(text))


def every() -> list:
    """All claims, by their numbers; Problem if a file cannot be imported, or two claims have one number."""
    from .base import CLAIMS  # only now: rules ask for `tables`, and must not load pandas

    for module in modules():
        try:
            importlib.import_module(module)
        except Exception as error:  # whatever an own file raises, one sentence names the file
            file = f"claims/{module.rpartition('.')[2]}.py"
            raise Problem(f"{file} cannot be imported: {type(error).__name__}: {error}") from error
    numbers = [claim.number for claim in CLAIMS]
    if twice := sorted({number for number in numbers if numbers.count(number) > 1}):
        raise Problem(f"several claims have the number {', '.join(map(str, twice))}")
    return sorted(CLAIMS, key=lambda claim: claim.number)
