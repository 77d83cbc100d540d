"""Networks and training states in safetensors files: named arrays, and metadata as one JSON string."""

import hashlib
import json
import os
import struct
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ..core.errors import UserError
from ..core.files import atomic
from ..core.spec import canonical, digest

ABOUT = "about"  # the only metadata key: several would be written in random order


def write(path: str | os.PathLike, spec: dict, arrays: dict[str, np.ndarray], **facts) -> None:
    """Write named arrays atomically, with their spec, their checksum and other facts."""
    arrays = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    about = {"spec": spec, **facts}
    about["checksum"] = _checksum(about, arrays)
    with atomic(path) as temporary:
        temporary.write_bytes(save(arrays, {ABOUT: canonical(about)}))


def read(path: str | os.PathLike, name: str) -> tuple[dict, dict[str, np.ndarray]]:
    """Return metadata and arrays of the network `name` (its spec's hash); UserError if damaged or different."""
    about = read_about(path)
    if digest(about["spec"]) != name:
        raise UserError(f"{path} holds the network {digest(about['spec'])}, not {name}: delete it and start again")
    try:
        arrays = load(Path(path).read_bytes())
    except (SafetensorError, OSError) as error:
        raise UserError(f"{path} cannot be read ({error}): delete it and start again") from error
    if _checksum(about, arrays) != about["checksum"]:
        raise UserError(f"{path} is damaged (its content does not match its checksum): delete it and start again")
    return about, arrays


def read_about(path: str | os.PathLike) -> dict:
    """Return the metadata of a file from its header alone; UserError if the file is missing or incomplete."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > path.stat().st_size:
                raise ValueError("its header is truncated")
            header = json.loads(file.read(length))
        about = json.loads(header.pop("__metadata__")[ABOUT])
        end = max(entry["data_offsets"][1] for entry in header.values())
        if path.stat().st_size != 8 + length + end:
            raise ValueError(f"it has {path.stat().st_size} bytes instead of {8 + length + end}")
        digest(about), about["spec"], about["checksum"]  # raises unless the keys exist and the values are valid JSON
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing") from error
    except (OSError, struct.error, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is not a complete network file ({error}): delete it and start again") from error
    return about


def is_complete(path: str | os.PathLike, name: str) -> bool:
    """Return True if the file holds the network `name` completely, by header and size: cheap enough for every plan."""
    try:
        return digest(read_about(path)["spec"]) == name
    except UserError:
        return False


def _checksum(about: dict, arrays: dict[str, np.ndarray]) -> str:
    total = hashlib.sha256(canonical({name: fact for name, fact in about.items() if name != "checksum"}).encode())
    for name in sorted(arrays):
        array = arrays[name]
        total.update(canonical([name, str(array.dtype), list(array.shape)]).encode())
        total.update(array.tobytes())
    return total.hexdigest()
