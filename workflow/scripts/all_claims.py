"""Put the verdicts of several runs on one page, results/claims.md: each claim by the first run that tests it."""

import argparse
import sys
from pathlib import Path

from lowrank.claims.page import first_tested, page
from lowrank.core.errors import UserError
from lowrank.core.files import atomic
from lowrank.plan.runs import Run
from lowrank.store import tables

PAGE = Path("results/claims.md")


def main() -> int:
    """Write the page; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="+", help="runs in results/, in the order in which they are asked")
    names = parser.parse_args().run
    try:
        rows = {name: tables.read(Run(name).table("claims"), "claims").to_pylist() for name in names}
        with atomic(PAGE) as temporary:
            Path(temporary).write_text(page(first_tested(rows), *names), encoding="utf-8")
    except (UserError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
