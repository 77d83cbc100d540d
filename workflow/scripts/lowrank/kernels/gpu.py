"""Training on a GPU: which one, to which precision, and an epoch as a CUDA graph.

A graph is the list of all operations of an epoch, recorded once and started as one: launched one by one, the
thousands of small products of an epoch would take longer to start than to compute.
"""

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import torch

from ..network import Batch
from ..problems import Problem

WARM_UP = 3  # epochs before recording, in which libraries choose and load what they need

_locks = []  # of the GPUs that this process trains on, held until it ends


def device_of(name: str) -> torch.device:
    """The device `cpu`, or for `cuda` a GPU that no other training on this machine uses, if there is one.

    On a GPU: float32 as it is written, not rounded to TF32, and only operations that give the same bits each time.
    """
    if name == "cpu":
        return torch.device("cpu")
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # cuBLAS: the same bits each time; read when it starts
    if not torch.cuda.is_available():
        raise Problem(
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
    """The index of the first GPU that no other process has; 0, to be shared, if all are taken.

    A cluster shows each job its own GPUs; jobs that share a machine without one agree by locks.
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


def recorded(epoch: Callable[[Batch], dict], batch: Batch, changed: Iterable[torch.Tensor]) -> Callable[[Batch], dict]:
    """`epoch` as a CUDA graph for batches of the shape of `batch`; what it changes is afterwards as it was before.

    Nothing that it calls may wait for the GPU or depend on the batch's content, and each of its tensors has to stay
    where it is.
    """
    fixed = replace(batch, inputs=batch.inputs.clone(), targets=batch.targets.clone(), mask=batch.mask.clone())
    changed = list(changed)
    before = [tensor.clone() for tensor in changed]
    beside = torch.cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(WARM_UP):
            epoch(fixed)
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        row = epoch(fixed)
    for tensor, value in zip(changed, before, strict=True):
        tensor.copy_(value)

    def replayed(batch: Batch) -> dict:
        for name in ("inputs", "targets", "mask"):
            getattr(fixed, name).copy_(getattr(batch, name))
        graph.replay()
        return {name: values.clone() for name, values in row.items()}

    return replayed
