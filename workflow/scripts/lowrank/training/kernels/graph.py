"""An epoch on a GPU as a CUDA graph: the list of all its operations, recorded once and started as one.

Launched one by one, the thousands of small products of an epoch would take longer to start than to compute.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import torch

from ..network import Batch

WARM_UP = 3  # epochs before recording, in which libraries choose and load what they need


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
