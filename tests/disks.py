"""Disks that are full, or closed to writing, for a while."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import workflow


@contextlib.contextmanager
def mounted(folder: Path, *steps: list[str]):
    """Something mounted on a folder for a while; where that is not allowed the test is skipped."""
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root can mount")
    try:
        for step in steps:
            process = subprocess.run(["mount", *step, folder], capture_output=True, text=True, check=False)
            if process.returncode:
                pytest.skip(f"cannot mount: {process.stderr.splitlines()[0]}")
        yield
    finally:
        while subprocess.run(["umount", folder], capture_output=True, check=False).returncode == 0:
            pass


def fill(folder: Path) -> Path:
    """A file that takes all the room that is left."""
    path = folder / "filler"
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(bytes(512)):
            pass
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {name: content for name, (_, content) in workflow.snapshot(folder).items()}


@contextlib.contextmanager
def closed(folder: Path):
    """A folder into which, and below which, nothing can be written; for root, whom permissions do not stop, a mount."""
    modes = {path: path.stat().st_mode for path in [folder, *folder.rglob("*")]}
    try:
        for path, mode in modes.items():
            path.chmod(mode & ~0o222)
        permissions_matter = not os.access(folder, os.W_OK)
        with (
            contextlib.nullcontext()
            if permissions_matter
            else mounted(folder, ["--bind", folder], ["-o", "remount,ro,bind"])
        ):
            yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
