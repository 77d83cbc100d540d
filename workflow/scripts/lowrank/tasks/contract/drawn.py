"""Check the trials a task draws: the array shapes, types and values that training and measures rely on."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from ...core.streams import named
from ..base import Task, Trials
from .exceptions import RAISED, described
from .patience import limited

TRIALS = 8  # trials drawn per check; more would slow down every start
AXES = {  # for the fields of Trials
    "inputs": ("trials", "steps", "n_in"),
    "targets": ("trials", "steps", "n_out"),
    "mask": ("trials", "steps", "n_out"),
    "phase": ("trials", "steps"),
}
KINDS = {"inputs": "float32", "targets": "float32", "mask": "bool", "phase": "uint8"}
INDEX = ("trial", "step", "channel")


def errors_of_draws(task: Task, module: str, batch: int) -> list[str]:
    """Check a few batches of trials, drawn from separate streams so that no network is affected."""
    draws = []
    for stream, n_trials in (("first", TRIALS), ("first", TRIALS), ("second", 1)):
        try:
            with limited():
                trials = task.draw(named("contract", stream), n_trials)
        except RAISED as error:
            return [f"draw raised {described(error, module)}"]
        if errors := _errors_of_batch(task, trials, n_trials, batch):
            return errors
        draws.append(trials)
    return list(_errors_between(task, *draws))


def _errors_of_batch(task: Task, trials, n_trials: int, batch: int) -> list[str]:
    """Check a single batch: its arrays first, and their values only if the arrays are valid."""
    if not isinstance(trials, Trials):
        return [f"draw returned {_a(trials)}; expected Trials, see tasks/base.py"]
    sizes = {"trials": n_trials, "n_in": task.n_in, "n_out": task.n_out}
    if errors := list(_errors_of_arrays(trials, sizes)):
        return errors
    return [
        *_errors_of_signals(trials),
        *_errors_of_mask(trials.mask, min(batch, TRIALS)),
        *_errors_of_phase(trials.phase, len(task.phases)),
    ]


def _errors_of_arrays(trials: Trials, sizes: dict[str, int]) -> Iterator[str]:
    """Check types and shapes. The number of steps shared by most fields is taken as correct."""
    arrays = {name: getattr(trials, name) for name in AXES}
    steps = Counter(array.shape[1] for array in arrays.values() if isinstance(array, np.ndarray) and array.ndim > 1)
    sizes = sizes | {"steps": steps.most_common(1)[0][0] if steps else "steps"}
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray):
            yield f"{name} is {_a(array)}; expected an array"
            continue
        if array.dtype != KINDS[name] and not (name == "phase" and array.dtype.kind in "iu"):
            yield f"{name} has dtype {array.dtype}; expected {KINDS[name]}"
        expected = tuple(sizes[axis] for axis in AXES[name])
        if array.shape != expected:
            shape = f"({', '.join(map(str, expected))})"
            yield f"{name} has shape {array.shape}; expected ({', '.join(AXES[name])}) = {shape}"


def _errors_of_signals(trials: Trials) -> Iterator[str]:
    """Report non-finite inputs and targets; targets even outside the mask, because NaN times 0 is NaN."""
    if at := _first(~np.isfinite(trials.inputs)):
        yield f"inputs holds {trials.inputs[at]} at {_at(at)}; expected finite numbers"
    undefined = ~np.isfinite(trials.targets)
    if at := _first(undefined & trials.mask):
        yield f"targets holds {trials.targets[at]} at {_at(at)}, where the mask is True; expected finite numbers"
    elif at := _first(undefined):
        yield (
            f"targets holds {trials.targets[at]} at {_at(at)}, where the mask is False; expected any "
            "finite number, as errors are multiplied by the mask"
        )


def _errors_of_mask(mask: np.ndarray, batch: int) -> Iterator[str]:
    """Report a batch without a judged step, whose loss would be 0/0."""
    judged = mask.any(axis=(1, 2))
    starts = range(0, len(judged) - batch + 1, batch)
    if not all(judged[start : start + batch].any() for start in starts):
        yield f"mask is never True in a batch of {batch} trials; expected a step at which the output is judged"


def _errors_of_phase(phase: np.ndarray, n_phases: int) -> Iterator[str]:
    if at := _first((phase < 0) | (phase >= n_phases)):
        yield f"phase holds {phase[at]} at {_at(at)}; expected an index into the {n_phases} phases, from 0"


def _errors_between(task: Task, first: Trials, again: Trials, other: Trials) -> Iterator[str]:
    """Compare two draws from the same stream and a third from another."""
    steps = [trials.phase.shape[1] for trials in (first, again, other)]
    if len(set(steps)) > 1:
        yield f"draw gave trials of {min(steps)} and of {max(steps)} steps; expected one number of steps in all draws"
    elif name := _difference(first, again):
        yield (
            f"draw is not determined by rng: twice the same stream gave different {name}; expected all randomness from "
            "rng, none from np.random, a clock or earlier draws"
        )
    elif task.deterministic:
        for trial in (*(first.only([number]) for number in range(1, TRIALS)), other):
            if name := _difference(first.only([0]), trial):
                yield f"deterministic is True, but trials differ in {name}; expected none, or deterministic = False"
                break


def _difference(one: Trials, other: Trials) -> str | None:
    """Name the first field in which two batches differ; None if they are equal."""
    return next((name for name in AXES if not np.array_equal(getattr(one, name), getattr(other, name))), None)


def _first(where: np.ndarray) -> tuple[int, ...] | None:
    """Return the index of an array's first True element; None if there is none."""
    at = np.unravel_index(where.argmax(), where.shape) if where.any() else None
    return None if at is None else tuple(map(int, at))


def _at(at: tuple[int, ...]) -> str:
    return ", ".join(f"{axis} {index}" for axis, index in zip(INDEX, at, strict=False))


def _a(value) -> str:
    """Describe a value by its type."""
    return "None" if value is None else f"an object of type {type(value).__name__}"
