"""A description of the machine, for each job's log and for the compute statement."""

import os
import platform
import subprocess
from pathlib import Path


def described() -> str:
    """Describe processor, cores, memory and system, but not the host name; omit anything unknown."""
    parts = [processor(), f"{os.cpu_count()} cores", memory(), f"{platform.system()} {platform.machine()}"]
    return ", ".join(part for part in parts if part)


def processor() -> str:
    """Return the CPU model, if the system reports it."""
    try:
        if platform.system() == "Darwin":
            command = ["sysctl", "-n", "machdep.cpu.brand_string"]
            return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except (OSError, subprocess.CalledProcessError):
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def memory() -> str:
    """Return the machine's memory; a container or cluster may grant a job less."""
    try:
        return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB of memory"
    except (OSError, ValueError):
        return ""
