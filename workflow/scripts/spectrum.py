"""Singular values and eigenvalues of a network's W0, W and dW."""

import numpy as np

from job import job
from lowrank import checkpoint, connectivity, tables

with job(snakemake) as settings:
    about, weights = checkpoint.read(snakemake.input.network, settings["network"])
    matrices = {"W0": weights["W0"], "W": weights["W"], "dW": weights["W"] - weights["W0"]}
    eigenvalues = np.concatenate([connectivity.eigenvalues(matrix) for matrix in matrices.values()])
    size = len(weights["W"])
    columns = {
        "matrix": np.repeat(list(matrices), size),
        "index": np.tile(np.arange(1, size + 1), len(matrices)),
        "singular_value": np.concatenate([connectivity.singular_values(matrix) for matrix in matrices.values()]),
        "eigenvalue_real": eigenvalues.real,
        "eigenvalue_imag": eigenvalues.imag,
    }
    tables.write(snakemake.output[0], "spectrum", tables.network(about["spec"]) | columns)
