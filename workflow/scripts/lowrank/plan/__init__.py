"""Plan a run: what it needs and what is missing.

In: checked settings. Out: a spec for every network, the order of every job, the list of missing files.
It imports all rooms above it.
"""
