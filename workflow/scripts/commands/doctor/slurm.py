"""SLURM's commands."""

import os
import subprocess

from lowrank.core.problems import Problem


def slurm(*command: str, environment: dict | None = None, timeout: float = 60) -> subprocess.CompletedProcess:
    """Run one of SLURM's commands; Problem if it is not there, or does not end in time."""
    try:
        return subprocess.run(
            command, env=os.environ | (environment or {}), capture_output=True, text=True, timeout=timeout, check=False
        )
    except FileNotFoundError as error:
        raise Problem(
            f"{command[0]} is not on the PATH, though sbatch is: load SLURM's module, or ask its admins"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise Problem(f"{command[0]} does not answer within {timeout:g} s: try again when SLURM is up") from error


def said(process: subprocess.CompletedProcess) -> str:
    """SLURM's own sentences when it refuses, without the name of the command."""
    lines = process.stderr.replace(f"{process.args[0]}: ", "").replace("error: ", "").split("\n")
    return "; ".join(line.strip() for line in lines if line.strip()) or f"exit status {process.returncode}"
