"""What a network depends on, as a canonical text, and the name that it gives."""

import hashlib
import json


def canonical(value) -> str:
    """The one JSON text of a value made of built-in types: sorted keys, no spaces, floats by repr."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value) -> str:
    """48 bits of a hash over the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:12]


def record(order: dict, network: str | None = None) -> str:
    """What a table says of its making: a hash of the order of the job that made it.

    Of a measure: that of one `network` alone, whichever of the order's `networks` were measured with it.
    """
    own = {key: value for key, value in order.items() if key != "networks"} | {"network": network}
    return digest(own if network else order)


def place(spec: dict) -> str:
    """Where the files about a network stand: {task}/g{g}/seed{seed}; the LSTM, which has no g: sentiment/seed{seed}."""
    strength = f"/g{spec['g']}" if "g" in spec else ""
    return f"{spec['task']}{strength}/seed{spec['seed']}"
