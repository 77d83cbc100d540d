"""List the networks and measures that no recorded run needs; delete them on request.

A recorded run is a folder of results/ with the config of its last start; its networks are those that the present code
would train. Nothing is deleted without --delete.
"""

import argparse
import os
import sys
from pathlib import Path

from commands.unused.page import contents, page
from commands.unused.recorded import requirements
from commands.unused.removal import check, delete, not_in_training
from commands.unused.unused import Unused, unused
from lowrank.core.errors import UserError

ROOT = Path(__file__).parents[2]


def main() -> int:
    """List, and on request delete, unused files as the command line specifies; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "-d", "--directory", default="", help="where results/ is, as for Snakemake (default: the clone)"
    )
    parser.add_argument("--delete", action="store_true", help="delete what is listed")
    parser.add_argument("--files", action="store_true", help="print the paths alone, a line each")
    given = parser.parse_args()
    try:
        if given.directory and not Path(given.directory).is_dir():
            raise UserError(f"there is no folder {given.directory}")
        os.chdir(given.directory or ROOT)
        report(given.delete, given.files, f" DIR={given.directory}" if given.directory else "")
    except (UserError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def report(deleting: bool, only_files: bool, directory: str) -> None:
    """Print the list; delete the listed files on request."""
    required = requirements()
    found = unused(required)
    names = {file.network for file in found.unused if file.network}
    with not_in_training(names, deleting) as free:
        files = [file for file in found.unused if file.network is None or file.network in free]
        in_training = [file for file in found.unused if file.network and file.network not in free]
        if only_files:
            print(*(file.path for file in files), sep="\n", end="\n" if files else "")
        else:
            print(page(required, files, in_training, found.strange))
        if deleting and files:
            check(files)
            delete(files)
    if not only_files:
        print(_outcome(files, deleting, directory))


def _outcome(files: list[Unused], deleting: bool, directory: str) -> str:
    """Return the last line: what was deleted, or how to delete it."""
    if not files:
        return "Nothing is unused."
    if deleting:
        return f"Deleted: {contents(files)}."
    return f"Unused: {contents(files)}. Delete them: make unused DELETE=1{directory}"


if __name__ == "__main__":
    sys.exit(main())
