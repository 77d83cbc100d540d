"""Networks and tables as files.

In: arrays and columns. Out: safetensors and Parquet files with what they were made of; and back.
It imports `core`, and `measures` for their columns.
"""
