# %% [markdown]
# # The paper in ten minutes: from W₀ to a functional rank
#
# A recurrent network starts from a random connectivity W₀ and learns a task. How much of what it has learned is in
# the change ΔW alone, and what does W₀ contribute? This tutorial asks the paper's questions of one small network.

# %%
import matplotlib.pyplot as plt
import numpy as np

import lowrank

# %% [markdown]
# ## Train a network
#
# The task is the flip-flop: two inputs send pulses, and the outputs must remember the sign of the last one. The
# network has N = 128 neurons, and the elements of W₀ have standard deviation g/√N. Trained in the workflow, it would
# have the same bits.

# %%
network = lowrank.train("flipflop", g=0.9, n_neurons=128, epochs=300)
network

# %%
history = network.history
fig, ax = plt.subplots(figsize=(5, 3))
ax.semilogy(history["epoch"], history["loss"] / history["loss"][0])
ax.set(xlabel="epoch", ylabel="loss / L₀")
plt.show()

# %% [markdown]
# A test trial: the inputs above, the outputs and their targets below. Where no target is drawn, the output is not
# judged.

# %%
trials = network.trials(20)
rates, outputs = network.run(trials)
time = np.arange(trials.inputs.shape[1]) * network.spec["dt"]
fig, (above, below) = plt.subplots(2, sharex=True, figsize=(6, 4))
above.plot(time, trials.inputs[0])
below.plot(time, outputs[0])
below.plot(time, np.where(trials.mask[0], trials.targets[0], np.nan), "k--", linewidth=1)
above.set(ylabel="input")
below.set(xlabel="time", ylabel="output")
plt.show()

# %% [markdown]
# ## ΔW has few large singular values
#
# W₀ is random: its singular values fall off slowly, from 2g to 0. Those of ΔW = W − W₀ are few (Figure 1 g).

# %%
fig, ax = plt.subplots(figsize=(5, 3))
ax.plot(np.linalg.svd(network.W0, compute_uv=False)[:30], "o", label="W₀")
ax.plot(network.singular_values[:30], "o", label="ΔW")
ax.set(xlabel="index", ylabel="singular value")
ax.legend()
plt.show()

# %% [markdown]
# ## The functional rank
#
# Keep W₀ and replace ΔW by its truncation at rank r (Equation 4). The loss falls to that of the trained network after
# a few ranks (Figure 1 j). The functional rank is the first at which it is below 5 % of the loss at rank 0.

# %%
ranks = range(12)
losses = [network.truncated(rank).loss() for rank in ranks]
fig, ax = plt.subplots(figsize=(5, 3))
ax.plot(ranks, np.array(losses) / losses[0], "o-")
ax.axhline(0.05, color="grey", linestyle=":")
ax.set(xlabel="rank of ΔW", ylabel="loss / loss at rank 0")
plt.show()
network.functional_rank()

# %% [markdown]
# ## ΔW needs this W₀
#
# Permute the elements of W₀ and keep ΔW. Nothing about the statistics of W₀ has changed, but the network fails
# (Figure 2 c): learning has made use of the connectivity that was there.

# %%
print(f"trained:     {network.loss():.4f}")
for repetition in range(3):
    print(f"W₀ shuffled: {network.shuffled(repetition).loss():.4f}")
print(f"before:      {history['loss'][0]:.4f}")

# %% [markdown]
# ## Without W₀
#
# The same network without initial connectivity, g = 0, learns more slowly, with a larger ΔW (Figure 2 a and b).

# %%
without = lowrank.train("flipflop", g=0.0, n_neurons=128, epochs=300)
for name, one in (("g = 0.9", network), ("g = 0", without)):
    loss = one.history["loss"]
    epoch = int((loss < 0.05 * loss[0]).idxmax())
    norm = np.linalg.norm(one.dW)
    print(f"{name:7}: converged at epoch {epoch}, norm of ΔW {norm:.2f}, functional rank {one.functional_rank()}")

# %% [markdown]
# ## All networks
#
# One network is an anecdote. `make figures` trains the three tasks and linear networks, at several g and seeds; then
# `lowrank.load` gives any of them, `lowrank.table("summary", run="quick")` their numbers, and `lowrank.draw("fig2",
# run="quick")` the figure: see [in a notebook](../library.md).
