"""What a table's column is: its type, its meaning and its unit, which go into the Parquet file with it."""

from typing import Literal, NamedTuple


class Column(NamedTuple):
    """A column of a table; without a unit it is a count, a name or a ratio, or in the model's own units."""

    kind: Literal["string", "float", "int"]  # float64, int64; all may be null
    meaning: str
    unit: str = ""


TIME = "time constants of a neuron"
SEED = {"seed": Column("int", "seed of the network")}
NETWORK = {
    "task": Column("string", "task, as the config names it"),
    "g": Column("float", "strength of the initial connectivity W0"),
    **SEED,
}
