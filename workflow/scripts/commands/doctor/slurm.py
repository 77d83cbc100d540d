"""SLURM's commands."""

import os
import subprocess

from lowrank.core.errors import UserError


def slurm(*command: str, environment: dict | None = None, timeout: float = 60) -> subprocess.CompletedProcess:
    """Run a SLURM command; raise UserError if it is missing or times out."""
    try:
        return subprocess.run(
            command, env=os.environ | (environment or {}), capture_output=True, text=True, timeout=timeout, check=False
        )
    except FileNotFoundError as error:
        raise UserError(
            f"{command[0]} is not on the PATH, although sbatch is: load SLURM's module, or ask the administrators"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise UserError(f"{command[0]} does not answer within {timeout:g} s: try again when SLURM is up") from error


def error_message(process: subprocess.CompletedProcess) -> str:
    """Return SLURM's error message without the command's name."""
    lines = process.stderr.replace(f"{process.args[0]}: ", "").replace("error: ", "").split("\n")
    return "; ".join(line.strip() for line in lines if line.strip()) or f"exit status {process.returncode}"
