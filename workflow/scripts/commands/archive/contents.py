"""What an archive holds, in the order of the data flow: any unpacking then writes nothing before what it is made of."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from lowrank import measures
from lowrank.core.problems import Problem
from lowrank.store.networks import FOLDER

from .verify import leads_out

# Of the project, as far as it is there; what a run is started with comes first.
WORKFLOW = ("Snakefile", "config.yaml", "profiles", "slurm", "envs", "workflow")
BESIDE = ("Makefile", "pyproject.toml", "CITATION.cff", "LICENSE", "README.md", "CONTRIBUTING.md", "docs", "tests")
TABLES = ("summary", "claims", "comparison")  # made of others, which come before them

LARGEST = 10_000_000  # bytes of a file of one's own that is packed: scripts and notebooks, not data


def of_project(root: Path) -> list[str]:
    """The files of the workflow; Problem if one that every run needs is missing."""
    missing = [name for name in WORKFLOW if not (root / name).exists()]
    if missing:
        raise Problem(f"{root} is not the workflow's folder: {', '.join(missing)} is missing")
    return [name for top in (*WORKFLOW, *BESIDE) for name in _below(root, root / top)]


def beside(root: Path, untracked: Iterable[str], taken: Iterable[str]) -> tuple[list[str], list[str]]:
    """Own files that git does not know, as a script that reads the tables: those to be packed, and those that are not.

    `taken` are names of other files of the archive. Not packed are files above LARGEST, hidden ones, which may hold
    secrets, links, nested checkouts, results, and what an archive's program could not tell from its own.
    """
    own = [name for name in untracked if name not in set(taken)]
    packed = [name for name in own if _can_be_packed(root / name, PurePosixPath(name))]
    return packed, [name for name in own if name not in set(packed)]


def _can_be_packed(path: Path, name: PurePosixPath) -> bool:
    strange = leads_out(f"{name}") or not f"{name}".isprintable() or name.suffix == ".safetensors"
    elsewhere = name.parts[0] in ("results", "resources") or any(part.startswith(".") for part in name.parts)
    plain = path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST
    return plain and not strange and not elsewhere


def _below(root: Path, path: Path) -> list[str]:
    """A file, or all in a folder but what is hidden or left by Python."""
    if path.is_file():
        return [path.relative_to(root).as_posix()]
    if not path.is_dir() or path.name.startswith(".") or path.name == "__pycache__":
        return []
    return [name for each in sorted(path.iterdir()) if not each.name.startswith(".") for name in _below(root, each)]


def without(files: Iterable[str], left_out: Iterable[str]) -> list[str]:
    """The files without those left out, nor what stands beside them: a network's history, the data's description."""
    stems = {Path(name).with_suffix("") for name in left_out}
    return [file for file in files if Path(file).with_suffix("") not in stems]


def of_run(files: Iterable[str], run: str) -> list[str]:
    """The run's files in the order of the data flow, each once."""
    return sorted(set(files), key=lambda file: (*_stage(Path(file), run), file))


def _stage(file: Path, run: str) -> tuple[int, int]:
    """How far down the data flow a file is: its stage, and its place in that."""
    if file.parts[0] == "resources":
        return 0, 0
    if file.is_relative_to(FOLDER):
        return 1, 0
    stage, *_ = file.relative_to(f"results/{run}").parts
    if stage in measures.folders():
        return 2, 0
    if stage == "tables":
        return 3, TABLES.index(file.stem) + 1 if file.stem in TABLES else 0
    return (4 if stage == "figures" else 5), 0
