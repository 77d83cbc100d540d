"""The training trials of a stack of networks, a block of epochs at a time, laid out for the recursion."""

from collections.abc import Iterator

import numpy as np
import torch

from .network import Batch
from .streams import stream
from .tasks.base import Task

BLOCK = 20  # epochs drawn at once: a block has a stream of its own, so a resumed network finds its place


def batches(task: Task, specs: list[dict], first_epoch: int) -> Iterator[Batch]:
    """Fresh trials for every epoch from `first_epoch` on, each network's from its own stream."""
    block, skipped = divmod(first_epoch, BLOCK)
    while True:
        (inputs, targets, mask), ends = _draw(task, specs, block)
        first, active = _first_step(inputs), _active(ends)
        for epoch in range(skipped, BLOCK):
            yield Batch(inputs[epoch], targets[epoch], mask[epoch], first, active[epoch])
        block, skipped = block + 1, 0


def _draw(task: Task, specs: list[dict], block: int) -> tuple[list[torch.Tensor], np.ndarray]:
    """Inputs, targets and mask of a block, (epochs, networks, steps, trials, channels) each; the trials' ends.

    In every epoch the trials that are judged longest come first. Ends: (epochs, trials), the longest of the networks.
    """
    size = specs[0]["batch"]
    parts, ends = [], []
    for spec in specs:
        trials = task.draw(stream(spec, "training trials", block), BLOCK * size)
        end = trials.ends().reshape(BLOCK, size)
        order = np.argsort(-end, axis=1, kind="stable")
        place = (order + size * np.arange(BLOCK)[:, None]).ravel()
        parts.append([_time_first(part[place]) for part in (trials.inputs, trials.targets, trials.mask)])
        ends.append(np.take_along_axis(end, order, axis=1))
    return [torch.stack(networks, dim=1) for networks in zip(*parts, strict=True)], np.max(ends, axis=0)


def _time_first(part: np.ndarray) -> torch.Tensor:
    """(epochs * trials, steps, channels) as float32 (epochs, steps, trials, channels)."""
    return torch.from_numpy(part).float().unflatten(0, (BLOCK, -1)).transpose(1, 2)


def _first_step(inputs: torch.Tensor) -> int:
    """The first step with an input, in any trial of the block."""
    return int((inputs != 0).any(-1).any(-1).any(1).any(0).to(torch.uint8).argmax())


def _active(ends: np.ndarray) -> list[list[int]]:
    """For every epoch and step, how many trials are still judged then or later."""
    counts = (ends[:, :, None] > np.arange(ends.max())).sum(axis=1)
    return [[int(count) for count in epoch if count] for epoch in counts]
