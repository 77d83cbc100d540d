"""Table columns: the type, meaning and unit of each, all stored in the Parquet file."""

from typing import Literal, NamedTuple


class Column(NamedTuple):
    """A table column. Without a unit it is a count, a name, a ratio, or in the model's own units."""

    kind: Literal["string", "float", "int"]  # float64, int64; every kind is nullable
    meaning: str
    unit: str = ""


TIME = "time constants of a neuron"
SEED = {"seed": Column("int", "seed of the network")}
NETWORK = {
    "task": Column("string", "task, as the config names it"),
    "g": Column("float", "strength of the initial connectivity W0"),
    **SEED,
}
