"""Hardware and libraries that affect the last bits of a sum on a CPU; recorded with every network."""

import platform
from importlib import import_module
from pathlib import Path

import numpy as np  # noqa: F401  loads numpy's BLAS
from threadpoolctl import threadpool_info

from .processor import features

VECTORS = ("sse", "avx", "fma", "f16c", "amx", "neon", "asimd", "advsimd", "sve", "sme", "bf16", "i8mm", "feat_")
LIBRARIES = ("Math Kernel Library", "MKL-DNN", "oneDNN", "OpenBLAS")  # bundled with PyTorch, under its names


def described(with_torch: bool) -> dict[str, str]:
    """Describe the vector instructions of this machine, the numerical libraries, and the instructions these use.

    PyTorch is included only if it took part; most networks are trained without it.
    """
    return {
        "instructions": instructions(),
        **({"PyTorch's vectors": _torch().backends.cpu.get_cpu_capability()} if with_torch else {}),
        "BLAS": "; ".join([*_linked(with_torch), *(_within_torch() if with_torch else ())]),
        "C library": " ".join(platform.libc_ver()).strip(),
    }


def instructions() -> str:
    """Return the vector instructions that processor and system offer; a virtual machine may hide some of a model's."""
    return " ".join(name for name in features().split() if name.lower().startswith(VECTORS))


def _linked(with_torch: bool) -> list[str]:
    """List the loaded BLAS libraries, each with the kernels it selected."""
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    found = [library for library in found if with_torch or "torch" not in Path(library["filepath"]).parts]
    names = (f"{each['internal_api']} {each['version']} {each.get('architecture', '')}".strip() for each in found)
    return sorted(set(names))


def _torch():
    return import_module("torch")  # only if it took part: importing it takes seconds


def _within_torch() -> list[str]:
    lines = [line.strip(" -") for line in _torch().__config__.show().splitlines()]
    return [line for line in lines if any(name in line for name in LIBRARIES) and "Build settings" not in line]
