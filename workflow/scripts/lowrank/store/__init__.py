"""Storage of networks and tables.

In: arrays and columns. Out: safetensors and Parquet files with a record of what they were made from; and back.
It imports `core`, and `measures` for their columns.
"""
