"""The device for training: CPU or GPU, which GPU, and its numerical settings."""

import fcntl
import os
import tempfile
from pathlib import Path

import torch

from ..core.errors import UserError

_locks = []  # on the GPUs this process uses, held until it ends


def device_of(name: str) -> torch.device:
    """Return the device `cpu`, or for `cuda` a GPU that no other training on this machine uses, if there is one.

    On a GPU, use full float32, not TF32, and deterministic operations only. Raise UserError if there is no GPU.
    """
    if name == "cpu":
        return torch.device("cpu")
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # makes cuBLAS deterministic; read when cuBLAS starts
    if not torch.cuda.is_available():
        raise UserError(
            f"this job is to train on a GPU, and PyTorch {torch.__version__} sees none on {os.uname().nodename}: "
            "ask for one (see docs/cluster.md), or train with device: cpu"
        )
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = False
    torch.use_deterministic_algorithms(True)
    identities = [torch.cuda.get_device_properties(index).uuid for index in range(torch.cuda.device_count())]
    return torch.device("cuda", first_free(identities))


def first_free(identities: list, folder: Path | None = None) -> int:
    """Return the index of the first GPU that no other process has locked; 0, to be shared, if all are taken.

    A cluster shows each job only its own GPUs. Without one, jobs that share a machine coordinate through lock files.
    """
    for index, identity in enumerate(identities):
        path = Path(folder or tempfile.gettempdir()) / f"lowrank-{os.getuid()}-gpu-{identity}.lock"
        lock = path.open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        _locks.append(lock)
        return index
    return 0


def name_of(device: torch.device) -> str:
    """Return the GPU's name, or `cpu`."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
