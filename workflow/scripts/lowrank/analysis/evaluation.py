"""Evaluation of trained networks on fixed test trials, with altered weights, and quantities derived from losses."""

from collections.abc import Iterable, Sequence

import numpy as np

from ..core.streams import stream
from ..tasks.base import Task, Trials
from .connectivity import decomposition, finite, shuffled, truncations
from .dynamics import losses, outputs

Weights = dict[str, np.ndarray]  # W0, M0, v0 before training; W, M, v after it; for some networks U, s, V of dW


def test_trials(spec: dict, task: Task, n_trials: int) -> Trials:
    """Test trials for this task and seed, shared by every g, rank and shuffle. Deterministic tasks need only one."""
    return task.draw(stream(spec, "test trials"), 1 if task.deterministic else n_trials)


def test_trial(spec: dict, task: Task, n_trials: int, index: int) -> Trials:
    """Return one of the test trials."""
    return test_trials(spec, task, n_trials).only([0 if task.deterministic else index])


def loss_by_rank(weights: Weights, ranks: Sequence[int], spec: dict, trials: Trials) -> np.ndarray:
    """Loss (ranks,) of the network with dW truncated at each rank and W0 kept; NaN if its weights are not finite."""
    if not finite(weights):
        return np.full(len(ranks), np.nan)
    altered = (weights["W0"] + change for change in truncations(*decomposition(weights), ranks))
    return losses_with(weights, altered, spec, trials)


def loss_shuffled(weights: Weights, spec: dict, repetitions: int, trials: Trials) -> np.ndarray:
    """Loss (repetitions,) of the network after shuffling W0 and adding dW; NaN if its weights are not finite."""
    if not finite(weights):
        return np.full(repetitions, np.nan)
    change = weights["W"] - weights["W0"]
    rngs = (stream(spec, "shuffling", repetition) for repetition in range(repetitions))
    altered = (shuffled(weights["W0"], rng) + change for rng in rngs)
    return losses_with(weights, altered, spec, trials)


def losses_with(weights: Weights, altered: Iterable[np.ndarray], spec: dict, trials: Trials) -> np.ndarray:
    """Loss of the network with each altered connectivity (N, N); each trial runs up to its last judged step."""
    trials, active = longest_first(trials)
    vectors = weights["M"], weights["v"], trials.inputs, spec["dt"], active, spec["nonlinearity"]
    with np.errstate(over="ignore", invalid="ignore"):  # an altered linear network may be unstable
        return np.concatenate([losses(outputs(W[None].astype(np.float32), *vectors), trials) for W in altered])


def longest_first(trials: Trials) -> tuple[Trials, np.ndarray]:
    """Sort trials, longest judged first; also return the number (steps,) still judged at each step or later."""
    ends = trials.ends()
    order = np.argsort(-ends, kind="stable")
    return trials.only(order), (ends[:, None] > np.arange(trials.mask.shape[1])).sum(axis=0)


def signals(weights: Weights, spec: dict, task: Task, trial: Trials) -> dict[str, np.ndarray]:
    """Inputs, outputs and targets of one trial, as columns: signal, channel (from 1), time, value, phase.

    Targets are NaN where the output is not judged. Step k is at time k dt, as in the published figure: input u[k] is
    applied from then on, and output z[k] is read after it.
    """
    vectors = weights["M"], weights["v"], trial.inputs, task.dt, None, spec["nonlinearity"]
    output = outputs(weights["W"][None], *vectors)[0, 0]
    target = np.where(trial.mask[0], trial.targets[0], np.nan)
    values = {"input": trial.inputs[0], "output": output, "target": target}
    steps = len(output)
    pieces = [(signal, channel) for signal, value in values.items() for channel in range(value.shape[1])]
    return {
        "time": np.tile(task.dt * np.arange(steps), len(pieces)),
        "signal": np.repeat([signal for signal, _ in pieces], steps),
        "channel": np.repeat([channel + 1 for _, channel in pieces], steps),
        "value": np.concatenate([values[signal][:, channel] for signal, channel in pieces]),
        "phase": np.tile(np.array(task.phases)[trial.phase[0]], len(pieces)),
    }


def first_below(values: np.ndarray, limit: float) -> int | None:
    """Return the first index at which a value is below the limit; None if there is none."""
    below = np.flatnonzero(values < limit)
    return int(below[0]) if len(below) else None


def functional_rank(ranks: np.ndarray, relative_loss: np.ndarray, threshold: float) -> int | None:
    """Return the smallest rank whose loss relative to rank 0 is below the threshold; None if there is none."""
    order = np.argsort(ranks)
    index = first_below(relative_loss[order], threshold)
    return None if index is None else int(ranks[order][index])
