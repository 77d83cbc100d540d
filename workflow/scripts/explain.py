"""Trace a number of a finished run to its source: figure, table, network's file, spec, seed streams, code, seconds.

Prints a page of text; an unknown subject gives one sentence and exit status 1.
"""

import argparse
import os
import sys
from pathlib import Path

from commands.explain.explain import explain
from commands.explain.runs import Run
from commands.explain.subject import FORMS
from lowrank.core.errors import UserError

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Explain the subject named on the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="*", help=f"one of {FORMS}")
    parser.add_argument("--run", default="paper", help="the name of the run (default: paper)")
    given = parser.parse_args()
    os.chdir(ROOT)  # results/ and the paths in tables are relative to it
    try:
        print(explain(" ".join(given.what), Run(given.run)))
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
