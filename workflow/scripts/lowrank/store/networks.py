"""Network files, named by a hash of everything a network depends on and shared by all runs."""

from pathlib import Path

from ..core.spec import digest, network_key
from . import checkpoint, tables

FOLDER = "results/networks"


def file(spec: dict) -> str:
    """Return the path of a trained network: W0, M0, v0 and W, M, v."""
    return f"{FOLDER}/{network_key(spec)}-{digest(spec)}.safetensors"


def history(spec: dict) -> str:
    """Return the path of its history, one row per epoch."""
    return str(Path(file(spec)).with_suffix(".parquet"))


def state(spec: dict) -> Path:
    """Return the path of the state of its unfinished training, whichever job trains it."""
    return Path(file(spec)).with_suffix(".state")


def checksum(spec: dict) -> str | None:
    """Return the checksum recorded in a network's file; None unless the network and its history are complete."""
    if not exists(spec):
        return None
    return checkpoint.read_about(file(spec))["checksum"]


def files(spec: dict) -> list[tuple[Path, bool]]:
    """List the files of a trained network, each with True if it exists and is complete."""
    network, table = Path(file(spec)), Path(history(spec))
    return [(network, checkpoint.is_complete(network, digest(spec))), (table, tables.is_complete(table))]


def exists(spec: dict) -> bool:
    """Return True if a network and its history both exist and are complete."""
    return all(is_complete for _, is_complete in files(spec))
