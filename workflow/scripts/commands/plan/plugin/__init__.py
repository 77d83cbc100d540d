"""What Snakemake is shown of this package: a logger, found by its name where PYTHONPATH leads to this folder."""
