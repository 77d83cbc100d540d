"""Check what the workflow needs on this machine: packages, a config, folders, locks, disk space."""

import getpass
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

import surroundings
from lowrank.compiled.build import library
from lowrank.core.errors import UserError

from . import probe
from .findings import found
from .paths import existing, mapping

FOLDERS = ("results", "resources", ".snakemake")
NETWORKS = "results/networks"
NEEDED = 4e9  # bytes for the paper's networks and saved states, its tables, and 0.9 GB of downloads


def findings(root: Path) -> Iterator[str | UserError]:
    """Yield the findings about this machine."""
    yield found(interpreter)
    yield found(covering)
    yield found(user)
    yield found(versions, root)
    yield found(config, root)
    for folder in FOLDERS:
        yield found(writable, root, folder)
    yield found(locks, root)
    yield found(disk, root)
    yield found(kernel)
    yield found(gpu)


def interpreter() -> str:
    """Check that Snakemake can start jobs with this Python, whose path it does not quote."""
    if surroundings.is_taken_apart(sys.executable):
        raise UserError(
            f"Snakemake cannot start jobs with {sys.executable}: the shell would split its path: move the project to a "
            "path without spaces and other special characters, rm -r .venv, then make .venv/ready"
        )
    return f"Snakemake can start jobs with {sys.executable}"


def covering() -> str:
    """Check that nothing precedes the environment's packages: jobs exclude it, but Snakemake itself started with it."""
    folders = surroundings.covering_folders(dict(os.environ))
    if folders:
        listed = "; ".join(f"{folder} with {_listed(surroundings.covered_names(folder))}" for folder in folders)
        advice = "unset PYTHONPATH; for packages in your user site set PYTHONNOUSERSITE=1"
        raise UserError(f"other packages shadow the environment's, {listed}: {advice}")
    return "no other packages shadow the environment's"


def _listed(names: list[str], most: int = 5) -> str:
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])


def user() -> str:
    """Check that Snakemake can get the user's name and write its cache: users may have no name, home or space there."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError) as error:
        raise UserError("this user has no name, which Snakemake needs: export USER=nobody") from error
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    error = "no home" if cache.startswith("~") else _refusal(existing(Path(cache)))
    if error:
        advice = "export HOME and XDG_CACHE_HOME as folders that can"
        raise UserError(f"Snakemake's cache cannot be written in {cache} ({error}): {advice}")
    return f"user {name}, whose cache can be written"


def versions(root: Path) -> str:
    """Check that the packages needed by jobs and their start have the pinned versions."""
    pins = tomllib.loads((root / "envs/pins.toml").read_text(encoding="utf-8"))
    pinned = pins["lowrank"] | pins["workflow"]
    installed = {name: installed_version(name) for name in pinned}
    wrong = [
        f"{name} is {installed[name]}{location_of(name)}, not {pinned[name]}"
        for name in pinned
        if installed[name] != pinned[name]
    ]
    if wrong:
        advice = "rm -f .venv/ready, then make .venv/ready"
        raise UserError(f"packages differ from envs/pins.toml ({'; '.join(wrong)}): {advice}")
    return f"{len(pinned)} packages match envs/pins.toml"


def installed_version(name: str) -> str:
    """Return a package's version without its local build label, or "missing"."""
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        return "missing"


def location_of(name: str) -> str:
    """Return where a package outside the environment lies, since reinstalling would not help there."""
    try:
        folder = Path(distribution(name).locate_file("")).resolve()
    except PackageNotFoundError:
        return ""
    own = {Path(sysconfig.get_path(kind)).resolve() for kind in ("purelib", "platlib")}
    return "" if folder in own else f" in {folder}"


def config(root: Path) -> str:
    """Check that config.yaml is valid."""
    from lowrank.config.config import validated

    try:
        settings = validated(mapping(root, "config.yaml"))
    except UserError as error:
        # put the message on one line; a start of the workflow prints it on several
        raise UserError(str(error).replace(":\n  ", ": ").replace("\n  ", "; ")) from error
    return f"config.yaml is valid: run {settings['run']}, tasks {', '.join(settings['tasks'])}"


def writable(root: Path, name: str) -> str:
    """Check that a folder is writable."""
    folder = existing(root / name)
    if error := _refusal(folder):
        advice = f"free some space or get write permission there, or make {name} a link to a folder with both"
        raise UserError(f"cannot write into {folder} ({error}): {advice}")
    return f"{name}/ can be {'written' if folder == root / name else 'made'}"


def _refusal(folder: Path) -> str | None:
    """Return why a folder takes no small file; access rights reveal neither quotas nor read-only mounts."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.strerror
    return None


def locks(root: Path, timeout: float = 20) -> str:
    """Check that files can be locked where training jobs lock them before they work on a network."""
    folder = existing(root / NETWORKS)
    advice = (
        "mount it with locks (NFS: lockd; Lustre: -o flock), or make results a link to a file system that supports them"
    )
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        answer = _ask_process("lock", file.name, timeout=timeout, advice=advice)
    if answer != "free":
        raise UserError(f"files in {folder} cannot be locked ({answer}): {advice}")
    return f"files can be locked in {NETWORKS}/"


def disk(root: Path) -> str:
    """Check that there is enough disk space for the whole paper."""
    free = shutil.disk_usage(existing(root / "results")).free
    room = f"{free / 1e9:.1f} GB free for results/, the full-size run needs about {NEEDED / 1e9:.0f} GB"
    if free < NEEDED:
        raise UserError(f"{room} (the quick preset far less): free some space, or make results a link to a larger disk")
    return room


def kernel() -> str:
    """Check that the kernel for training on a CPU is compiled or can be."""
    return f"the CPU kernel is compiled for this processor: {library()._name}"


def gpu(timeout: float = 120) -> str:
    """Report torch's version and the device it trains on."""
    advice = "rm -r .venv, then make .venv/ready"
    answer = _ask_process("gpu", timeout=timeout, advice=advice)
    if "error" in answer:
        raise UserError(f"torch cannot be used ({answer['error']}): {advice}")
    trains = f"it sees {answer['device']}" if answer["device"] else "no GPU on this machine: training on the CPU"
    return f"torch {answer['version']}, {trains}"


def _ask_process(question: str, *args: str, timeout: float, advice: str):
    """Return the answer of a separate process; raise UserError with the advice if there is none."""
    # -P keeps the modules next to the script from shadowing torch's imports
    command = [sys.executable, "-P", probe.__file__, question, *args]
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=True)
    except subprocess.TimeoutExpired as error:
        raise UserError(f"asking for {question} took longer than {timeout:g} s: {advice}") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.splitlines() or [f"exit status {error.returncode}"]
        raise UserError(f"asking for {question} failed ({lines[-1]}): {advice}") from error
    return json.loads(process.stdout)
