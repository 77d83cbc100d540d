"""Whether the pinned packages can be installed here: if not, one sentence and exit status 1.

    python3 envs/here.py

Compiled packages (PyTorch, PyArrow, the C compiler) come as wheels for some Pythons and systems; elsewhere pip asks for
compilers and fails after minutes. This runs on Python 3.6, too.
"""

import platform
import sys
import sysconfig

OLDEST, NEWEST = (3, 11), (3, 13)
GLIBC = (2, 28)
MACHINES = {"Linux": ("x86_64", "aarch64"), "Darwin": ("arm64",)}


def refusal():
    """Return why the packages cannot be installed here, or None if they can."""
    name = f"{platform.python_version()} ({sys.executable})"
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return f"Python 3.11, 3.12 or 3.13 is needed, this is {name}: try make PYTHON=python3.12"
    if platform.python_implementation() != "CPython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return f"CPython with its global lock is needed, this is another kind of Python, {name}"
    system, machine = platform.system(), platform.machine()
    if machine not in MACHINES.get(system, ()) or sys.maxsize < 2**32:
        return (
            "The pinned packages are built for Linux on x86_64 or aarch64 and for macOS on Apple's processors, "
            f"this is a Python for {system} {machine}: take another machine{hint(system)}"
        )
    libc, version = platform.libc_ver()
    if system == "Linux" and (libc != "glibc" or numbers(version) < GLIBC):
        found = " ".join([libc, version]).strip() or "another C library"
        return (
            "The pinned packages are built for Linux with glibc 2.28 or newer (Debian 10, Ubuntu 20.04, RHEL 8), "
            f"here is {found}: take another system, or a container with one"
        )
    return None


def hint(system):
    """Return what may be done on a machine without packages."""
    if system == "Windows":
        return ", or WSL 2, which is a Linux"
    return ", or a Python for arm64 if the processor is Apple's" if system == "Darwin" else ""


def numbers(version):
    """Return a version as numbers, as far as it has them."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())


if __name__ == "__main__":
    sys.exit(refusal())
