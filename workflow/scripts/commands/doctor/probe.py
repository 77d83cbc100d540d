"""Questions asked in a separate process because they are slow, may hang, or concern a node of the cluster.

It runs without the project's modules: `python -P probe.py QUESTION ARGUMENTS` prints its answer as JSON.
"""

import fcntl
import json
import os
import socket
import sys
from pathlib import Path

VARIABLE = "LOWRANK_DOCTOR"  # reaches a job through the environment, like LOWRANK_PLAN


def gpu() -> dict:
    """Return torch's version, the CUDA it was built for and the name of the GPU it sees; or the error."""
    try:
        import torch

        device = torch.cuda.get_device_name() if torch.cuda.is_available() else None
        return {"version": torch.__version__, "cuda": torch.version.cuda, "device": device}
    except Exception as error:  # a broken installation may raise anything
        return {"error": f"{type(error).__name__}: {error}".splitlines()[0]}


def lock(file: str) -> str:
    """Lock a byte as training jobs do: return "free", "held" if another process holds it, or the system's error."""
    try:
        with open(file, "ab") as opened:
            fcntl.lockf(opened, fcntl.LOCK_EX | fcntl.LOCK_NB, 1)
        return "free"
    except (BlockingIOError, PermissionError):
        return "held"
    except OSError as error:
        return error.strerror


def job(folder: str, locked: str) -> None:
    """Answer all questions for a job; write the answer into the folder."""
    answer = {
        "host": socket.gethostname(),
        "token": Path(folder, "token").read_text(),
        "environment": os.environ.get(VARIABLE),
        "lock": lock(locked),
        "gpu": gpu(),
    }
    Path(folder, "answer").write_text(json.dumps(answer))


if __name__ == "__main__":
    question, *args = sys.argv[1:]
    print(json.dumps({"gpu": gpu, "lock": lock, "job": job}[question](*args)))
