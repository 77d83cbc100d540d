"""Named random streams: every random number of a run comes from one of them."""

import hashlib
import json

import numpy as np

PURPOSES = ("initialization", "training trials", "test trials", "shuffling", "sketch", "batches", "dropout")


def stream(spec: dict, purpose: str, number: int = 0) -> np.random.Generator:
    """The stream of a network (run seed, task, g, seed) for a purpose; `number` counts its blocks.

    The LSTM has no g. The test trials are those of the task and seed, whatever g: networks are compared on equal
    trials.
    """
    if purpose not in PURPOSES:
        raise ValueError(f"no random stream is named {purpose!r}")
    g = None if purpose == "test trials" or "g" not in spec else float(spec["g"])
    return named(spec["run_seed"], spec["task"], g, spec["seed"], purpose, number)


def named(*name: str | int | float | None) -> np.random.Generator:
    """The stream of a name alone: the same one in every run."""
    entropy = int.from_bytes(hashlib.sha256(json.dumps(name).encode()).digest())
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))
