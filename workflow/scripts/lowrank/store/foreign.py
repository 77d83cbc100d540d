"""Arrays of networks that were trained elsewhere: from safetensors, NumPy's .npz, or a PyTorch state_dict.

No such file can run code: objects other than arrays are refused.
"""

import io
import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
from safetensors.numpy import load

from ..core.errors import UserError

Arrays = dict[str, np.ndarray]


def content(path: str | os.PathLike) -> bytes:
    """Return the bytes of a file; UserError if it cannot be read."""
    try:
        if not Path(path).is_file():  # reading a pipe could wait for ever
            raise UserError(f"{path} cannot be read: there is no such file")
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:  # no permission; a null byte
        raise UserError(f"{path} cannot be read: {getattr(error, 'strerror', error)}") from error


def arrays(content: bytes, path: str | os.PathLike) -> Arrays:
    """Return the arrays of a file by name, given its bytes; UserError if it holds anything else, or is damaged."""
    suffix = Path(path).suffix
    if suffix not in READERS:
        raise UserError(f"{path} is not a network: expected a file named {', '.join(READERS)}")
    try:
        return READERS[suffix](content)
    except UserError as error:
        raise UserError(f"{path} {error}") from error
    except Exception as error:  # whatever the libraries raise on a damaged file
        raise UserError(f"{path} is not a whole {suffix} file ({type(error).__name__})") from error


def strength(matrices: Iterable[np.ndarray]) -> float:
    """Return g of connectivity matrices (N, N), sqrt(N) times the standard deviation of all their elements."""
    every = np.stack([*matrices]).astype(np.float64)
    return float(np.sqrt(every.shape[-1]) * every.std())


def is_named(full: str, name: str) -> bool:
    """Return True if an array's full name is `name`, or ends with it after a dot: rnn.weight_hh_l0 is weight_hh_l0."""
    return full == name or full.endswith(f".{name}")


def named(found: Arrays, name: str, path: str | os.PathLike) -> str:
    """Return the full name of the only array that is named so; UserError if there is none, or several."""
    names = [name] if name in found else [full for full in found if is_named(full, name)]
    if len(names) != 1:
        there = f"{len(names)} arrays {name!r}" if names else f"no array {name!r}"
        raise UserError(f"{path} has {there}; it holds {', '.join(found) or 'none'}")
    return names[0]


def _of_numpy(content: bytes) -> Arrays:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        found = {}
        for name in file.files:
            try:
                found[name] = file[name]
            except ValueError as error:  # raised for objects
                raise UserError(f"holds Python objects in {name}, which are not read: save numbers") from error
        return found


def _of_torch(content: bytes) -> Arrays:
    import torch  # only here: it takes seconds

    try:
        with warnings.catch_warnings(action="ignore"):  # such as about other kinds of files, refused below
            state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except UnpicklingError as error:
        raise UserError("holds more than tensors, which is not read: save model.state_dict()") from error
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise UserError("is not a state_dict, which maps names to tensors: save model.state_dict()")
    return {name: _real(value).numpy() for name, value in state.items()}


def _real(tensor):
    """Return a tensor in a type that numpy has; bfloat16 is none."""
    return tensor.detach().double() if tensor.is_floating_point() else tensor.detach()


READERS = {".safetensors": load, ".npz": _of_numpy, ".pt": _of_torch, ".pth": _of_torch}
