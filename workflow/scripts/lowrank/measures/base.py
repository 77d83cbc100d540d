"""Base class of measures: settings, the table's columns, and their computation from a network."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import ClassVar

import numpy as np

from ..core.columns import NETWORK, SEED, Column
from ..core.errors import UserError

LSTM = "sentiment"  # the LSTM's task, and the prefix of its tables' names
TAKEN = {  # names of other rules, tables and folders
    *("all", "archive", "benchmarks", "claims", "claims_page", "comparison", "compute", "figure_published", "figures"),
    *("gather", "history", "logs", "page", "pages", "report", "sentiment_data", "sentiment_history", "summary"),
    *("import_networks", "tables", "theory", "train", "train_on_cpu", "train_sentiment", "verify"),
}


@dataclass(frozen=True)
class Network:
    """A trained network, as stored in its file."""

    spec: dict
    weights: dict[str, np.ndarray]  # W0, M0, v0, W, M, v: (N, N), (N, n_in), (N, n_out); the LSTM has other names
    reference_loss: float = float("nan")  # L0; NaN if the network diverged at once
    sentences: dict[str, np.ndarray] = field(default_factory=dict)  # the LSTM's data, if the measure reads them

    def key(self) -> dict:
        """Return the columns that identify the network: task, g and seed; for the LSTM only the seed."""
        return {name: self.spec[name] for name in (SEED if self.spec["task"] == LSTM else NETWORK)}


@dataclass(frozen=True)
class Measure(ABC):
    """A measure: a frozen dataclass whose fields are its settings, keys of the section `measure` in config.yaml.

    The field types are those of `config.schema`, imported for type checkers only. A measure in a file named
    sentiment_... applies to the LSTM, and its settings are in the section `sentiment`.
    """

    name: ClassVar[str]  # of its file, its table and its folder in a run's results
    rule: ClassVar[str]  # the rule that takes it; by default its name
    of_lstm: ClassVar[bool]
    holds: ClassVar[str]  # the contents of its table, in a phrase
    columns: ClassVar[dict[str, Column]]  # in addition to those that identify the network
    runs_task: ClassVar[bool] = True  # True if it draws trials, so that it depends on the task's code
    reads_sentences: ClassVar[bool] = False  # True if it needs the LSTM's data

    def __init_subclass__(cls):
        cls.name = cls.__module__.rpartition(".")[2]
        cls.rule = vars(cls).get("rule", cls.name)
        cls.of_lstm = cls.name.startswith(f"{LSTM}_")

    @abstractmethod
    def compute(self, network: Network) -> Mapping:
        """Compute the columns of the table, (rows,) each; None and NaN become null."""

    def table(self, network: Network) -> dict:
        """Return all columns of the table for a network; UserError unless `compute` returns the declared columns."""
        found = self.compute(network)
        if found.keys() != self.columns.keys():
            computed, declared = (", ".join(names) for names in (found, self.columns))
            raise UserError(f"measures/{self.name}.py computes the columns {computed} and declares {declared}")
        return network.key() | found

    def amount(self) -> int:
        """Number of repetitions per network, to which the computing time is proportional."""
        return 1

    def size(self, n_neurons: int) -> int:
        """Approximate file size per network, in bytes."""
        return 3_000

    def setting_errors(self, networks: Mapping[str, dict]) -> Iterator[str]:
        """Yield the settings that do not fit the networks, one sentence each, beginning with the key.

        `networks` holds each task's settings by its key in the config: tasks.romo; sentiment.
        """
        yield from ()

    @classmethod
    def section(cls) -> str:
        """Return the config section that holds its settings."""
        return LSTM if cls.of_lstm else "measure"

    @classmethod
    def settings(cls, config: dict) -> dict:
        """Return its settings from a config validated by `config.validated`."""
        return {each.name: config[cls.section()][each.name] for each in fields(cls)}

    @classmethod
    def folder(cls) -> str:
        """Return the name of its folder in a run's results."""
        return cls.name.removeprefix(f"{LSTM}_")

    @classmethod
    def file(cls, run: str, key: str) -> str:
        """Return the path of the file for the network `key` in a run."""
        return f"results/{run}/{cls.folder()}/{key}.parquet"

    @classmethod
    def schema(cls) -> dict[str, Column]:
        """Return all columns of its table."""
        return (SEED if cls.of_lstm else NETWORK) | cls.columns

    @classmethod
    def error(cls) -> str | None:
        """Return a sentence that says why the measure cannot be used; None if it can."""
        if "__dataclass_params__" not in vars(cls):
            return f"{cls.__name__} lacks @dataclass(frozen=True)"
        if lacking := [name for name in ("holds", "columns") if not getattr(cls, name, None)]:
            return f"the measure does not define its {' and '.join(lacking)}"
        if {cls.name, cls.rule, cls.folder()} & TAKEN or not (cls.name.isidentifier() and cls.rule.isidentifier()):
            return f"a measure cannot have the name {cls.name} and the rule {cls.rule}"
        if twice := [name for name in cls.columns if name in NETWORK]:
            return f"the columns {', '.join(twice)} name the network: leave them out"
        if cls.__abstractmethods__:
            return f"the measure lacks {', '.join(sorted(cls.__abstractmethods__))}"
        return None
