"""What a process inherits and must not compute with: variables that change results, packages put before the pinned.

Shells, notebooks, modules of a cluster and images of containers set them. Jobs begin again without them, since all that
can change a result stands in the config or in the code.
"""

import contextlib
import os
import re
import site
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent
MODULES = (".py", ".so")
VARIABLES = (
    # which instructions a library computes with, and so the last bits
    *("MKL_CBWR", "MKL_DEBUG_CPU_TYPE", "MKL_ENABLE_INSTRUCTIONS", "MKL_VML_MODE"),
    *("OPENBLAS_CORETYPE", "BLIS_ARCH_TYPE", "BLIS_MODEL_TYPE", "ATEN_CPU_CAPABILITY"),
    *("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES", "GLIBC_TUNABLES"),
    *(f"{old}NNL_{name}" for old in ("D", "ONED") for name in ("MAX_CPU_ISA", "CPU_ISA_HINTS", "DEFAULT_FPMATH_MODE")),
    # how the kernel in C is compiled
    *("CCC_OVERRIDE_OPTIONS", "CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH", "ZIG_LIB_DIR", "ZIG_LIBC"),
    # to which precision, and with which library, a GPU computes
    *("NVIDIA_TF32_OVERRIDE", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "TORCH_BLAS_PREFER_CUBLASLT"),
    *("TORCH_LINALG_PREFER_CUSOLVER", "TORCH_LINALG_PREFER_MAGMA"),
    # how figures look, or whether Matplotlib can be imported at all
    *("MATPLOTLIBRC", "MPLBACKEND", "SOURCE_DATE_EPOCH"),
    # how Python runs: a prompt at the end, text that is not UTF-8, no asserts, warnings as errors
    *("PYTHONINSPECT", "PYTHONIOENCODING", "PYTHONOPTIMIZE", "PYTHONWARNINGS"),
)


def begin_again(words: list[str]) -> None:
    """Start this process anew, as `python WORDS`, if it has what it must not compute with, or lacks a stream.

    Libraries read their variables when they are loaded, the system's when the process begins: to delete them is not
    enough.
    """
    lacking = [stream is None for stream in (sys.stdin, sys.stdout, sys.stderr)]  # closed, as by some schedulers
    if any(lacking):
        while (opened := os.open(os.devnull, os.O_RDWR)) < 3:
            os.set_inheritable(opened, True)
        os.close(opened)
    if (clean := cleaned(os.environ)) != os.environ or any(lacking):
        if sys.stdout:
            sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, *words], clean)


def cleaned(environment: dict[str, str]) -> dict[str, str]:
    """Return the environment without what a job must not compute with."""
    kept = {name: value for name, value in environment.items() if name not in VARIABLES}
    covering = [str(folder) for folder in covering_folders(environment)]
    if "PYTHONPATH" in kept:
        entries = [entry for entry in kept["PYTHONPATH"].split(os.pathsep) if entry not in covering]
        kept["PYTHONPATH"] = os.pathsep.join(entries)
    if site.getusersitepackages() in covering:
        kept["PYTHONNOUSERSITE"] = "1"
    return kept


def is_taken_apart(path: str) -> bool:
    """Whether the shell, to which Snakemake gives Python's path without quotes, would not take it as one word."""
    return re.search(r"[^\w@%+=:,./-]", path) is not None  # letters of all scripts are no trouble


def covering_folders(environment: dict[str, str]) -> list[str]:
    """Return the folders of PYTHONPATH and of the user's own packages that put others before the environment's."""
    folders = [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
    folders += [folder for folder in [site.getusersitepackages()] if folder in sys.path]
    return [folder for folder in folders if covered_names(folder)]


def covered_names(folder: str) -> list[str]:
    """Return the packages and modules in a folder that the environment or the standard library has, too.

    None of a folder that is the environment, as Spack and Guix make them: Snakemake is there and nowhere else.
    """
    own, others = _of_environment(), _names([folder])
    if Path(folder).resolve() == SCRIPTS or ("snakemake" in others and "snakemake" not in own):
        return []
    return sorted(others & (own | sys.stdlib_module_names))


def leave_out(folders: Iterable[str]) -> None:
    """Take folders off the path of a process that has begun: what it imports from now on is the environment's."""
    out = {os.path.realpath(folder) for folder in folders}
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) not in out]


def _of_environment() -> set[str]:
    return _names({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})


def _names(folders: Iterable[str]) -> set[str]:
    """What can be imported from some folders, by name; from one that cannot be read, nothing can."""
    found = set()
    for folder in folders:
        with contextlib.suppress(OSError):
            entries = list(os.scandir(folder))
            found |= {each.name.partition(".")[0] for each in entries if each.is_dir() or each.name.endswith(MODULES)}
    return found - {"", "__pycache__", "bin"}
