"""Plan a run: what it needs and what is missing.

Input: checked settings. Output: a spec for every network, the order of every job, the list of missing files.
May import every package that comes before it in the data flow.
"""
