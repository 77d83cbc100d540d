"""The code that trains: a kernel a file; `base` says what a kernel is.

On a CPU a network is trained by one that is compiled: `linear`, for the linear network of Section 3, or `compiled`, for
all others. `reference` trains every network in torch, to the same results within rounding: what the others are tested
against, and what a GPU computes with.
"""

import importlib
import json
from functools import cache
from types import ModuleType

import numpy as np

from ... import tasks
from ...core.streams import named


def load(name: str) -> ModuleType:
    """The kernel in the file `name`: its classes and functions are those that `base.Kernel` names."""
    return importlib.import_module(f"{__name__}.{name}")


def chosen(networks: dict, kernel: str = "fast", device: str = "cpu") -> str:
    """The kernel that trains networks, by their spec or their task's settings; `kernel`, `device` as in the config.

    A GPU has use for `reference` alone; what `linear` trains is as fast on a CPU.
    """
    fast = compiled_for(networks)
    return fast if kernel == "fast" and (device == "cpu" or fast == "linear") else "reference"


def compiled_for(networks: dict) -> str:
    """Which of the compiled kernels is for networks, by their spec or their task's settings."""
    as_in_section_3 = {"nonlinearity": "identity", "optimizer": "sgd", "trained": ["W"], "batch": 1}
    if any(networks[key] != value for key, value in as_in_section_3.items()):
        return "compiled"
    task = {key: networks[key] for key in ("module", "dt", "numbers")}
    return "linear" if _has_one_constant_input(json.dumps(task, sort_keys=True)) else "compiled"


@cache
def _has_one_constant_input(task: str) -> bool:
    """Whether a task has one trial, one output, and one input that stays what it is from its onset on, judged then."""
    task = tasks.of(json.loads(task))
    if not task.deterministic or (task.n_in, task.n_out) != (1, 1):
        return False
    trial = task.draw(named("contract", "first"), 1)
    inputs, judged = trial.inputs[0, :, 0], trial.mask[0, :, 0]
    there = np.flatnonzero(inputs)
    return len(there) > 0 and bool((inputs[there[0] :] == inputs[there[0]]).all()) and not judged[: there[0]].any()
