"""How a trained network is judged: with altered weights, on fixed test trials; and what its losses say."""

from collections.abc import Iterable, Sequence

import numpy as np

from ..core.streams import stream
from ..tasks.base import Task, Trials
from .connectivity import decomposition, finite, shuffled, truncations
from .dynamics import losses, outputs

Weights = dict[str, np.ndarray]  # W0, M0, v0 at the start, W, M, v at the end of training; U, s, V of some


def test_trials(spec: dict, task: Task, n_trials: int) -> Trials:
    """The test trials of a task and seed: the same ones for every g, rank and shuffle; one if all are alike."""
    return task.draw(stream(spec, "test trials"), 1 if task.deterministic else n_trials)


def test_trial(spec: dict, task: Task, n_trials: int, index: int) -> Trials:
    """One of the test trials."""
    return test_trials(spec, task, n_trials).only([0 if task.deterministic else index])


def loss_by_rank(weights: Weights, ranks: Sequence[int], spec: dict, trials: Trials) -> np.ndarray:
    """The loss (ranks,) of the network with dW truncated at each rank, W0 kept; NaN for weights that are not finite."""
    if not finite(weights):
        return np.full(len(ranks), np.nan)
    altered = (weights["W0"] + change for change in truncations(*decomposition(weights), ranks))
    return _losses(weights, altered, spec, trials)


def loss_shuffled(weights: Weights, spec: dict, repetitions: int, trials: Trials) -> np.ndarray:
    """The loss (repetitions,) of the network after shuffling W0 and adding dW; NaN for weights that are not finite."""
    if not finite(weights):
        return np.full(repetitions, np.nan)
    change = weights["W"] - weights["W0"]
    rngs = (stream(spec, "shuffling", repetition) for repetition in range(repetitions))
    altered = (shuffled(weights["W0"], rng) + change for rng in rngs)
    return _losses(weights, altered, spec, trials)


def _losses(weights: Weights, altered: Iterable[np.ndarray], spec: dict, trials: Trials) -> np.ndarray:
    """The loss of the network with each other connectivity (N, N); a trial is run for as long as it is judged."""
    trials, active = longest_first(trials)
    vectors = weights["M"], weights["v"], trials.inputs, spec["dt"], active, spec["nonlinearity"]
    with np.errstate(over="ignore", invalid="ignore"):  # an altered linear network may be unstable
        return np.concatenate([losses(outputs(W[None].astype(np.float32), *vectors), trials) for W in altered])


def longest_first(trials: Trials) -> tuple[Trials, np.ndarray]:
    """The trials, those that are judged longest first; and how many are still judged at a step (steps,) or later."""
    ends = trials.ends()
    order = np.argsort(-ends, kind="stable")
    return trials.only(order), (ends[:, None] > np.arange(trials.mask.shape[1])).sum(axis=0)


def signals(weights: Weights, spec: dict, task: Task, trial: Trials) -> dict[str, np.ndarray]:
    """The inputs, outputs and targets of one trial as columns: signal, channel (from 1), time, value, phase.

    A target is NaN where the output is not judged. Step k is at time k dt, as in the published figure: the input u[k]
    is applied from then on, and the output z[k] read after it.
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
    """The first index at which a value is below the limit; None if there is none."""
    below = np.flatnonzero(values < limit)
    return int(below[0]) if len(below) else None


def functional_rank(ranks: np.ndarray, relative_loss: np.ndarray, threshold: float) -> int | None:
    """The smallest rank whose truncated loss is below the threshold, relative to rank 0; None if there is none."""
    order = np.argsort(ranks)
    index = first_below(relative_loss[order], threshold)
    return None if index is None else int(ranks[order][index])
