"""An epoch on a GPU as a CUDA graph: all its operations, recorded once and launched together.

Launched one by one, an epoch's thousands of small products would take longer to launch than to compute.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import torch

from ..network import Batch

WARM_UP = 3  # epochs before recording, during which libraries select and load their kernels


def recorded(epoch: Callable[[Batch], dict], batch: Batch, changed: Iterable[torch.Tensor]) -> Callable[[Batch], dict]:
    """Record `epoch` as a CUDA graph for batches of the shape of `batch`, then reset the tensors in `changed`.

    `epoch` must not wait for the GPU or depend on the batch's values, and its tensors must keep their addresses.
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
