"""A network of one's own in a notebook, from its arrays."""

import os

import numpy as np
import pandas as pd

from .. import tasks
from ..core.folders import PROJECT
from ..jobs import importing
from ..plan import plan
from ..store import foreign, schemas
from ..tasks.base import Task
from .network import Network
from .training import run_of


def from_arrays(
    task: str | type[Task],
    W0: np.ndarray,
    W: np.ndarray,
    M: np.ndarray,
    v: np.ndarray,
    *,
    dt: float,
    g: float | None = None,
    seed: int = 0,
    nonlinearity: str = "tanh",
    root: str | os.PathLike = PROJECT,
    **changes,
) -> Network:
    """Make a network of its arrays: W0 and W (N, N), element [i, j] from j to i, M (N, n_in), v (N, n_out).

    It is x[k+1] = (1 - dt) x[k] + dt (W r[k] + M u[k]), z[k] = v' r[k+1], with r = phi(x). With dt = 1 that is
    PyTorch's nn.RNN without biases, read out by an nn.Linear with weight v'. By default `g` is that of W0's elements.
    `task` and `changes` are those of `train`. UserError if an array has another shape, or is not finite.
    """
    arrays = {name: np.asarray(array) for name, array in {"W0": W0, "W": W, "M": M, "v": v}.items()}
    g = round(foreign.strength([arrays["W0"]]), 2) if g is None else g
    sizes = {"n_neurons": len(arrays["W0"]), "dt": dt, "nonlinearity": nonlinearity, "epochs": 1}
    run, key = run_of(task, g, seed, root, changes | sizes)
    known = plan.spec(run, key)
    spec = {name: known[name] for name in ("task", "g", "seed", *plan.OF_IMPORTED)}
    names = {name: name for name in arrays} | dict.fromkeys(("M0", "v0"))
    how = {"names": names, "orientation": "paper", "scale": {}, "ignored": []}
    weights = importing.weights({"the network": arrays}, spec | {"imported": how}, tasks.of(spec))
    return Network(spec, weights, run["trials"], pd.DataFrame(columns=schemas.columns("history")))
