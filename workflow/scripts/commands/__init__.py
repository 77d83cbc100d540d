"""What a user types, a package each: `make plan`, `make explain`, `snakemake archive` and the rest."""
