"""The files of networks: named by all that a network depends on, shared by all runs."""

from pathlib import Path

from ..core.spec import digest, place
from . import checkpoint, tables

FOLDER = "results/networks"


def file(spec: dict) -> str:
    """A trained network: W0, M0, v0 and W, M, v."""
    return f"{FOLDER}/{place(spec)}-{digest(spec)}.safetensors"


def history(spec: dict) -> str:
    """Its history, a row per epoch."""
    return str(Path(file(spec)).with_suffix(".parquet"))


def state(spec: dict) -> Path:
    """The state of its training until it is finished, whatever job trains it."""
    return Path(file(spec)).with_suffix(".state")


def checksum(spec: dict) -> str | None:
    """The checksum of a trained network, as its file states it; None unless it and its history are there, whole."""
    if not is_there(spec):
        return None
    return checkpoint.read_about(file(spec))["checksum"]


def parts(spec: dict) -> list[tuple[Path, bool]]:
    """The files of a trained network, and whether each is there, whole."""
    network, table = Path(file(spec)), Path(history(spec))
    return [(network, checkpoint.is_whole(network, digest(spec))), (table, tables.is_whole(table))]


def is_there(spec: dict) -> bool:
    """Whether a network and its history are there, whole."""
    return all(is_whole for _, is_whole in parts(spec))
