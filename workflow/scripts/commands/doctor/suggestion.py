"""A profile for this cluster: slurm/config.yaml with its lines FILL IN completed from what SLURM says of itself."""

import getpass
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from .slurm import slurm
from .submission import PROFILE

FIELDS = "%P|%G|%l"
OPEN = re.compile(r'( +)# (\w+): "\.\.\."')
RUNTIME = re.compile(r"( +runtime: )(\d+)")


@dataclass(frozen=True)
class Partition:
    """A partition as sinfo describes it."""

    name: str
    default: bool
    gpus: tuple[str, ...]  # types of GPU, "" if SLURM does not tell them apart
    limit: int | None  # minutes that a job may take; None: any number


def text(root: Path) -> str:
    """Return the profile to print; empty if it has no line to fill in of which SLURM knows anything."""
    given = (root / PROFILE).read_text(encoding="utf-8", errors="replace")  # a wrong file has been told of by now
    suggested = filled(given, partitions(), accounts())
    return f"\n{PROFILE}, filled in with what SLURM says of this cluster:\n\n{suggested}" if suggested != given else ""


def partitions() -> list[Partition]:
    """List the cluster's partitions, the default one first."""
    found: dict[str, Partition] = {}
    for line in slurm("sinfo", "-h", "-o", FIELDS).stdout.splitlines():
        name, gres, limit = line.split("|")
        of = re.findall(r"\bgpu(?::([A-Za-z]\w*))?(?=[:,(]|$)", gres)
        known = found.get(name)
        gpus = tuple(dict.fromkeys([*(known.gpus if known else ()), *of]))
        found[name] = Partition(name.rstrip("*"), name.endswith("*"), gpus, minutes(limit))
    return sorted(found.values(), key=lambda partition: not partition.default)


def minutes(limit: str) -> int | None:
    """Convert a time as SLURM writes it, days-hours:minutes:seconds, to minutes; None if there is no limit."""
    days, _, clock = limit.rpartition("-")
    if not re.fullmatch(r"\d*-?\d+(:\d+){0,2}", limit):
        return None
    hours, at_minutes, _ = ([0, 0, 0] + [int(part) for part in clock.split(":")])[-3:]
    return int(days or 0) * 1440 + hours * 60 + at_minutes


def accounts() -> list[str]:
    """List the accounts that this user may charge; none where SLURM keeps no accounts, or the user has no name."""
    if not shutil.which("sacctmgr"):
        return []
    try:
        asked = ("show", "associations", f"user={getpass.getuser()}", "format=account")
    except KeyError:
        return []
    process = slurm("sacctmgr", "--noheader", "--parsable2", *asked)
    return list(dict.fromkeys(process.stdout.split())) if process.returncode == 0 else []


def filled(profile: str, partitions: list[Partition], accounts: list[str]) -> str:
    """Return the profile with what is known in place of its lines FILL IN, and no runtime above a partition's limit.

    Where there are several values, the first is taken, and the comment names the others.
    """
    on_gpus = [partition for partition in partitions if partition.gpus]
    on_cpus = [partition for partition in partitions if not partition.gpus] or partitions
    of, written = [], []
    for line in profile.splitlines():
        if line.startswith(("default-resources:", "set-resources:")):
            of = on_cpus if line.startswith("default") else on_gpus
        written.append(_filled(line, of, accounts))
    return "\n".join(written) + "\n"


def _filled(line: str, of: list[Partition], accounts: list[str]) -> str:
    """Return a line of the profile, filled in for jobs that run in the first of these partitions."""
    if not of:
        return line
    values = {
        "slurm_account": accounts,
        "slurm_partition": [] if of[0].default else [partition.name for partition in of],
        "gpu_model": [name for name in of[0].gpus if name] if len(of[0].gpus) > 1 else [],
    }
    if (key := OPEN.match(line)) and (found := values.get(key[2])):
        return f'{key[1]}{key[2]}: "{found[0]}"' + (f"  # or {', '.join(found[1:])}" if len(found) > 1 else "")
    if (asked := RUNTIME.match(line)) and of[0].limit and int(asked[2]) > of[0].limit:
        return f"{asked[1]}{of[0].limit}  # minutes: the limit of {of[0].name}"
    return line
