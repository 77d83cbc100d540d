"""The work of a job that takes more than a few lines: training networks, the LSTM, and summing them up.

In: what the job was told by the plan. Out: files.
It imports the rooms above it.
"""
