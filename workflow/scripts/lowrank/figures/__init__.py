"""The paper's figures: tables in, a figure out; a file a figure, found by its name, which begins with `fig`.

What rules and other programs have to know of a figure is a literal, FIGURE, in its file: it is read without importing
matplotlib. A figure's file may import pandas, matplotlib and what this folder shares; no measure, no torch.

`settings` in FIGURE names types of `schema`. Some are checked against the run, too: a Seed must be one of its seeds, a
Strength one of the g of every task that is shown, of Strengths at least one; the keys of a dict[str, ...] are tasks, as
the items of the list `tasks` are.
"""

import ast
import re
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

from ..core.problems import Problem

FOLDER = Path(__file__).parent
LITERAL = re.compile(r"^FIGURE = (\{\n.*?^\}|\{[^\n]*\}$)", re.MULTILINE | re.DOTALL)  # parsing whole files takes long


@dataclass(frozen=True)
class Declared:
    """What a figure's file says of it, in FIGURE."""

    title: str  # Figure 2
    number: str  # in the report's list
    shows: str  # there, in a few words
    tables: list[str]
    settings: dict[str, str | dict] = field(default_factory=dict)  # keys of figures.{name} in the config, see above
    of_lstm: bool = False  # shows the LSTM, else tasks: those of its setting `tasks`, or all
    linear: bool = False  # shows tasks that have a theory, and no others
    from_zero: bool = False  # needs g = 0 of each task, in units of which it shows the others
    one_seed: bool = False  # shows the networks of its setting `seed` alone
    borrowed: dict[str, list[str]] = field(default_factory=dict)  # settings of other figures that it takes, too
    published: dict | None = None  # how the published curves are laid under it, see `published.py`


def names() -> list[str]:
    """The figures there are: the files of this folder that begin with `fig`."""
    return sorted(file.stem for file in FOLDER.glob("fig*.py"))


@cache
def declared(name: str) -> Declared:
    """What the file of a figure says of it; Problem if it does not say it in the way that is asked for."""
    try:
        (literal,) = LITERAL.findall((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
        return Declared(**ast.literal_eval(literal))
    except (SyntaxError, ValueError, TypeError) as error:
        known = ", ".join(each.name for each in fields(Declared))
        raise Problem(f"figures/{name}.py needs FIGURE = {{...}}, a literal with keys of {known}: {error}") from error
