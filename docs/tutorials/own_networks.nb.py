# %% [markdown]
# # Your own networks
#
# Is the ΔW of a network that you trained with other code also of low rank, and does it depend on W₀? Here an `nn.RNN`
# of PyTorch learns the flip-flop task; all it takes is its weights from before and after.

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

import lowrank
from lowrank.tasks.flipflop import FlipFlop

# %% [markdown]
# ## Train with PyTorch
#
# Any code will do. This one takes its trials from the project's task, with a time step of 1, which is that of `nn.RNN`.

# %%
N = 64
EPOCHS = 1000
numbers = {"trial": 50, "fixation": 1, "pulse": 1, "decision_delay": 5, "interval": (5, 25), "amplitude": 0.5}
task = FlipFlop(dt=1, memory="last_pulse", **numbers)

torch.manual_seed(0)
rnn = torch.nn.RNN(task.n_in, N, bias=False, batch_first=True)
readout = torch.nn.Linear(N, task.n_out, bias=False)
before = rnn.weight_hh_l0.detach().numpy().copy()

optimizer = torch.optim.Adam([*rnn.parameters(), *readout.parameters()], lr=0.001)
rng = np.random.default_rng(0)
for _ in range(EPOCHS):
    trials = task.draw(rng, 32)
    u, target, mask = map(torch.from_numpy, (trials.inputs, trials.targets, trials.mask))
    loss = (readout(rnn(u)[0]) - target)[mask].square().mean() / 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(f"loss {loss:.1e}")

# %% [markdown]
# ## Hand it over
#
# `nn.RNN` without biases is h = tanh(W h + M u), the Euler step of length 1 of the paper's network. Its weights have
# the paper's orientation, but for the readout, which `nn.Linear` keeps as (outputs, N).

# %%
trained = (rnn.weight_hh_l0, rnn.weight_ih_l0, readout.weight)
after, M, v = (weight.detach().numpy() for weight in trained)
network = lowrank.from_arrays("flipflop", W0=before, W=after, M=M, v=v.T, dt=1)
network

# %% [markdown]
# It is the same network: on the same trials it has the same output.

# %%
ours = network.run(trials).outputs
theirs = readout(rnn(torch.from_numpy(trials.inputs))[0]).detach().numpy()
print(f"largest difference of the outputs: {np.abs(ours - theirs).max():.1e}")

# %% [markdown]
# ## Ask the paper's questions

# %%
losses = np.array([network.truncated(rank).loss() for rank in range(16)])
fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
left.plot(np.linalg.svd(network.W0, compute_uv=False)[:30], "o", label="W₀")
left.plot(network.singular_values[:30], "o", label="ΔW")
left.set(xlabel="index", ylabel="singular value")
left.legend()
right.plot(losses / losses[0], "o-")
right.axhline(0.05, color="grey", linestyle=":")
right.set(xlabel="rank of ΔW", ylabel="loss / loss at rank 0")
plt.show()
print("functional rank of ΔW:", network.functional_rank())
print(f"loss: {network.loss():.5f}, with W₀ shuffled: {network.shuffled().loss():.5f}")

# %% [markdown]
# ## Many networks
#
# An entry in the config names the files of trained networks. They then pass through the whole workflow, with tables,
# figures, `make explain` and an archive: see [networks of your own](../own_networks.md).
