"""From a spec to a trained network and its history.

In: a spec and its task. Out: the weights W0, M0, v0, W, M, v, and the loss of every epoch.
It imports `core`, `tasks` and `compiled`, and torch in the reference kernel alone.
"""
