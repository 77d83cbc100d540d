"""What a run needs, and which of it is missing.

In: checked settings. Out: a spec for every network, the order of every job, the list of missing files.
It imports all rooms above it.
"""
