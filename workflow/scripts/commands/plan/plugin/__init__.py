"""The folder put on PYTHONPATH so that Snakemake discovers the logger plugin by its name."""
