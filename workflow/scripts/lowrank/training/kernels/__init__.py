"""The training kernels, one per file; `base` defines their interface.

On a CPU a compiled kernel trains the network: `linear` for the linear network of Section 3, `compiled` for all others.
`reference` trains any network in torch, with the same results within rounding. The other kernels are tested against
it, and GPUs use it.
"""

import importlib
import json
from functools import cache
from types import ModuleType

import numpy as np

from ... import tasks
from ...core.streams import named


def load(name: str) -> ModuleType:
    """Return the kernel in the file `name`, a module with the members of `base.Kernel`."""
    return importlib.import_module(f"{__name__}.{name}")


def chosen(networks: dict, kernel: str = "fast", device: str = "cpu") -> str:
    """Choose the kernel for networks, given their spec or task settings; `kernel` and `device` are the config's.

    On a GPU only `reference` runs, but networks suited to `linear` stay on the CPU, which is as fast.
    """
    fast = compiled_for(networks)
    return fast if kernel == "fast" and (device == "cpu" or fast == "linear") else "reference"


def compiled_for(networks: dict) -> str:
    """Choose the compiled kernel for networks, given their spec or task settings."""
    as_in_section_3 = {"nonlinearity": "identity", "optimizer": "sgd", "trained": ["W"], "batch": 1}
    if any(networks[key] != value for key, value in as_in_section_3.items()):
        return "compiled"
    task = {key: networks[key] for key in ("module", "dt", "numbers")}
    return "linear" if _has_one_constant_input(json.dumps(task, sort_keys=True)) else "compiled"


@cache
def _has_one_constant_input(task: str) -> bool:
    """Return True if a task has one trial, one output and one input, constant from onset and not judged before it."""
    task = tasks.of(json.loads(task))
    if not task.deterministic or (task.n_in, task.n_out) != (1, 1):
        return False
    trial = task.draw(named("contract", "first"), 1)
    inputs, judged = trial.inputs[0, :, 0], trial.mask[0, :, 0]
    there = np.flatnonzero(inputs)
    return len(there) > 0 and bool((inputs[there[0] :] == inputs[there[0]]).all()) and not judged[: there[0]].any()
