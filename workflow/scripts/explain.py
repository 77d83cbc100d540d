"""Where a number of a finished run comes from: figure, table, network's file, spec, seed streams, code, seconds.

A page of text on the screen; exit status 1 and one sentence if there is nothing of that name.
"""

import argparse
import os
import sys
from pathlib import Path

from commands.explain.explain import explain
from commands.explain.runs import Run
from commands.explain.subject import FORMS
from lowrank.core.problems import Problem

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Explain what the command line asks for; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="*", help=f"one of {FORMS}")
    parser.add_argument("--run", default="paper", help="the name of the run (default: paper)")
    given = parser.parse_args()
    os.chdir(ROOT)  # results/ and the paths in the tables are from here
    try:
        print(explain(" ".join(given.what), Run(given.run)))
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
