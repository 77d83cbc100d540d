# %% [markdown]
# # The theory beside a simulation
#
# Section 3 of the paper explains the low rank in a network simple enough to solve: linear neurons, a constant input,
# and gradient descent on W alone, until the output z reaches the target ẑ. Everything is a power series in the
# effective learning time τ̃ = β²τ with β = 1/(1 − g²), and in the limit of large N depends on g and ẑ alone.

# %%
import matplotlib.pyplot as plt
import numpy as np

import lowrank
from lowrank import theory

# %% [markdown]
# ## One network
#
# The task `linear_z0.5` with N = 256 neurons. Its learning rate is scaled by (1 − g²)², so the same number of epochs
# covers the same effective time at each g.

# %%
RATES = {0.5: 0.015, 1.0: 0.009, 2.0: 0.003}  # of config.yaml, by target


def simulated(g, target):
    changes = {"target": target, "learning_rate": RATES[target], "n_neurons": 256, "epochs": 150}
    return lowrank.train("linear_z0.5", g, progress=False, **changes).history


history = simulated(0.6, 0.5)
history[["epoch", "tau", "readout", "loss", "s1", "s2"]].iloc[::30]

# %% [markdown]
# Equation 15 gives the output, Equation 14 the first two singular values of ΔW: the first rises from the first order
# on, the second only from the third. A single network of this size differs from the limit by terms of order 1/√N:
# before learning, for instance, its output is not 0.

# %%
tau = np.array(history["tau"])
print(f"before learning: readout {history['readout'][0]:.4f}")
print("at an effective time of 0.5:")
at = np.abs(theory.effective_time(tau, 0.6) - 0.5).argmin()
for name, expected in (
    ("readout", theory.readout(tau[at], 0.6, 0.5)),
    ("s1", theory.first_singular_value(tau[at], 0.6, 0.5)),
    ("s2", theory.second_singular_value(tau[at], 0.6, 0.5)),
):
    print(f"{name:8} simulation {history[name][at]:.4f}, third order {expected:.4f}")

# %% [markdown]
# ## Any g and target
#
# Move the sliders. Solid lines are the simulation, dashed lines the expansion to first and third order. It holds for
# small τ̃, and the larger the target or g, the sooner it departs.

# %%
ORDERS = {1: ":", 3: "--"}


def compare(g, target):
    history = simulated(g, target)
    time = theory.effective_time(history["tau"], g)
    shown = np.linspace(0, min(time.max(), 1.5), 100)
    tau = shown / theory.beta(g) ** 2
    fig, (left, right) = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    left.plot(time, history["readout"], color="C0", label="simulation")
    right.plot(time, history["s1"], color="C0", label="s₁")
    right.plot(time, history["s2"], color="C1", label="s₂")
    for order, dashes in ORDERS.items():
        left.plot(shown, theory.readout(tau, g, target, order), "k", linestyle=dashes, label=f"order {order}")
        right.plot(shown, theory.first_singular_value(tau, g, target, order), "k", linestyle=dashes)
    right.plot(shown, theory.second_singular_value(tau, g, target), "k--")
    left.axhline(target, color="grey", linewidth=1)
    left.set(xlabel="effective learning time τ̃", ylabel="output z", xlim=(0, 1.5), ylim=(0, 1.3 * target))
    right.set(xlabel="effective learning time τ̃", ylabel="singular values of ΔW", xlim=(0, 1.5), ylim=(0, 1.5 * target))
    left.legend()
    right.legend()
    return fig


lowrank.sliders(compare, g=[0.0, 0.2, 0.4, 0.6], target=[0.5, 1.0, 2.0])

# %% [markdown]
# The figures of the paper show the same with N = 1024 and five networks: [Figures 3 and 4](../figures.md).
