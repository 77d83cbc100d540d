"""Inherited settings that must not affect results: environment variables, and packages that shadow the pinned ones.

Shells, notebooks, environment modules of clusters and container images set them. Jobs restart without them, because
everything that can change a result belongs in the config or the code.
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
sys.path.insert(0, str(SCRIPTS))  # Snakemake adds it at the end, after an installed lowrank, perhaps of another clone
MODULES = (".py", ".so")
VARIABLES = (
    # the instructions a library uses, and hence the last bits
    *("MKL_CBWR", "MKL_DEBUG_CPU_TYPE", "MKL_ENABLE_INSTRUCTIONS", "MKL_VML_MODE"),
    *("OPENBLAS_CORETYPE", "BLIS_ARCH_TYPE", "BLIS_MODEL_TYPE", "ATEN_CPU_CAPABILITY"),
    *("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES", "GLIBC_TUNABLES"),
    *(f"{old}NNL_{name}" for old in ("D", "ONED") for name in ("MAX_CPU_ISA", "CPU_ISA_HINTS", "DEFAULT_FPMATH_MODE")),
    # how the C kernel is compiled
    *("CCC_OVERRIDE_OPTIONS", "CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH", "ZIG_LIB_DIR", "ZIG_LIBC"),
    # a GPU's precision and libraries
    *("NVIDIA_TF32_OVERRIDE", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE", "TORCH_BLAS_PREFER_CUBLASLT"),
    *("TORCH_LINALG_PREFER_CUSOLVER", "TORCH_LINALG_PREFER_MAGMA"),
    # the look of figures, or whether Matplotlib can be imported at all
    *("MATPLOTLIBRC", "MPLBACKEND", "SOURCE_DATE_EPOCH"),
    # how Python runs: a prompt at the end, text that is not UTF-8, no asserts, warnings as errors
    *("PYTHONINSPECT", "PYTHONIOENCODING", "PYTHONOPTIMIZE", "PYTHONWARNINGS"),
)


def begin_again(words: list[str]) -> None:
    """Restart this process, as `python WORDS`, if its environment can affect results or if a standard stream is closed.

    Deleting the variables is not enough: libraries read them when they are loaded, system libraries when the process
    starts.
    """
    lacking = [stream is None for stream in (sys.stdin, sys.stdout, sys.stderr)]  # closed, e.g. by some schedulers
    if any(lacking):
        while (opened := os.open(os.devnull, os.O_RDWR)) < 3:
            os.set_inheritable(opened, True)
        os.close(opened)
    if (clean := cleaned(os.environ)) != os.environ or any(lacking):
        if sys.stdout:
            sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, *words], clean)


def cleaned(environment: dict[str, str]) -> dict[str, str]:
    """Return the environment without the settings that must not affect a job."""
    kept = {name: value for name, value in environment.items() if name not in VARIABLES}
    covering = [str(folder) for folder in covering_folders(environment)]
    if "PYTHONPATH" in kept:
        entries = [entry for entry in kept["PYTHONPATH"].split(os.pathsep) if entry not in covering]
        kept["PYTHONPATH"] = os.pathsep.join(entries)
    if site.getusersitepackages() in covering:
        kept["PYTHONNOUSERSITE"] = "1"
    return kept


def is_taken_apart(path: str) -> bool:
    """Return True if the shell would split Python's path, which Snakemake passes to it without quotes."""
    return re.search(r"[^\w@%+=:,./-]", path) is not None  # letters of any script are fine


def covering_folders(environment: dict[str, str]) -> list[str]:
    """Return the folders of PYTHONPATH and the user's site-packages that shadow packages of the environment."""
    folders = [entry for entry in environment.get("PYTHONPATH", "").split(os.pathsep) if entry]
    folders += [folder for folder in [site.getusersitepackages()] if folder in sys.path]
    return [folder for folder in folders if covered_names(folder)]


def covered_names(folder: str) -> list[str]:
    """Return the packages and modules in a folder that also exist in the environment or the standard library.

    Empty if the folder itself is the environment, as with Spack and Guix: then only this folder contains Snakemake.
    """
    own, others = _of_environment(), _names([folder])
    if Path(folder).resolve() == SCRIPTS or ("snakemake" in others and "snakemake" not in own):
        return []
    return sorted(others & (own | sys.stdlib_module_names))


def leave_out(folders: Iterable[str]) -> None:
    """Remove folders from the path of a running process, so that further imports come from the environment."""
    out = {os.path.realpath(folder) for folder in folders}
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry) not in out]


def _of_environment() -> set[str]:
    return _names({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})


def _names(folders: Iterable[str]) -> set[str]:
    """Return the names that can be imported from some folders; skip folders that cannot be read."""
    found = set()
    for folder in folders:
        with contextlib.suppress(OSError):
            entries = list(os.scandir(folder))
            found |= {each.name.partition(".")[0] for each in entries if each.is_dir() or each.name.endswith(MODULES)}
    return found - {"", "__pycache__", "bin"}
