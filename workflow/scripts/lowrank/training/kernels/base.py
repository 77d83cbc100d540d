"""The interface of kernels, and what they share."""

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from ...tasks.base import Task

State = dict[str, np.ndarray]  # of one network, by name: all that is needed to resume its training
Row = dict[str, np.ndarray]  # of the history, by column: values (n,), one per network

BLOCK = 20  # epochs drawn at once; each block has its own stream, so that training can resume anywhere
SHOWN = tuple(f"s{index}" for index in range(1, 6))  # singular values of dW in the history of linear networks


class Stack(Protocol):
    """Networks of one task trained in lockstep; they share the task's settings and differ in g and seed."""

    device: str  # cpu, or the name of the GPU
    lag: int  # epochs between reads of rows; a GPU need not wait for them

    def __init__(self, specs: list[dict], weights: list[dict[str, np.ndarray]], device: str = "cpu"):
        """`device` is cpu or cuda; a kernel that cannot use a GPU stays on the CPU."""

    def step(self, batch: Any) -> Any:
        """Train for one epoch; return its row, to be passed to `read`."""

    def read(self, rows: list[Any]) -> list[Row]:
        """Convert rows returned by `step`: `loss`, `gradient_norm` (Frobenius, w.r.t. W), all before the update.

        Linear networks add `readout`, the output of a single trial where it is judged last, and `s1` ... `s5`.
        """

    def state(self, network: int) -> State:
        """Copy one network's state."""

    def restore(self, states: list[State]) -> None:
        """Restore the states of all networks, all of the same epoch."""

    def trained(self, network: int) -> dict[str, np.ndarray]:
        """Return W (N, N), M (N, n_in) and v (N, n_out), float32, and the decomposition of dW where it is known."""


class Kernel(Protocol):
    """A module in this folder."""

    Stack: type[Stack]

    def batches(self, task: Task, specs: list[dict], first_epoch: int, device: str = "cpu") -> Iterator[Any]:
        """Yield the batches for `Stack.step`, from epoch `first_epoch` on."""


def learning_rate(spec: dict) -> float:
    """Return eta: learning_rate itself, over N, or times (1 - g^2)^2 in units of effective learning time."""
    if spec["rate_scaling"] == "none":
        return spec["learning_rate"]
    if spec["rate_scaling"] == "effective_time":
        return spec["learning_rate"] * (1 - spec["g"] ** 2) ** 2
    return spec["learning_rate"] / spec["n_neurons"]
