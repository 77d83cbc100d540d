"""What a kernel is, and what all kernels share."""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from ...tasks.base import Task

State = dict[str, np.ndarray]  # of one network, by name: all that its training goes on from
Row = dict[str, np.ndarray]  # of the history, by column: a value (n,) for each network

BLOCK = 20  # epochs drawn at once: a block has a stream of its own, so a resumed network finds its place
SHOWN = tuple(f"s{index}" for index in range(1, 6))  # singular values of dW in the history of linear networks


class Stack(Protocol):
    """Networks of one task that train in lockstep; they share the task's numbers and differ in g and seed."""

    device: str  # cpu, or the name of the GPU
    lag: int  # epochs after which rows are read: a GPU goes on meanwhile

    def __init__(self, specs: list[dict], weights: list[dict[str, np.ndarray]], device: str = "cpu"):
        """`device` is cpu or cuda; a kernel that has no use for a GPU stays on the CPU."""

    def step(self, batch: Any) -> Any:
        """One epoch; its row, to be read."""

    def read(self, rows: list[Any]) -> list[Row]:
        """What steps returned: `loss`, `gradient_norm` (Frobenius, by W) and more, all before the update.

        Linear networks also give `readout`, the output at the end of a single trial, and `s1` ... `s5`.
        """

    def state(self, network: int) -> State:
        """A copy of one network's state."""

    def restore(self, states: list[State]) -> None:
        """Go on from the states of all networks, taken at the same epoch."""

    def trained(self, network: int) -> dict[str, np.ndarray]:
        """W (N, N), M (N, n_in) and v (N, n_out), float32; and where it is known dW's own decomposition."""


class Kernel(Protocol):
    """A module of this folder."""

    Stack: type[Stack]

    def batches(self, task: Task, specs: list[dict], first_epoch: int, device: str = "cpu") -> Iterator[Any]:
        """What `Stack.step` wants of every epoch from `first_epoch` on."""


def learning_rate(spec: dict) -> float:
    """The learning rate eta: learning_rate / N, or learning_rate (1 - g^2)^2 in units of effective learning time."""
    if spec["rate_scaling"] == "effective_time":
        return spec["learning_rate"] * (1 - spec["g"] ** 2) ** 2
    return spec["learning_rate"] / spec["n_neurons"]
