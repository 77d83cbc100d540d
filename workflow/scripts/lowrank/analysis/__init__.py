"""Analysis of a network's weights: singular values, truncations, shuffles, outputs and losses.

In: matrices and trials. Out: arrays.
It imports `core`, `tasks` and `compiled`, but never torch: the many short measuring jobs must start fast.
"""
