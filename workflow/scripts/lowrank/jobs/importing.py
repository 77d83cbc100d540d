"""Networks that were trained elsewhere, as this project has them: oriented, scaled, checked; and their losses.

With dt = 1 and h = tanh(x), the Euler step x[k+1] = (1 - dt) x[k] + dt (W tanh(x[k]) + M u[k]) is that of PyTorch's
nn.RNN without biases, h[k+1] = tanh(W h[k] + M u[k]).
"""

from collections.abc import Iterator, Mapping
from math import sqrt

import numpy as np

from ..analysis.evaluation import Weights, losses_with, test_trials
from ..core.errors import UserError
from ..store.foreign import Arrays, is_named, named
from ..tasks.base import Task

TRIALS = 512  # test trials on which the losses before and after training are computed
AXES = {  # of the arrays in the files, by orientation
    "paper": {"W": ("N", "N"), "M": ("N", "n_in"), "v": ("N", "n_out")},
    "to_from": {"W": ("N", "N"), "M": ("N", "n_in"), "v": ("n_out", "N")},
    "from_to": {"W": ("N", "N"), "M": ("n_in", "N"), "v": ("N", "n_out")},
}
TRANSPOSED = {"paper": "", "to_from": "v", "from_to": "WM"}
FACTORS = {"1": lambda n: 1.0, "sqrt(N)": sqrt, "1/sqrt(N)": lambda n: 1 / sqrt(n), "1/N": lambda n: 1 / n}


def weights(files: Mapping[str, Arrays], spec: dict, task: Task) -> Weights:
    """Return W0, M0, v0 and W, M, v of a network, float32; where the files lack M0 and v0, these are M and v.

    `files` maps the path of the trained network, and of the untrained one if it has a file of its own, to the arrays;
    spec["imported"] says how to read them. UserError if an array is missing or unusable, or would have no part.
    """
    how, sizes = spec["imported"], {"N": spec["n_neurons"], "n_in": task.n_in, "n_out": task.n_out}
    found, used = {}, set()
    for role, path, name in _places(how["names"], *files):
        full = named(files[path], name, path)
        where = f"{path}: {full}"
        _check_numbers(files[path][full], where)
        axes = AXES[how["orientation"]][role[0]]
        if files[path][full].shape != (wanted := tuple(map(sizes.get, axes))):
            shape = files[path][full].shape
            raise UserError(
                f"{where} has shape {shape}; expected ({', '.join(axes)}) = {wanted}, as it is {role} "
                f"with orientation {how['orientation']}, n_neurons is {sizes['N']}, and the task {spec['module']} has "
                f"n_in = {task.n_in} and n_out = {task.n_out}"
            )
        used.add((path, full))
        found[role] = _scaled(files[path][full], role[0], how)
    _check_the_rest(files, used, how["ignored"])
    return {"M0": found["M"], "v0": found["v"]} | found


def losses(weights: Weights, spec: dict, task: Task) -> dict[str, float | None]:
    """Return the losses before and after training on the test trials; None if a loss is not finite."""
    trials = test_trials(spec, task, TRIALS)
    untrained = {name: weights[f"{name}0"] for name in "WMv"}
    found = {
        f"{when}_loss": float(losses_with(network, [network["W"]], spec, trials)[0])
        for when, network in (("initial", untrained), ("final", weights))
    }
    return {name: loss if np.isfinite(loss) else None for name, loss in found.items()}


def _places(names: dict[str, str | None], trained: str, untrained: str | None = None) -> Iterator[tuple[str, str, str]]:
    """Yield role, file and name of each array; a file of the untrained network has the names of the trained one's."""
    for role in "WMv":
        yield role, trained, names[role]
        if name := names[f"{role}0"] or (names[role] if untrained else None):
            yield f"{role}0", untrained or trained, name


def _scaled(array: np.ndarray, kind: str, how: dict) -> np.ndarray:
    """Return an array in the project's orientation, times the factor that the config states."""
    array = array.T if kind in TRANSPOSED[how["orientation"]] else array
    factor = FACTORS[how["scale"].get(kind, "1")](len(array))
    return np.ascontiguousarray(factor * array.astype(np.float64), np.float32)


def _check_numbers(array: np.ndarray, where: str) -> None:
    """Raise UserError unless all elements are finite real numbers, also as float32."""
    if array.dtype.kind not in "fiu":
        raise UserError(f"{where} has the type {array.dtype}; expected real numbers")
    with np.errstate(over="ignore"):
        unusable = np.argwhere(~np.isfinite(array.astype(np.float32)))
    if len(unusable):
        at = tuple(map(int, unusable[0]))
        raise UserError(f"{where} holds {array[at]} at {list(at)}; expected finite numbers, as float32 has them")


def _check_the_rest(files: Mapping[str, Arrays], used: set[tuple[str, str]], ignored: list[str]) -> None:
    """Raise UserError for an array that would be lost silently, such as a bias; zeros have no effect."""
    for path, arrays in files.items():
        for name, array in arrays.items():
            known = (path, name) in used or any(is_named(name, each) for each in ignored)
            if not known and np.any(array != 0):
                raise UserError(
                    f"{path}: {name} is not zero and has no part in x' = -x + W phi(x) + M u, z = v' phi(x): train "
                    "without it (bias=False), or, if the network does not use it, name it under `ignored`"
                )
