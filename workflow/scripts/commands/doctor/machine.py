"""What the workflow needs on this machine: packages, a config, folders, locks, room."""

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
from lowrank.core.problems import Problem

from . import probe
from .findings import found
from .paths import existing, mapping

FOLDERS = ("results", "resources", ".snakemake")
NETWORKS = "results/networks"
NEEDED = 4e9  # bytes: the paper's networks and saved states, its tables, and 0.9 GB of downloads


def findings(root: Path) -> Iterator[str | Problem]:
    """What is found on this machine."""
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
    """Snakemake can start jobs with this Python, whose path it does not quote."""
    if surroundings.is_taken_apart(sys.executable):
        raise Problem(
            f"Snakemake cannot start jobs with {sys.executable}: the shell takes the path apart: move the project to a "
            "path without spaces and other special characters, rm -r .venv, then make .venv/ready"
        )
    return f"Snakemake can start jobs with {sys.executable}"


def covering() -> str:
    """Nothing stands before the environment's packages: jobs leave it out, Snakemake itself has begun with it."""
    folders = surroundings.covering_folders(dict(os.environ))
    if folders:
        told = "; ".join(f"{folder} with {_listed(surroundings.covered_names(folder))}" for folder in folders)
        advice = "unset PYTHONPATH, or for those of your own set PYTHONNOUSERSITE=1"
        raise Problem(f"other packages stand before the environment's, {told}: {advice}")
    return "no other packages stand before the environment's"


def _listed(names: list[str], most: int = 5) -> str:
    more = [f"{len(names) - most} more"] if len(names) > most else []
    return ", ".join([*names[:most], *more])


def user() -> str:
    """Snakemake can ask who runs it, and keep its cache: users may have no name, no home, or no room left there."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError) as error:
        raise Problem("this user has no name, and Snakemake asks for it: export USER=nobody") from error
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    error = "no home" if cache.startswith("~") else _refusal(existing(Path(cache)))
    if error:
        advice = "export HOME and XDG_CACHE_HOME as folders that can"
        raise Problem(f"Snakemake's cache cannot be written in {cache} ({error}): {advice}")
    return f"user {name}, whose cache can be written"


def versions(root: Path) -> str:
    """The packages that jobs and their start need are those that are pinned."""
    pins = tomllib.loads((root / "envs/pins.toml").read_text(encoding="utf-8"))
    pinned = pins["lowrank"] | pins["workflow"]
    installed = {name: installed_version(name) for name in pinned}
    wrong = [
        f"{name} is {installed[name]}{place_of(name)}, not {pinned[name]}"
        for name in pinned
        if installed[name] != pinned[name]
    ]
    if wrong:
        advice = "rm -f .venv/ready, then make .venv/ready"
        raise Problem(f"packages are not as envs/pins.toml has them ({'; '.join(wrong)}): {advice}")
    return f"{len(pinned)} packages as envs/pins.toml has them"


def installed_version(name: str) -> str:
    """The version of a package, without what tells builds of it apart; or "missing"."""
    try:
        return version(name).partition("+")[0]
    except PackageNotFoundError:
        return "missing"


def place_of(name: str) -> str:
    """Where a package is that does not stand in the environment, which to install again would not help."""
    try:
        folder = Path(distribution(name).locate_file("")).resolve()
    except PackageNotFoundError:
        return ""
    own = {Path(sysconfig.get_path(kind)).resolve() for kind in ("purelib", "platlib")}
    return "" if folder in own else f" in {folder}"


def config(root: Path) -> str:
    """config.yaml says what the workflow understands."""
    from lowrank.config.config import validated

    try:
        settings = validated(mapping(root, "config.yaml"))
    except Problem as problem:
        # one line of what a start of the workflow says on several
        raise Problem(str(problem).replace(":\n  ", ": ").replace("\n  ", "; ")) from problem
    return f"config.yaml is right: run {settings['run']}, tasks {', '.join(settings['tasks'])}"


def writable(root: Path, name: str) -> str:
    """A folder takes a file."""
    folder = existing(root / name)
    if error := _refusal(folder):
        advice = f"make room or get the right there, or let {name} be a link to a folder where you have both"
        raise Problem(f"cannot write into {folder} ({error}): {advice}")
    return f"{name}/ can be {'written' if folder == root / name else 'made'}"


def _refusal(folder: Path) -> str | None:
    """Why a folder does not take a file with some bytes: of quotas and read-only mounts no right of access tells."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.strerror
    return None


def locks(root: Path, timeout: float = 20) -> str:
    """Files can be locked where the training jobs do it, before they work on a network."""
    folder = existing(root / NETWORKS)
    advice = "mount it with locks (NFS: lockd; Lustre: -o flock), or let results be a link to where files have them"
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        answer = _asked("lock", file.name, timeout=timeout, advice=advice)
    if answer != "free":
        raise Problem(f"files in {folder} cannot be locked ({answer}): {advice}")
    return f"files can be locked in {NETWORKS}/"


def disk(root: Path) -> str:
    """There is room for all of the paper."""
    free = shutil.disk_usage(existing(root / "results")).free
    room = f"{free / 1e9:.1f} GB free for results/, the paper's size needs about {NEEDED / 1e9:.0f} GB"
    if free < NEEDED:
        raise Problem(f"{room} (the quick preset far less): make room, or let results be a link to a larger disk")
    return room


def kernel() -> str:
    """What trains on a CPU is compiled, or can be."""
    return f"what trains on a CPU is compiled for this processor: {library()._name}"


def gpu(timeout: float = 120) -> str:
    """Which torch it is, and what it trains on here."""
    advice = "rm -r .venv, then make .venv/ready"
    answer = _asked("gpu", timeout=timeout, advice=advice)
    if "error" in answer:
        raise Problem(f"torch cannot be used ({answer['error']}): {advice}")
    trains = f"it sees {answer['device']}" if answer["device"] else "no GPU on this machine: training on the CPU"
    return f"torch {answer['version']}, {trains}"


def _asked(question: str, *args: str, timeout: float, advice: str):
    """The answer of a process of its own; Problem with the advice if there is none."""
    # -P: the modules beside the script stay out of the way of torch's imports
    command = [sys.executable, "-P", probe.__file__, question, *args]
    try:
        process = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=True)
    except subprocess.TimeoutExpired as error:
        raise Problem(f"asking for {question} took longer than {timeout:g} s: {advice}") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.splitlines() or [f"exit status {error.returncode}"]
        raise Problem(f"asking for {question} failed ({lines[-1]}): {advice}") from error
    return json.loads(process.stdout)
