"""The commands that users type, one package each: `make plan`, `make explain`, `snakemake archive` and the others."""
