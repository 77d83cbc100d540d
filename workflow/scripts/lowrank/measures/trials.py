"""Example trial: input, output and target of a trained network (Fig. 1 a-c, Fig. 3 a)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from .. import tasks
from ..analysis import evaluation
from ..core.columns import TIME, Column
from .base import Measure, Network

if TYPE_CHECKING:
    from ..config.schema import Count, Seed


@dataclass(frozen=True)
class Trials(Measure):
    """One of the fixed test trials, step by step."""

    holds = "a test trial of each trained network"
    columns: ClassVar = {
        "time": Column("float", "time from the start of the trial", TIME),
        "signal": Column("string", "input, output or target"),
        "channel": Column("int", "channel of the signal, from 1"),
        "value": Column("float", "value of the signal; null for a target where the output is not judged"),
        "phase": Column("string", "phase of the trial, as the task names it"),
    }

    trials: "Count"
    shown_trial: "Seed"

    def compute(self, network: Network) -> dict:
        task = tasks.of(network.spec)
        trials = evaluation.test_trial(network.spec, task, self.trials, self.shown_trial)
        return evaluation.signals(network.weights, network.spec, task, trials)

    def size(self, n_neurons: int) -> int:
        return 6_000

    def setting_errors(self, networks):
        if self.shown_trial >= self.trials:
            yield f"shown_trial = {self.shown_trial}: there are {self.trials} trials, from 0"
