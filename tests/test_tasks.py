"""The tasks against their definitions: slow loops, closed forms, and statistics within five standard errors."""

from dataclasses import fields, replace

import numpy as np
import pytest

import specs
from lowrank import tasks
from lowrank.tasks.base import Task

ENTRIES = {name: specs.ENTRIES[name] for name in specs.TASKS}
MEMORIES = ("last_pulse", "per_channel")


def build(name: str, **changes) -> Task:
    """The task of config.yaml, with a few of its numbers changed."""
    entry = {"dt": specs.RAW["training"]["dt"]} | ENTRIES[name] | changes
    kind = tasks.load(entry.get("module", name))
    return kind(**{field.name: entry[field.name] for field in fields(kind)})


def draw(name: str, n_trials: int, seed: int = 0, **changes):
    return build(name, **changes).draw(np.random.default_rng(seed), n_trials)


def check_mean(values: np.ndarray, mean: float, variance: float):
    """Independent values (along the first axis) of this variance have this mean, to five standard errors."""
    error = np.abs(values.mean(axis=0, dtype=float) - mean)
    assert np.all(error <= 5 * np.sqrt(variance / len(values))), (error, variance)


def check_moments(values: np.ndarray, mean: float, variance: float, fourth: float):
    """Mean and variance; (value - mean)^2 has mean `variance` and, with `fourth`, variance fourth - variance^2."""
    check_mean(values, mean, variance)
    check_mean((values - mean) ** 2, variance, fourth - variance**2)


def check_uniform(values: np.ndarray, possible: np.ndarray):
    """Each of the possible values has the same frequency, and there is no other; an indicator has p (1 - p)."""
    assert np.isin(values, possible).all()
    p = 1 / len(possible)
    check_mean(values[:, None] == possible, p, p * (1 - p))


def check_discrete_uniform(values: np.ndarray, first: int, count: int):
    """Integers uniform on `count` values from `first` on: frequencies, and the moments' closed forms."""
    check_uniform(values, first + np.arange(count))
    variance = (count**2 - 1) / 12
    check_moments(values, first + (count - 1) / 2, variance, variance * (3 * count**2 - 7) / 20)


# All tasks of config.yaml


@pytest.fixture(params=ENTRIES)
def name(request) -> str:
    return request.param


def test_file_of_the_task_is_listed(name):
    assert ENTRIES[name].get("module", name) in tasks.names()


def test_unknown_task_is_not_found():
    with pytest.raises(ModuleNotFoundError, match="no_such_task"):
        tasks.load("no_such_task")


def test_shapes_and_types(name):
    task, trials = build(name), draw(name, 7)
    shape = trials.phase.shape
    assert shape[0] == 7
    assert trials.inputs.shape == (*shape, task.n_in)
    assert trials.targets.shape == trials.mask.shape == (*shape, task.n_out)
    kinds = [array.dtype.name for array in (trials.inputs, trials.targets, trials.mask, trials.phase)]
    assert kinds == ["float32", "float32", "bool", "uint8"]
    assert np.isfinite(trials.inputs).all()
    assert np.isfinite(trials.targets).all()


def test_inputs_split_into_batches_without_a_copy(name):
    inputs = draw(name, 6).inputs
    batches = inputs.reshape(2, 3, *inputs.shape[1:])
    assert inputs.flags.c_contiguous
    assert np.shares_memory(inputs, batches)


def test_number_of_steps_is_the_same_in_every_draw(name):
    assert len({draw(name, 1, seed).phase.shape for seed in range(10)}) == 1


def test_phases_are_known_and_all_occur(name):
    phase = draw(name, 50).phase
    assert np.array_equal(np.unique(phase), np.arange(len(build(name).phases)))


@pytest.mark.parametrize("name", [name for name in ENTRIES if ENTRIES[name].get("module", name) != "flipflop"])
def test_phases_follow_their_order(name):
    assert (np.diff(draw(name, 50).phase.astype(int), axis=1) >= 0).all()


def test_every_trial_is_judged_on_every_output(name):
    assert draw(name, 500).mask.any(axis=1).all()


@pytest.mark.parametrize("name", [name for name in ENTRIES if {"target", "amplitude"} & ENTRIES[name].keys()])
def test_targets_are_zero_or_the_amplitude(name):
    trials = draw(name, 50)
    judged = np.abs(trials.targets[trials.mask])
    entry = ENTRIES[name]
    assert set(judged) == ({entry["target"]} if "target" in entry else {0.0, np.float32(entry["amplitude"])})


