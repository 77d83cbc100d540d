"""The paper's figures: tables in, a figure out. One file per figure, discovered by its name, which begins with `fig`.

Each file declares what the rules and other programs need to know in a literal, FIGURE, which is read without importing
matplotlib. A figure's file may import pandas, matplotlib and the shared modules of this folder, but neither measures
nor torch.

`settings` in FIGURE names types of `schema`. Some are also checked against the run: a Seed must be one of its seeds, a
Strength one of the g of every task shown, and Strengths must contain at least one of these; a figure with AnyStrengths
leaves out the tasks that have none of them, one with a GroupSize those with fewer than two such groups of seeds. Tasks
are the keys of a dict[str, ...] and the items of the list `tasks`.
"""

import ast
import re
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

from ..core.errors import UserError

FOLDER = Path(__file__).parent
LITERAL = re.compile(r"^FIGURE = (\{\n.*?^\}|\{[^\n]*\}$)", re.MULTILINE | re.DOTALL)  # parsing whole files is slow


@dataclass(frozen=True)
class Declared:
    """The declaration of a figure, from FIGURE in its file."""

    title: str  # e.g. Figure 2
    number: str  # in the report's table of contents
    shows: str  # short description there
    tables: list[str]
    settings: dict[str, str | dict] = field(default_factory=dict)  # keys of figures.{name} in the config, see above
    of_lstm: bool = False  # shows the LSTM; otherwise tasks, those of its setting `tasks` or all
    linear: bool = False  # shows only tasks with a theory
    from_zero: bool = False  # needs g = 0 for each task, as the unit for the other g
    one_seed: bool = False  # shows only the networks of its setting `seed`
    borrowed: dict[str, list[str]] = field(default_factory=dict)  # settings taken from other figures
    beside: str = ""  # a key of tasks: each task is shown with those that differ in it alone, and in g and seeds
    least: int = 1  # values of that key; a task with fewer is not shown
    published: dict | None = None  # how the published curves are underlaid, see `published.py`


def names() -> list[str]:
    """List the figures: the files in this folder that begin with `fig`."""
    return sorted(file.stem for file in FOLDER.glob("fig*.py"))


@cache
def declared(name: str) -> Declared:
    """Read a figure's declaration; raise UserError if FIGURE is missing or malformed."""
    try:
        (literal,) = LITERAL.findall((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
        about = Declared(**ast.literal_eval(literal))
    except (SyntaxError, ValueError, TypeError) as error:
        known = ", ".join(each.name for each in fields(Declared))
        raise UserError(f"figures/{name}.py needs FIGURE = {{...}}, a literal with keys of {known}: {error}") from error
    if about.published and not (FOLDER.parent / f"comparison/{name}.py").exists():
        raise UserError(
            f"figures/{name}.py has published curves: write comparison/{name}.py, which compares them with ours"
        )
    return about
