"""What decides the last bits of a sum on a CPU, besides the versions of the packages: recorded with every network."""

import platform

import numpy as np  # noqa: F401  loads its BLAS, as torch does
import torch
from llvmlite import binding
from threadpoolctl import threadpool_info

VECTORS = ("sse", "avx", "fma", "f16c", "amx", "neon", "sve", "sme", "fullfp16", "bf16", "i8mm", "dotprod")
LIBRARIES = ("Math Kernel Library", "MKL-DNN", "oneDNN", "OpenBLAS")  # within PyTorch, as it says of its build


def described() -> dict[str, str]:
    """Return in words which instructions there are for vectors, which of them libraries take, and which libraries."""
    return {
        "code for": binding.get_host_cpu_name(),
        "instructions": instructions(),
        "PyTorch's vectors": torch.backends.cpu.get_cpu_capability(),
        "BLAS": "; ".join([*_linked(), *_within_torch()]),
        "C library": " ".join(platform.libc_ver()).strip(),
    }


def instructions() -> str:
    """The instructions for vectors that processor and system offer: of one model, a virtual machine may hide some."""
    features = binding.get_host_cpu_features()
    return " ".join(sorted(name for name, there in features.items() if there and name.startswith(VECTORS)))


def _linked() -> list[str]:
    """The BLAS libraries that are loaded, each with the kernels that it chose."""
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    names = (f"{each['internal_api']} {each['version']} {each.get('architecture', '')}".strip() for each in found)
    return sorted(set(names))


def _within_torch() -> list[str]:
    lines = [line.strip(" -") for line in torch.__config__.show().splitlines()]
    return [line for line in lines if any(name in line for name in LIBRARIES) and "Build settings" not in line]
