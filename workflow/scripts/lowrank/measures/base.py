"""What a measure is: settings, the columns of its table, and how these are computed from a network."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import ClassVar

import numpy as np

from ..core.columns import NETWORK, SEED, Column
from ..core.problems import Problem

LSTM = "sentiment"  # the LSTM's task, and how the names of its tables begin
TAKEN = {  # by other rules, tables and folders
    *("all", "archive", "benchmarks", "claims", "claims_page", "comparison", "compute", "figure_published", "figures"),
    *("gather", "history", "logs", "page", "pages", "report", "sentiment_data", "sentiment_history", "summary"),
    *("tables", "theory", "train", "train_on_cpu", "train_sentiment", "verify"),
}


@dataclass(frozen=True)
class Network:
    """A trained network, as its file holds it."""

    spec: dict
    weights: dict[str, np.ndarray]  # W0, M0, v0, W, M, v: (N, N), (N, n_in), (N, n_out); of the LSTM others, by name
    reference_loss: float = float("nan")  # L0; NaN if the network diverged at once
    sentences: dict[str, np.ndarray] = field(default_factory=dict)  # the LSTM's data, for measures that read them

    def key(self) -> dict:
        """The columns that say which network a row is about: task, g and seed; of the LSTM the seed alone."""
        return {name: self.spec[name] for name in (SEED if self.spec["task"] == LSTM else NETWORK)}


@dataclass(frozen=True)
class Measure(ABC):
    """A measure: a frozen dataclass whose fields are its settings, keys of the section `measure` of config.yaml.

    The types of the fields are those of `schema`, which is imported for type checkers alone. A measure whose file
    is named sentiment_... is one of the LSTM: its settings are in the section `sentiment`.
    """

    name: ClassVar[str]  # of its file, its table, its folder in a run's results
    rule: ClassVar[str]  # that takes it: its name, if it does not say another
    of_lstm: ClassVar[bool]
    holds: ClassVar[str]  # what its table holds, in a phrase
    columns: ClassVar[dict[str, Column]]  # beside those that name the network
    runs_task: ClassVar[bool] = True  # whether it draws trials: then the task's own code is part of it
    reads_sentences: ClassVar[bool] = False  # whether it needs the LSTM's data

    def __init_subclass__(cls):
        cls.name = cls.__module__.rpartition(".")[2]
        cls.rule = vars(cls).get("rule", cls.name)
        cls.of_lstm = cls.name.startswith(f"{LSTM}_")

    @abstractmethod
    def compute(self, network: Network) -> Mapping:
        """The columns of the table, (rows,) each; None and NaN are null."""

    def table(self, network: Network) -> dict:
        """All columns of its table about a network; Problem unless `compute` gives those that it declares."""
        found = self.compute(network)
        if found.keys() != self.columns.keys():
            computed, declared = (", ".join(names) for names in (found, self.columns))
            raise Problem(f"measures/{self.name}.py computes the columns {computed} and declares {declared}")
        return network.key() | found

    def amount(self) -> int:
        """How often it does the same thing to a network: its time grows with that."""
        return 1

    def size(self, n_neurons: int) -> int:
        """The bytes of its file about one network, roughly."""
        return 3_000

    def unfit(self, networks: Mapping[str, dict]) -> Iterator[str]:
        """What in the settings does not fit the networks, a sentence each that begins with the key.

        `networks` are the settings of each task by what the config calls it: tasks.romo; sentiment.
        """
        yield from ()

    @classmethod
    def section(cls) -> str:
        """The section of the config that its settings are in."""
        return LSTM if cls.of_lstm else "measure"

    @classmethod
    def settings(cls, config: dict) -> dict:
        """Its settings in a config as `config.validated` returns it."""
        return {each.name: config[cls.section()][each.name] for each in fields(cls)}

    @classmethod
    def folder(cls) -> str:
        """The folder of its files in a run's results."""
        return cls.name.removeprefix(f"{LSTM}_")

    @classmethod
    def file(cls, run: str, place: str) -> str:
        """The file about one network of a run, by its place."""
        return f"results/{run}/{cls.folder()}/{place}.parquet"

    @classmethod
    def schema(cls) -> dict[str, Column]:
        """All columns of its table."""
        return (SEED if cls.of_lstm else NETWORK) | cls.columns

    @classmethod
    def mistake(cls) -> str | None:
        """What keeps it from being used, in a sentence."""
        if "__dataclass_params__" not in vars(cls):
            return f"{cls.__name__} lacks @dataclass(frozen=True)"
        if lacking := [name for name in ("holds", "columns") if not getattr(cls, name, None)]:
            return f"the measure does not say its {' and '.join(lacking)}"
        if {cls.name, cls.rule} & TAKEN or not (cls.name.isidentifier() and cls.rule.isidentifier()):
            return f"a measure cannot have the name {cls.name} and the rule {cls.rule}"
        if twice := [name for name in cls.columns if name in NETWORK]:
            return f"the columns {', '.join(twice)} name the network: leave them out"
        if cls.__abstractmethods__:
            return f"the measure lacks {', '.join(sorted(cls.__abstractmethods__))}"
        return None
