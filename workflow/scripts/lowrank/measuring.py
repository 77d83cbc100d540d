"""The trained networks that a job measures: one, or a stack of them, each into a file of its own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from . import checkpoint, tables
from .spec import record


class Network(NamedTuple):
    """A trained network, and where its measure is written."""

    about: dict  # what its file tells of it
    weights: dict[str, np.ndarray]
    output: str
    made_of: str

    @property
    def spec(self) -> dict:
        """All that it depends on."""
        return self.about["spec"]

    def write(self, name: str, columns: Mapping) -> None:
        """Write its measure, a table of the schema `name`, with what it was made of and where its data is from."""
        made = {"made_of": self.made_of, "network": self.about["checksum"]}
        tables.write(self.output, name, columns, self.about.get("data"), **made)
        print(f"measured {self.output}")


def each(inputs: Sequence[str], outputs: Sequence[str], order: dict) -> Iterator[Network]:
    """The networks of the order, read one by one; Problem if a file is not the one that was planned."""
    for path, output, name in zip(inputs, outputs, order["networks"], strict=True):
        about, weights = checkpoint.read(path, name)
        yield Network(about, weights, output, record(order, name))
