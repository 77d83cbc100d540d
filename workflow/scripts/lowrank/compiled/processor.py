"""The processor's instruction set, as reported by the system; libraries are compiled for it."""

import platform
import subprocess
from functools import cache
from pathlib import Path


@cache
def features() -> str:
    """Return the system's names of all processor features; a virtual machine may hide some of a model's."""
    if platform.system() == "Darwin":
        command = ["sysctl", "-a"]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        there = [line.partition(":")[0].rpartition(".")[2] for line in lines if line.startswith("hw.optional.")]
        return " ".join(sorted(there))
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = (line.partition(":") for line in lines)
    return next((" ".join(sorted(rest.split())) for key, _, rest in named if key.strip() in ("flags", "Features")), "")
