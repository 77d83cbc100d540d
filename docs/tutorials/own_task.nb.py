# %% [markdown]
# # Your own task
#
# Does a task of your own also lead to a low-rank ΔW? A task is a class: its fields are its parameters, and `draw`
# returns a batch of trials. Here the network receives pulses of either sign, and reports their sum.

# %%
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

import lowrank
from lowrank.tasks.base import Task, Trials

# %% [markdown]
# ## Write it
#
# `steps` converts a duration, in units of the neurons' time constant, to time steps. All randomness comes from `rng`.
# The mask says where the output enters the loss.


# %%
@dataclass(frozen=True)
class Sum(Task):
    """Integrate an input that arrives in short pulses, and hold the sum."""

    n_in = 1
    n_out = 1
    phases = ("pulses", "decision")

    duration: float
    decision: float
    interval: float
    amplitude: float

    def __post_init__(self):
        for name in ("duration", "decision", "interval"):
            self.steps(name)

    def draw(self, rng: np.random.Generator, n_trials: int) -> Trials:
        steps, interval = self.steps("duration"), self.steps("interval")
        total = steps + self.steps("decision")
        inputs = np.zeros((n_trials, total, self.n_in), np.float32)
        pulses = inputs[:, :steps:interval]
        pulses[:] = self.amplitude * rng.choice([-1, 0, 1], pulses.shape)
        targets = inputs.cumsum(axis=1) / self.amplitude / pulses.shape[1]
        phase = np.zeros((n_trials, total), np.uint8)
        phase[:, steps:] = 1
        return Trials(inputs, targets.astype(np.float32), (phase == 1)[..., None], phase)


# %% [markdown]
# ## Train on it
#
# Its parameters are given where `config.yaml` would have them. Before training starts, a few trials are drawn and
# checked: a wrong shape or type, NaN, or a mask that is never true is reported in one sentence.

# %%
parameters = {"duration": 10, "decision": 5, "interval": 2, "amplitude": 1.0}
network = lowrank.train(Sum, g=0.9, n_neurons=128, epochs=400, **parameters)
network

# %%
trials = network.trials(200)
_, outputs = network.run(trials)
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
left.semilogy(network.history["epoch"], network.history["loss"])
left.set(xlabel="epoch", ylabel="loss")
right.plot(trials.targets[:, -1, 0], outputs[:, -1, 0], ".")
right.plot([-1, 1], [-1, 1], color="grey", linewidth=1)
right.set(xlabel="target", ylabel="output at the end")
plt.show()

# %% [markdown]
# ## Ask the paper's questions

# %%
print("functional rank of ΔW:", network.functional_rank())
print("singular values:", network.singular_values[:6].round(3))
print(f"loss: {network.loss():.5f}, with W₀ shuffled: {network.shuffled().loss():.5f}")

# %% [markdown]
# A number of one network says little. Does the rank depend on g?

# %%
strengths = [0.0, 0.9, 1.5]
for g in strengths:
    one = lowrank.train(Sum, g=g, n_neurons=128, epochs=400, progress=False, **parameters)
    norm = np.linalg.norm(one.dW)
    print(f"g = {g}: functional rank {one.functional_rank()}, norm of ΔW {norm:.2f}")

# %% [markdown]
# ## Bring it into the workflow
#
# Save the class as `workflow/scripts/lowrank/tasks/sum.py`, with `from .base import Task, Trials`, and add an entry
# to `config.yaml`:
#
# ```yaml
# tasks:
#   sum: {g: [0.0, 0.9, 1.5], epochs: 400, duration: 10, decision: 5, interval: 2, amplitude: 1.0}
# ```
#
# Snakemake then trains it at each g and seed, measures the networks and tabulates them; with its name in
# `figures.fig1.tasks` and `figures.fig2.tasks` it is in the figures. [Extending](../extending.md) has the details.
