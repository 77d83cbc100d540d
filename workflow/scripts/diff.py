"""What is not the same in two finished runs: keys of the config, verdicts, numbers; and their figures over one another.

The text appears on the screen and as diff.md, beside the pictures, in results/{A}/diff/{B}/.
"""

import argparse
import os
import sys
from pathlib import Path

from commands.diff.overlay import drawn, save
from commands.diff.page import page
from commands.explain.runs import Run
from lowrank import figures
from lowrank.core.files import atomic
from lowrank.core.problems import Problem

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Compare the two runs that the command line names; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("a", help="a finished run: shown in colour")
    parser.add_argument("b", help="another: shown in violet, behind")
    given = parser.parse_args()
    os.chdir(ROOT)
    try:
        a, b = Run(given.a), Run(given.b)
        if a.name == b.name:
            raise Problem(f"{a.name} and {b.name} are one run: name two, A=paper B=quick, say")
        folder = a.folder / "diff" / b.name
        text = page(a, b, {name: pictured(name, a, b, folder) for name in figures.names()})
        with atomic(folder / "diff.md") as temporary:
            temporary.write_text(text, encoding="utf-8")
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    print(text, end="")
    return 0


def pictured(name: str, a: Run, b: Run, folder: Path) -> str:
    """The picture of a figure of both runs; why there is none, if there is none."""
    try:
        save(drawn(name, a, b), folder / f"{name}.png")
    except Problem as problem:
        return f"none: {problem}"
    return f"{folder}/{name}.png"


if __name__ == "__main__":
    sys.exit(main())
