"""Truncation: performance with the connectivity change dW truncated to low rank (Eq. 4)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .. import tasks
from ..analysis import evaluation
from ..core.columns import Column
from .base import Measure, Network

if TYPE_CHECKING:
    from ..config.schema import Count, Ranks


@dataclass(frozen=True)
class Truncation(Measure):
    """Loss on fixed test trials with dW truncated at each rank, W0 and the trained input and readout vectors kept."""

    rule = "truncate"
    holds = "losses of networks with the change of their connectivity truncated"
    columns: ClassVar = {
        "rank": Column("int", "rank at which dW is truncated"),
        "loss": Column("float", "loss on the test trials; null if the network diverged"),
        "relative_loss": Column("float", "loss over that of rank 0"),
    }

    ranks: "Ranks"
    trials: "Count"

    def compute(self, network: Network) -> dict:
        trials = evaluation.test_trials(network.spec, tasks.of(network.spec), self.trials)
        loss = evaluation.loss_by_rank(network.weights, self.ranks, network.spec, trials)
        return {"rank": self.ranks, "loss": loss, "relative_loss": loss / loss[self.ranks.index(0)]}

    def amount(self) -> int:
        return len(self.ranks) * self.trials

    def size(self, n_neurons: int) -> int:
        return 2_500

    def setting_errors(self, networks):
        if 0 not in self.ranks:
            yield "ranks: must hold 0: the functional rank is relative to the rank-0 loss"
        for name, task in networks.items():
            if self.ranks[-1] > task["n_neurons"]:
                yield f"ranks: {self.ranks[-1]} is beyond {name}.n_neurons = {task['n_neurons']}"
