"""An archive's files, in the order of the data flow: unpacking then never writes a file before its inputs."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from lowrank import measures
from lowrank.core.errors import UserError
from lowrank.store.networks import FOLDER

from .verify import leads_out

# parts of the project, as far as they exist; first what a run needs to start
WORKFLOW = ("Snakefile", "config.yaml", "profiles", "slurm", "envs", "workflow")
BESIDE = ("Makefile", "pyproject.toml", "CITATION.cff", "LICENSE", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
BESIDE += ("config", "docs", "tests")
TABLES = ("summary", "claims", "comparison")  # derived from other tables, which come before them

LARGEST = 10_000_000  # bytes; largest of the user's own files to be packed: scripts and notebooks, not data


def of_project(root: Path) -> list[str]:
    """List the files of the workflow; raise UserError if one that every run needs is missing."""
    missing = [name for name in WORKFLOW if not (root / name).exists()]
    if missing:
        raise UserError(f"{root} is not the workflow's folder: {', '.join(missing)} is missing")
    return [name for top in (*WORKFLOW, *BESIDE) for name in _below(root, root / top)]


def beside(root: Path, untracked: Iterable[str], taken: Iterable[str]) -> tuple[list[str], list[str]]:
    """Split untracked files, e.g. a script that reads the tables, into those to be packed and those to be left out.

    `taken` are names of other files in the archive. Left out are files above LARGEST, hidden files, which may hold
    secrets, links, nested checkouts, results, and files that verify.py could not tell from the archive's own.
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
    """List a file, or all files in a folder except hidden ones and Python's caches."""
    if path.is_file():
        return [path.relative_to(root).as_posix()]
    if not path.is_dir() or path.name.startswith(".") or path.name == "__pycache__":
        return []
    return [name for each in sorted(path.iterdir()) if not each.name.startswith(".") for name in _below(root, each)]


def without(files: Iterable[str], left_out: Iterable[str]) -> list[str]:
    """Return the files without those left out and their companions: a network's history, the data's description."""
    stems = {Path(name).with_suffix("") for name in left_out}
    return [file for file in files if Path(file).with_suffix("") not in stems]


def of_run(files: Iterable[str], run: str) -> list[str]:
    """List the run's files in the order of the data flow, without duplicates."""
    return sorted(set(files), key=lambda file: (*_stage(Path(file), run), file))


def _stage(file: Path, run: str) -> tuple[int, int]:
    """Return a file's position in the data flow: its stage, and its place within the stage."""
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
