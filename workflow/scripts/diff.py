"""Compare two finished runs: keys of the config, verdicts and numbers that differ, and overlaid figures.

The text is printed and saved as diff.md, next to the figures, in results/{A}/diff/{B}/.
"""

import argparse
import os
import sys
from pathlib import Path

from commands.diff.overlay import drawn, save
from commands.diff.page import drawn_by_either, page
from commands.explain.runs import Run
from lowrank.core.errors import UserError
from lowrank.core.files import atomic

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Compare the two runs named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("a", help="a finished run: shown in colour")
    parser.add_argument("b", help="another: shown in violet, behind")
    given = parser.parse_args()
    os.chdir(ROOT)
    try:
        a, b = Run(given.a), Run(given.b)
        if a.name == b.name:
            raise UserError(f"{a.name} and {b.name} are the same run: name two, for example A=paper B=quick")
        folder = a.folder / "diff" / b.name
        text = page(a, b, {name: pictured(name, a, b, folder) for name in drawn_by_either(a, b)})
        with atomic(folder / "diff.md") as temporary:
            temporary.write_text(text, encoding="utf-8")
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    print(text, end="")
    return 0


def pictured(name: str, a: Run, b: Run, folder: Path) -> str:
    """Draw a figure of both runs; return its path, or why it was not drawn."""
    try:
        save(drawn(name, a, b), folder / f"{name}.png")
    except UserError as error:
        return f"none: {error}"
    return f"{folder}/{name}.png"


if __name__ == "__main__":
    sys.exit(main())
