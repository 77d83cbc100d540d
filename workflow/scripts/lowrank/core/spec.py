"""Specs, everything a network depends on, as canonical text, and the names derived from it."""

import hashlib
import json


def canonical(value) -> str:
    """Return the canonical JSON of a value of built-in types: sorted keys, no spaces, floats by repr."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value) -> str:
    """Return the first 48 bits of the SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:12]


def record(order: dict, network: str | None = None) -> str:
    """Return what a table records of how it was made: the hash of the order of the job that made it.

    With a `network`, for measures, the hash covers that network alone, not the order's other `networks`.
    """
    own = {key: value for key, value in order.items() if key != "networks"} | {"network": network}
    return digest(own if network else order)


def network_key(spec: dict) -> str:
    """Path prefix of a network's files: {task}/g{g}/seed{seed}, or sentiment/seed{seed} for the LSTM (no g)."""
    strength = f"/g{spec['g']}" if "g" in spec else ""
    return f"{spec['task']}{strength}/seed{spec['seed']}"