def test_same_seed_gives_the_same_bits(name):
    first, second = vars(draw(name, 20, seed=3)), vars(draw(name, 20, seed=3))
    assert all(first[part].tobytes() == second[part].tobytes() for part in first)


def test_trials_differ_from_one_another_and_between_seeds(name):
    inputs = np.concatenate([draw(name, 20, seed).inputs for seed in (0, 1)]).reshape(40, -1)
    assert len(np.unique(inputs, axis=0)) == (1 if build(name).deterministic else 40)


def test_a_second_draw_goes_on_in_the_stream(name):
    rng = np.random.default_rng(0)
    first, second = (build(name).draw(rng, 20) for _ in range(2))
    assert np.array_equal(first.inputs, second.inputs) == build(name).deterministic


@pytest.mark.parametrize("name", [name for name in ENTRIES if "fixation" in ENTRIES[name]])
def test_inputs_are_zero_in_the_fixation(name):
    """Without noise, that is: the first step of `inputs` is never the first with an input."""
    trials = draw(name, 100, noise=0.0)
    assert not trials.inputs[trials.phase == 0].any()
    assert (trials.phase[:, 0] == 0).all()


# Flip-flop, in steps of 0.5: trial 100, fixation 2, pulse 2, decision delay 10; from onset to onset there are
# 10 + floor(U / 0.5), U uniform in [5, 25]: uniform on the 40 integers 20, ..., 59.


def onsets(inputs: np.ndarray) -> np.ndarray:
    """The (trial, step, channel) at which an input becomes non-zero; inputs are zero between pulses."""
    before = np.pad(inputs, ((0, 0), (1, 0), (0, 0)))[:, :-1]
    return np.argwhere((inputs != 0) & (before == 0))


def first_two_onsets(inputs: np.ndarray) -> np.ndarray:
    """Their rows of `onsets`, (trials, 2, 3); the second is at step 61 at the latest, so no trial is without."""
    found = onsets(inputs)
    start = np.searchsorted(found[:, 0], np.arange(len(inputs)))
    return found[start[:, None] + np.arange(2)]


