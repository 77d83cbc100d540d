"""Compile the C files in this folder for this machine's processor, on first use.

The compiler comes with the pinned wheel `ziglang`: Clang with everything it needs, on Linux and macOS. Each library is
named by a hash of everything it depends on, including the processor's features, so different kinds of machine that
share a folder never load each other's.
"""

import ctypes
import fcntl
import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

from ..core.errors import UserError
from ..core.files import atomic
from ..core.hardware import processor
from . import FLAGS
from .processor import features

SOURCES = Path(__file__).parent
NATIVE = ("-mcpu=native",)
REALS = {"float32": "float", "float64": "double"}  # numpy's names and C's


def library(precision: str = "float32", machine: tuple[str, ...] = NATIVE) -> ctypes.CDLL:
    """Return the library for a precision, cached or newly compiled; raise UserError if that is impossible."""
    found = _library(precision, machine)
    if isinstance(found, str):
        raise UserError(found)
    return found


@cache
def _library(precision: str, machine: tuple[str, ...]) -> ctypes.CDLL | str:
    """Return the library, or the reason why there is none. The cache prevents repeated attempts."""
    reasons = []
    for folder in folders():
        path = folder / name(precision, machine)
        try:
            if not path.is_file():
                _compile(path, precision, machine)
            return _loaded(path)
        except (OSError, UserError) as error:
            reasons.append(" ".join(f"{error}".split()))
    return (
        f"the kernel in C cannot be compiled on {platform.node()} ({'; '.join(dict.fromkeys(reasons))}): mend that, or "
        "train with kernel: reference"
    )


def _loaded(path: Path) -> ctypes.CDLL:
    found = ctypes.CDLL(str(path))
    for name in ("work_of_gradients", "work_of_outputs"):
        getattr(found, name).restype = ctypes.c_long
    return found


def folders() -> Iterator[Path]:
    """Yield the cache folders in order of preference, the user's, then the project's; the first usable one is taken."""
    home = Path.home() if "HOME" in os.environ else None
    if cache_home := os.environ.get("XDG_CACHE_HOME"):
        yield Path(cache_home, "lowrank", "compiled")
    elif home:
        yield home / ("Library/Caches" if platform.system() == "Darwin" else ".cache") / "lowrank/compiled"
    yield Path(".snakemake/lowrank/compiled").absolute()


def name(precision: str, machine: tuple[str, ...] = NATIVE) -> str:
    """Return the library's file name, a hash of its sources, flags, compiler and processor."""
    parts = [*FLAGS, *machine, version("ziglang"), platform.system(), platform.machine(), processor(), features()]
    parts += [f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in sources()]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{precision}-{digest[:16]}.so"


def sources() -> list[Path]:
    """List the C files and headers."""
    return sorted(SOURCES.glob("*.[ch]"))


def command(target: Path, precision: str, machine: tuple[str, ...] = NATIVE) -> list[str]:
    """Return the compiler's command line."""
    files = [str(path) for path in sources() if path.suffix == ".c"]
    real = f"-DREAL={REALS[precision]}"
    return [sys.executable, "-m", "ziglang", "cc", *FLAGS, *machine, real, *files, "-o", str(target), "-lc", "-lm"]


def environment(folder: Path) -> dict[str, str]:
    """Return the compiler's environment, with its own cache in `folder`, beside the libraries."""
    return os.environ | dict.fromkeys(("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"), str(folder / "zig"))


def _compile(path: Path, precision: str, machine: tuple[str, ...]) -> None:
    """Compile the library; concurrent jobs wait for the first one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / ".lock").open("ab") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)  # released by the system however the process dies
        if path.is_file():
            return
        with atomic(path) as temporary:
            words = command(temporary, precision, machine)
            done = subprocess.run(words, env=environment(path.parent), capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise UserError(f"the compiler says {done.stderr.strip()[-500:] or done.returncode}")
