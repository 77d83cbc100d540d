"""Check that this machine and its cluster have all that the workflow needs; exit with status 1 if not.

Prints one line per check: `ok` and what was found, or `FIX`, what is wrong and what to do.
"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from commands.doctor.findings import found, print_all
from lowrank.core.errors import UserError

ROOT = Path(__file__).parents[2]


def main(root: Path = ROOT) -> int:
    """Check everything; return the exit status."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)  # like ctrl-C: a submitted job is cancelled
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--wait", type=float, default=120, help="seconds to wait for a job on the cluster")
    parser.add_argument("--config", nargs="+", metavar="FILE", help="only check that these files can be parsed")
    options = parser.parse_args()
    try:
        return 0 if (written(options.config) if options.config else examined(root, options.wait)) else 1
    except KeyboardInterrupt:
        print("stopped")
        return 130


def written(files: list[str]) -> bool:
    """Check only the YAML syntax of config files, not their settings; return True if all are well-formed."""
    from commands.doctor.paths import mapping

    def check(file: str) -> str:
        mapping(Path(), file)
        return f"{file} is valid"

    return print_all(found(check, file) for file in files)


def examined(root: Path, wait: float) -> bool:
    """Make all checks, printing each result as it arrives; return True if all pass."""
    if not print_all([found(python)]):
        return False
    from commands.doctor import cluster, machine  # imported late: they need Python 3.11

    here = print_all(machine.findings(root))
    there = print_all(cluster.findings(root, wait))
    print(cluster.profile(root), end="")
    return here and there


def python(version=sys.version_info) -> str:
    """Check the version of the running Python."""
    name = ".".join(map(str, version[:3]))
    if not (3, 11) <= version[:2] <= (3, 13):
        advice = "rm -r .venv, then for example make .venv/ready PYTHON=python3.12"
        raise UserError(f"Python {name} ({sys.executable}) is not 3.11, 3.12 or 3.13: {advice}")
    return f"Python {name} ({sys.executable})"


if __name__ == "__main__":
    sys.exit(main())
