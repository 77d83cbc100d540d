"""Truncation of the LSTM: accuracy with W or dW truncated to low rank, and of the compressed LSTM (Fig. 5 b)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ..core.columns import Column
from ..sentiment import compression, evaluation
from ..sentiment.sentences.data import Data
from .base import Measure, Network

if TYPE_CHECKING:
    from ..config.schema import Count, Ranks


@dataclass(frozen=True)
class Truncation(Measure):
    """Accuracy and loss on the validation sentences; the last row is the compressed LSTM."""

    rule = "truncate_sentiment"
    holds = "accuracies of the LSTM with its weights truncated"
    columns: ClassVar = {
        "truncated": Column("string", "dW or W: what is truncated; compressed: W0 drawn anew, dW truncated"),
        "rank": Column("int", "rank at which it is truncated"),
        "loss": Column("float", "binary cross entropy on the validation sentences; null if the LSTM diverged"),
        "accuracy": Column("float", "share of validation sentences with the right answer; null likewise"),
    }
    reads_sentences = True

    ranks: "Ranks"
    compressed_rank: "Count"

    def compute(self, network: Network) -> dict:
        data = Data.of(network.sentences)
        columns = evaluation.by_rank(network.weights, self.ranks, data.validation, data.vectors)
        small = compression.row(network.spec, network.weights, self.compressed_rank, data.validation, data.vectors)
        return {name: [*values, small[name]] for name, values in columns.items()}

    def amount(self) -> int:
        return 2 * len(self.ranks)

    def size(self, n_neurons: int) -> int:
        return 2_500

    def setting_errors(self, networks):
        for name, settings in networks.items():
            for key, rank in {"ranks": self.ranks[-1], "compressed_rank": self.compressed_rank}.items():
                if rank > settings["n_neurons"]:
                    yield f"{key}: {rank} is beyond {name}.n_neurons = {settings['n_neurons']}"