def judge_flipflop(task: Task, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Targets and mask (steps, 2) of one trial, step by step from its inputs."""
    steps = len(inputs)
    targets, mask = np.zeros((steps, 2), np.float32), np.zeros((steps, 2), bool)
    locked, onset, before = [0.0, 0.0], None, [0.0, 0.0]
    for step, pulse in enumerate(inputs.tolist()):
        for channel in (0, 1):
            if pulse[channel] != 0 and before[channel] == 0:
                locked = [0.0, 0.0] if task.memory == "last_pulse" else locked
                locked[channel] = task.amplitude * pulse[channel]
                onset = step
        targets[step] = locked
        mask[step] = onset is not None and (step - onset) * task.dt >= task.decision_delay
        before = pulse
    return targets, mask


def simulate_judged_steps(task: Task, rng: np.random.Generator) -> int:
    """How many steps of one trial are judged, pulse after pulse from the task's definition."""
    end, delay = int(task.trial / task.dt), int(task.decision_delay / task.dt)
    onset, judged = int(task.fixation / task.dt), 0
    while onset < end:
        following = onset + int((task.decision_delay + rng.uniform(*task.interval)) / task.dt)
        judged += sum(step < end for step in range(onset + delay, following))
        onset = following
    return judged


def moments_of_judged_steps() -> tuple[float, float]:
    """Exact mean and variance of the number J(2) of judged steps in a trial, backwards over onsets.

    J(onset) = j + J(onset + k), where j = min(onset + k, 100) - (onset + 10) or 0 and k is uniform on 20..59,
    and J = 0 from step 100 on; so E[J^2] is the mean of j^2 + 2 j E[J(onset + k)] + E[J(onset + k)^2].
    """
    first, second = np.zeros(160), np.zeros(160)
    for onset in range(99, 1, -1):
        following = onset + np.arange(20, 60)
        judged = np.maximum(np.minimum(following, 100) - (onset + 10), 0)
        first[onset] = np.mean(judged + first[following])
        second[onset] = np.mean(judged**2 + 2 * judged * first[following] + second[following])
    return first[2], second[2] - first[2] ** 2


def test_flipflop_pulses_last_their_duration_or_to_the_end():
    inputs = draw("flipflop", 2000).inputs
    expected = np.zeros_like(inputs)
    found = onsets(inputs)
    for trial, step, channel in found:
        expected[trial, step : step + 2, channel] = inputs[trial, step, channel]
    assert inputs.shape[1] == 100
    assert np.array_equal(inputs, expected)
    assert set(np.unique(inputs)) == {-1, 0, 1}
    assert (found[:, 1] == 99).any()  # one is cut


def test_flipflop_pulses_come_in_one_channel_at_a_time():
    assert (np.count_nonzero(draw("flipflop", 500).inputs, axis=2) <= 1).all()


def test_flipflop_first_pulse_follows_the_fixation():
    assert (first_two_onsets(draw("flipflop", 500).inputs)[:, 0, 1] == 2).all()


def test_flipflop_channels_and_signs_are_independent_and_equally_likely():
    """The 16 combinations of channel and sign of the first two pulses."""
    inputs = draw("flipflop", 4000).inputs
    trial, step, channel = np.moveaxis(first_two_onsets(inputs), 2, 0)
    kind = 2 * channel + (inputs[trial, step, channel] > 0)
    check_uniform(4 * kind[:, 0] + kind[:, 1], np.arange(16))


def test_flipflop_pulses_of_all_trials_are_balanced():
    """Over every pulse, late ones too; the number of pulses does not depend on what they are."""
    inputs = draw("flipflop", 6000, seed=1).inputs
    trial, step, channel = onsets(inputs).T
    check_uniform(2 * channel + (inputs[trial, step, channel] > 0), np.arange(4))


def test_flipflop_interval_between_onsets():
    """The first interval, which the trial's end never cuts."""
    step = first_two_onsets(draw("flipflop", 10_000).inputs)[..., 1]
    check_discrete_uniform(step[:, 1] - step[:, 0], first=20, count=40)


def test_flipflop_later_intervals_have_the_same_distribution():
    """The fourth, in trials long enough: the fifth pulse is at step 2 + 4 * 59 of 240 at the latest."""
    inputs = draw("flipflop", 2500, trial=120).inputs
    trial, step, _ = onsets(inputs).T
    number = np.arange(len(trial)) - np.searchsorted(trial, trial)
    check_discrete_uniform(step[number == 4] - step[number == 3], first=20, count=40)


@pytest.mark.parametrize("memory", MEMORIES)
def test_flipflop_fraction_judged(memory):
    """The mean over trials against the exact one and a slow simulation's, both of 4000 trials."""
    judged = draw("flipflop", 4000, memory=memory).mask.sum(axis=1)
    mean, variance = moments_of_judged_steps()
    assert np.array_equal(judged[:, 0], judged[:, 1])
    check_mean(judged[:, 0], mean, variance)
    rng = np.random.default_rng(5)
    simulated = np.array([simulate_judged_steps(build("flipflop"), rng) for _ in range(4000)])
    check_mean(judged[:, 0] - simulated, 0, 2 * variance)


@pytest.mark.parametrize("memory", MEMORIES)
@pytest.mark.parametrize("dt", [0.5, 0.25])
def test_flipflop_targets_follow_from_the_inputs(memory, dt):
    task = build("flipflop", memory=memory, dt=dt)
    trials = task.draw(np.random.default_rng(2), 300)
    for inputs, drawn_targets, drawn_mask in zip(trials.inputs, trials.targets, trials.mask, strict=True):
        targets, mask = judge_flipflop(task, inputs)
        assert np.array_equal(drawn_mask, mask)
        assert np.array_equal(drawn_targets[mask], targets[mask])


@pytest.mark.parametrize("memory", MEMORIES)
def test_flipflop_is_judged_from_the_first_decision_delay_on(memory):
    mask = draw("flipflop", 500, memory=memory).mask
    assert not mask[:, :12].any()
    assert mask[:, 12].all()


def test_flipflop_phases_follow_from_the_inputs():
    trials = draw("flipflop", 500)
    assert np.array_equal(trials.phase == 1, trials.inputs.any(axis=2))
    assert np.array_equal(trials.phase == 3, trials.mask.any(axis=2))
    assert np.array_equal(trials.phase == 0, np.broadcast_to(np.arange(100) < 2, (500, 100)))


def test_flipflop_last_pulse_has_one_target_at_a_time():
    trials = draw("flipflop", 500, memory="last_pulse")
    judged = trials.targets[trials.mask.any(axis=2)]
    assert np.array_equal(np.sort(np.abs(judged), axis=1), np.tile(np.float32([0, 0.5]), (len(judged), 1)))


def test_flipflop_per_channel_remembers_each_channel():
    """From a channel's first pulse on its target is never 0; the channel pulsed last is as with `last_pulse`."""
    remembering, last = (draw("flipflop", 500, memory=memory) for memory in reversed(MEMORIES))
    pulsed = np.logical_or.accumulate(remembering.inputs != 0, axis=1)
    assert np.array_equal(remembering.inputs, last.inputs)
    assert np.array_equal((remembering.targets != 0)[remembering.mask], pulsed[remembering.mask])
    newest = last.mask & (last.targets != 0)
    assert np.array_equal(remembering.targets[newest], last.targets[newest])
    assert (remembering.targets[remembering.mask & ~newest] != 0).any()


# Mante, in steps of 0.5: fixation 6, stimulus 40, delay 10, decision 40

COHERENCES = np.array([-1, -0.5, -0.25, -0.125, 0.125, 0.25, 0.5, 1])
STIMULUS = slice(6, 46)


def mean_signals(inputs: np.ndarray) -> np.ndarray:
    """Each signal's mean over the stimulus, (trials, 2)."""
    return inputs[:, STIMULUS, 2:].mean(axis=1, dtype=float)


def nearest_coherence(inputs: np.ndarray) -> np.ndarray:
    """That of each signal, (trials, 2): the noise of the mean, 0.05 / sqrt(0.5 * 40) = 0.011, is far below the gaps."""
    return COHERENCES[np.abs(mean_signals(inputs)[..., None] - COHERENCES).argmin(axis=-1)]


def test_mante_phases_have_their_durations():
    phase = draw("mante", 10).phase
    assert np.array_equal(phase, np.tile(np.repeat(np.arange(4), [6, 40, 10, 40]), (10, 1)))
    assert phase.shape[1] == 96


def test_mante_is_judged_outside_the_delay():
    mask = draw("mante", 10).mask
    assert mask.mean() == 86 / 96
    assert not mask[:, 46:56].any()


def test_mante_context_is_on_exactly_in_the_stimulus():
    contexts = draw("mante", 500).inputs[..., :2]
    during = contexts[:, STIMULUS]
    assert np.array_equal(np.sort(during, axis=2), np.broadcast_to([0, 1], during.shape))
    assert np.array_equal(during, np.broadcast_to(during[:, :1], during.shape))
    assert np.count_nonzero(contexts) == np.count_nonzero(during)


def test_mante_context_and_coherences_are_independent_and_equally_likely():
    """The 2 * 8 * 8 combinations."""
    inputs = draw("mante", 10_000).inputs
    number = np.searchsorted(COHERENCES, nearest_coherence(inputs))
    check_uniform(64 * inputs[:, 6, 0] + 8 * number[:, 0] + number[:, 1], np.arange(128))


def test_mante_signals_without_noise_are_the_coherence_in_the_stimulus():
    signals = draw("mante", 500, noise=0.0).inputs[..., 2:]
    during = signals[:, STIMULUS]
    assert np.isin(during, COHERENCES).all()
    assert np.array_equal(during, np.broadcast_to(during[:, :1], during.shape))
    assert np.count_nonzero(signals) == np.count_nonzero(during)


def test_mante_mean_signal_in_the_stimulus_is_the_coherence():
    """The mean of 40 steps has variance (noise^2 / dt) / 40, and of a normal x, E x^4 = 3 (E x^2)^2."""
    inputs = draw("mante", 4000).inputs
    variance = 0.05**2 / 0.5 / 40
    check_moments(mean_signals(inputs) - nearest_coherence(inputs), 0, variance, 3 * variance**2)


@pytest.mark.parametrize("dt", [0.5, 0.25])
@pytest.mark.parametrize("period", ["fixation", "stimulus", "delay", "decision"])
def test_mante_noise_is_in_every_period(period, dt):
    """Standard deviation noise / sqrt(dt) at every step, in the stimulus around the coherence."""
    trials, coherent = (draw("mante", 500, dt=dt, noise=noise) for noise in (0.05, 0.0))
    index = build("mante").phases.index(period)
    noise = (trials.inputs - coherent.inputs).astype(float)[trials.phase == index]
    variance = 0.05**2 / dt
    check_moments(noise[:, 2:], 0, variance, 3 * variance**2)
    assert not noise[:, :2].any()


def test_mante_noise_is_white_and_the_signals_independent():
    """Products of independent values of variance s have mean 0 and variance s^2; in the decision, all noise."""
    noise = draw("mante", 1000).inputs[:, 56:, 2:].astype(float)
    variance = (0.05**2 / 0.5) ** 2
    check_mean((noise[:, 1:] * noise[:, :-1]).reshape(-1, 2), 0, variance)
    check_mean((noise[..., 0] * noise[..., 1]).ravel(), 0, variance)
    check_mean((noise[1:] * noise[:-1]).reshape(-1, 2), 0, variance)


def test_mante_targets_follow_from_the_inputs():
    trials = draw("mante", 1000)
    for inputs, targets in zip(trials.inputs, trials.targets[..., 0], strict=True):
        relevant = inputs[STIMULUS, 2] if inputs[6, 0] == 1 else inputs[STIMULUS, 3]
        assert not targets[:46].any()
        assert (targets[56:] == 0.5 * np.sign(relevant.mean())).all()


# Romo, in steps of 0.5: fixation 6, pulse 2, delay floor(U / 0.5), U uniform in [2, 8]: uniform on 4, ..., 15,
# pulse 2, decision delay 10, decision 20; 56 steps


def pulse_steps(inputs: np.ndarray) -> np.ndarray:
    """The four steps with an input, (trials, 4): both of the first pulse, both of the second."""
    trial, step, _ = np.nonzero(inputs)
    assert np.array_equal(trial, np.repeat(np.arange(len(inputs)), 4))
    return step.reshape(-1, 4)


def pulse_amplitudes(inputs: np.ndarray) -> np.ndarray:
    """Of both pulses, (trials, 2)."""
    step = pulse_steps(inputs)
    values = np.take_along_axis(inputs[..., 0], step, axis=1).astype(float)
    assert np.array_equal(values[:, ::2], values[:, 1::2])
    return values[:, ::2]


def judge_romo(inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Targets and mask (steps, 2) of one trial, from its inputs."""
    first, *_, last = (step for step in range(56) if inputs[step, 0] != 0)
    targets, mask = np.zeros((56, 2), np.float32), np.zeros((56, 2), bool)
    larger = 0 if inputs[first, 0] > inputs[last, 0] else 1
    for step in range(56):
        decision = last + 10 < step <= last + 30
        targets[step, larger] = 0.5 if decision else 0
        mask[step] = step <= last or decision
    return targets, mask


def power_of_share(k: int) -> float:
    """E B^k of the density 2 (1 - b) on [0, 1]: 2 / ((k + 1) (k + 2))."""
    return 2 / ((k + 1) * (k + 2))


def test_romo_pulses_have_their_place_and_duration():
    inputs = draw("romo", 1000).inputs
    step = pulse_steps(inputs)
    assert inputs.shape[1] == 56
    assert (step[:, :2] == [6, 7]).all()
    assert (step[:, 3] == step[:, 2] + 1).all()


@pytest.mark.parametrize("dt", [0.5, 0.25])
def test_romo_phases_have_their_durations(dt):
    trials = draw("romo", 500, dt=dt)
    steps = np.stack([np.count_nonzero(trials.phase == phase, axis=1) for phase in range(7)], axis=1)
    delay = steps[:, 2]
    fixed = [duration / dt for duration in (3, 1, 1, 5, 10)]
    assert (steps[:, [0, 1, 3, 4, 5]] == fixed).all()
    assert np.array_equal(delay + steps[:, 6], np.full(500, 8 / dt))
    assert np.array_equal(trials.inputs[..., 0] != 0, (trials.phase == 1) | (trials.phase == 3))


def test_romo_delay_is_uniform():
    step = pulse_steps(draw("romo", 6000).inputs)
    check_discrete_uniform(step[:, 2] - step[:, 1] - 1, first=4, count=12)


def test_romo_amplitudes_are_in_range_and_differ():
    amplitudes = pulse_amplitudes(draw("romo", 20_000).inputs)
    difference = np.abs(amplitudes[:, 0] - amplitudes[:, 1])
    assert amplitudes.min() >= 0.5
    assert amplitudes.max() <= 1.5
    assert 0.2 - 1e-6 <= difference.min() < 0.201  # inputs are in single precision


@pytest.mark.parametrize("difference", [0.2, 0.5])
def test_romo_amplitudes_are_uniform_but_for_the_redrawn(difference):
    """Uniform pairs at least d apart fill two triangles of side L = 1 - d.

    In each, the smaller pulse is 0.5 + L b and the larger 1.5 - L b', where b and b' have density 2 (1 - b).
    As either pulse is the smaller in half of the trials, an amplitude's even moments about 1 are those of
    L b - 1/2, and its mean is 1. The difference is d + L b'', with the same density again.
    """
    amplitudes = pulse_amplitudes(draw("romo", 6000, difference=difference).inputs)
    side = 1 - difference
    variance = side**2 * power_of_share(2) - side * power_of_share(1) + 1 / 4
    fourth = sum(
        binomial * side**k * power_of_share(k) * (-0.5) ** (4 - k) for k, binomial in enumerate([1, 4, 6, 4, 1])
    )
    check_moments(amplitudes, 1, variance, fourth)
    check_mean(np.abs(amplitudes[:, 0] - amplitudes[:, 1]), difference + side / 3, side**2 / 18)
    check_uniform(amplitudes.argmax(axis=1), np.arange(2))


def test_romo_fraction_judged():
    """6 + 2 + delay + 2 + 20 of 56 steps: mean 30 + 9.5, variance (12^2 - 1) / 12 steps^2."""
    judged = draw("romo", 4000).mask.sum(axis=1)
    check_mean(judged, 39.5, (12**2 - 1) / 12)
    assert np.array_equal(judged[:, 0], judged[:, 1])


def test_romo_targets_follow_from_the_inputs():
    trials = draw("romo", 500)
    for inputs, drawn_targets, drawn_mask in zip(trials.inputs, trials.targets, trials.mask, strict=True):
        targets, mask = judge_romo(inputs)
        assert np.array_equal(drawn_mask, mask)
        assert np.array_equal(drawn_targets[mask], targets[mask])


# Numbers that are refused

DURATIONS = {
    "flipflop": ("trial", "fixation", "pulse", "decision_delay"),
    "mante": ("fixation", "stimulus", "delay", "decision"),
    "romo": ("fixation", "pulse", "decision_delay", "decision"),
}


@pytest.mark.parametrize("value", [0, -1, 0.75, 0.3])
@pytest.mark.parametrize(("name", "field"), [(name, field) for name in DURATIONS for field in DURATIONS[name]])
def test_duration_that_does_not_fit_the_step_is_refused(name, field, value):
    with pytest.raises(ValueError, match=rf"^{field} = {value} is not a positive multiple of the step dt = 0\.5$"):
        replace(build(name), **{field: value})


@pytest.mark.parametrize("value", [[25, 5], [-1, 5]])
@pytest.mark.parametrize(("name", "field"), [("flipflop", "interval"), ("romo", "delay"), ("romo", "pulse_amplitude")])
def test_range_that_falls_or_is_negative_is_refused(name, field, value):
    with pytest.raises(ValueError, match=rf"^{field} = \[{value[0]}, {value[1]}\] is not a range"):
        replace(build(name), **{field: value})


@pytest.mark.parametrize(
    ("name", "field", "changes"),
    [
        ("flipflop", "trial", {"trial": 1}),
        ("flipflop", "trial", {"fixation": 60}),
        ("flipflop", "trial", {"trial": 6}),  # the first report would begin at 6
        ("flipflop", "pulse", {"pulse": 5.5}),
        ("mante", "coherences", {"coherences": []}),
        ("mante", "coherences", {"coherences": [0.5, 0.0]}),
        ("mante", "coherences", {"coherences": [-0.5]}),
        ("mante", "noise", {"noise": -0.05}),
        ("romo", "difference", {"difference": 1.0}),
        ("romo", "difference", {"difference": -0.1}),
        ("romo", "difference", {"pulse_amplitude": [1.0, 1.1]}),
    ],
)
def test_number_that_makes_no_sense_is_refused(name, field, changes):
    with pytest.raises(ValueError, match=f"^{field} = "):
        replace(build(name), **changes)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("flipflop", {"trial": 6.5}),
        ("flipflop", {"pulse": 5.0}),
        ("mante", {"coherences": [1.0]}),
        ("romo", {"difference": 0.0}),
        ("romo", {"delay": [4, 4]}),
    ],
)
def test_number_at_its_limit_is_taken(name, changes):
    assert draw(name, 200, **changes).mask.any(axis=1).all()


# The linear network's


def test_linear_trial_by_hand():
    """Input 0 until t = 1 and 1 from then on; judged in the last unit of time, 100 after the onset."""
    trials = draw("linear_z0.5", 1)
    assert trials.inputs[0, :, 0].tolist() == [0.0] * 2 + [1.0] * 200
    assert np.flatnonzero(trials.mask[0, :, 0]).tolist() == [200, 201]
    assert trials.targets[trials.mask].tolist() == [0.5, 0.5]
    assert build("linear_z2.0").expected_loss == 2.0
