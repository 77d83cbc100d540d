"""The paper's figures: tables in, a figure out; a file a figure."""
