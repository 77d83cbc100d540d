"""Training trials for a stack of networks, drawn in blocks of epochs and laid out for the recursion."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import numpy as np
import torch

from ..core.streams import stream
from ..tasks.base import Task
from .kernels.base import BLOCK
from .network import Batch


def batches(task: Task, specs: list[dict], first_epoch: int, device: str = "cpu") -> Iterator[Batch]:
    """Yield fresh trials for each epoch from `first_epoch` on, each network's from its own stream, on cpu or cuda."""
    block, skipped = divmod(first_epoch, BLOCK)
    blocks = _on_gpu(task, specs, block) if device == "cuda" else _on_cpu(task, specs, block)
    for drawn in blocks:
        yield from drawn[skipped:]
        skipped = 0


def _on_cpu(task: Task, specs: list[dict], first: int) -> Iterator[list[Batch]]:
    """Yield blocks from `first` on, drawn on demand; steps that affect no judged output are not computed."""
    for block in count(first):
        parts, ends = _stacked([_draw(task, spec, block) for spec in specs])
        steps, active = _first_step(parts[0]), _active(ends)
        yield [Batch(*(part[epoch] for part in parts), steps, active[epoch]) for epoch in range(BLOCK)]


def _on_gpu(task: Task, specs: list[dict], first: int) -> Iterator[list[Batch]]:
    """Yield blocks from `first` on, each drawn while the GPU works on the previous one and copied in one piece.

    All steps of all trials are computed, so that every epoch performs the same operations.
    """
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        drawing = [pool.submit(_draw, task, spec, first) for spec in specs]
        for block in count(first + 1):
            parts, _ = _stacked([drawn.result() for drawn in drawing])
            drawing = [pool.submit(_draw, task, spec, block) for spec in specs]
            parts = [part.pin_memory().to("cuda", non_blocking=True) for part in parts]
            steps, trials = parts[0].shape[2:4]
            yield [Batch(*(part[epoch] for part in parts), 0, [trials] * steps) for epoch in range(BLOCK)]


def _draw(task: Task, spec: dict, block: int) -> tuple[list[torch.Tensor], np.ndarray]:
    """Draw a network's block: inputs, targets and mask, (epochs, steps, trials, channels) each; ends (epochs, trials).

    Within each epoch, trials are sorted so that those judged longest come first.
    """
    size = spec["batch"]
    trials = task.draw(stream(spec, "training trials", block), BLOCK * size)
    end = trials.ends().reshape(BLOCK, size)
    order = np.argsort(-end, axis=1, kind="stable")
    index = (order + size * np.arange(BLOCK)[:, None]).ravel()
    parts = [_time_first(part[index]) for part in (trials.inputs, trials.targets, trials.mask)]
    return parts, np.take_along_axis(end, order, axis=1)


def _stacked(drawn: list[tuple[list[torch.Tensor], np.ndarray]]) -> tuple[list[torch.Tensor], np.ndarray]:
    """Stack the networks' blocks along a new axis after the epochs; return it with the maximum of their ends."""
    parts, ends = zip(*drawn, strict=True)
    return [torch.stack(networks, dim=1) for networks in zip(*parts, strict=True)], np.max(ends, axis=0)


def _time_first(part: np.ndarray) -> torch.Tensor:
    """Reshape (epochs * trials, steps, channels) to (epochs, steps, trials, channels), float32."""
    return torch.from_numpy(part).float().unflatten(0, (BLOCK, -1)).transpose(1, 2)


def _first_step(inputs: torch.Tensor) -> int:
    """Return the first step at which any trial of the block has an input."""
    return int((inputs != 0).any(-1).any(-1).any(1).any(0).to(torch.uint8).argmax())


def _active(ends: np.ndarray) -> list[list[int]]:
    """Count the trials still judged at each step or later, per epoch."""
    counts = (ends[:, :, None] > np.arange(ends.max())).sum(axis=1)
    return [[int(count) for count in epoch if count] for epoch in counts]
