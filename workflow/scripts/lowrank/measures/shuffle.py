"""Shuffling: performance with the elements of the initial connectivity W0 permuted and dW unchanged."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .. import tasks
from ..analysis import evaluation
from ..core.columns import Column
from .base import Measure, Network

if TYPE_CHECKING:
    from ..config.schema import Count


@dataclass(frozen=True)
class Shuffle(Measure):
    """Loss on fixed test trials after each of several permutations of W0."""

    holds = "losses of networks with their initial connectivity shuffled"
    columns: ClassVar = {
        "repetition": Column("int", "number of the permutation, from 0"),
        "loss": Column("float", "loss on the test trials; null if the network diverged"),
        "relative_loss": Column("float", "loss over L0, the loss before training"),
    }

    shuffles: "Count"
    trials: "Count"

    def compute(self, network: Network) -> dict:
        trials = evaluation.test_trials(network.spec, tasks.of(network.spec), self.trials)
        loss = evaluation.loss_shuffled(network.weights, network.spec, self.shuffles, trials)
        return {"repetition": range(len(loss)), "loss": loss, "relative_loss": loss / network.reference_loss}

    def amount(self) -> int:
        return self.shuffles * self.trials

    def size(self, n_neurons: int) -> int:
        return 2_000
