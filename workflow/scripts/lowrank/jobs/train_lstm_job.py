"""Training job of the LSTM, like any other but with the sentences named in its spec."""

from collections.abc import Callable
from pathlib import Path

from ..core.spec import digest
from ..sentiment.sentences.data import Data
from ..sentiment.training import State, train
from ..store import checkpoint
from . import train_job


def run(
    specs: list[dict],
    data_file: str | Path,
    stopping: Callable[[], bool] = lambda: False,
    device: str = "cpu",
    threads: int = 1,
) -> None:
    """Train the LSTMs that are missing, on the data prepared for all of them, on up to `threads` threads of the CPU."""
    about, arrays = checkpoint.read(data_file, digest(specs[0]["data"]))
    data = Data.of(arrays)

    def trainer(specs: list[dict], states: list[State] | None, save, **how) -> list[train_job.Finished]:
        (spec,), (state,) = specs, states or [None]  # one LSTM at a time
        if state is not None:
            print(f"resuming from update {state['updates']}")
        trained = train(spec, data, state, save=lambda state: save([state]), threads=threads, **how)
        initial = {f"initial.{name}": weight for name, weight in trained.initial.items()}
        columns = trained.history | {"seed": spec["seed"], "epoch": range(len(trained.history["train_loss"]))}
        facts = {"data": about["facts"]}
        return [train_job.Finished(initial | trained.weights, "sentiment_history", columns, trained.device, facts)]

    train_job.run(specs, stopping, device, trainer)
