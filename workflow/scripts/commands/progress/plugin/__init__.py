"""The folder of the package that is linked into the environment, where Snakemake finds the plugin by its name."""
