"""Show a run while it goes: by stage what is done, runs and is left, the time left, and failures at once.

`state.py` is fed with events and knows nothing of Snakemake or of terminals; `left.py` predicts the time left from it;
`words.py` and `screen.py` present it; the plugin passes Snakemake's events on.
"""
