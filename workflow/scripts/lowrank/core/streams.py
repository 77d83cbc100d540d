"""Named random streams, the source of every random number in a run."""

import hashlib
import json

import numpy as np

PURPOSES = ("initialization", "training trials", "test trials", "shuffling", "sketch", "batches", "dropout")


def stream(spec: dict, purpose: str, number: int = 0) -> np.random.Generator:
    """Return a network's stream (run seed, task, g, seed) for a purpose; `number` counts its blocks.

    The LSTM has no g. Test trials do not depend on g, so that networks are compared on the same trials.
    Raise ValueError for an unknown purpose.
    """
    if purpose not in PURPOSES:
        raise ValueError(f"no random stream is named {purpose!r}")
    g = None if purpose == "test trials" or "g" not in spec else float(spec["g"])
    return named(spec["run_seed"], spec["task"], g, spec["seed"], purpose, number)


def named(*name: str | int | float | None) -> np.random.Generator:
    """Return the stream that belongs to a name, the same in every run."""
    entropy = int.from_bytes(hashlib.sha256(json.dumps(name).encode()).digest())
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
