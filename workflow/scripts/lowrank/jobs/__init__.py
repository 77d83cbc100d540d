"""Jobs that take more than a few lines: preparing the LSTM's data, training networks and the LSTM, summarizing.

In: the job's settings from the plan. Out: files.
It imports the rooms above it.
"""
