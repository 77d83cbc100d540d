"""Training: from a spec to a trained network and its history.

In: a spec and its task. Out: the weights W0, M0, v0, W, M, v, and the loss at every epoch.
It imports `core`, `tasks` and `compiled`; only the reference kernel imports torch.
"""
