"""What is computed from a network's weights: singular values, truncations, shuffles, outputs and losses.

In: matrices and trials. Out: arrays.
It imports `core`, `tasks` and `compiled`; never torch, since the many short measuring jobs must start fast.
"""
