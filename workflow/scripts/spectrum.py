"""Singular values and eigenvalues of a network's W0, W and dW; those of dW are the ones that training kept, if any."""

import numpy as np

from job import job
from lowrank import checkpoint, connectivity, tables

with job(snakemake) as settings:
    about, weights = checkpoint.read(snakemake.input.network, settings["network"])
    matrices = {"W0": weights["W0"], "W": weights["W"], "dW": weights["W"] - weights["W0"]}
    size = len(weights["W"])
    linear = about["spec"]["nonlinearity"] == "identity"  # large: those of W0 and W would cost more than the training
    unknown = np.full(size, np.nan + 0j)
    eigenvalues = [unknown if linear else connectivity.eigenvalues(matrices[name]) for name in ("W0", "W")]
    eigenvalues.append(connectivity.change_eigenvalues(weights))
    singular_values = [connectivity.singular_values(matrices[name]) for name in ("W0", "W")]
    singular_values.append(connectivity.change_singular_values(weights))
    columns = {
        "matrix": np.repeat(list(matrices), size),
        "index": np.tile(np.arange(1, size + 1), len(matrices)),
        "singular_value": np.concatenate(singular_values),
        "eigenvalue_real": np.real(np.concatenate(eigenvalues)),
        "eigenvalue_imag": np.imag(np.concatenate(eigenvalues)),
    }
    tables.write(snakemake.output[0], "spectrum", tables.network(about["spec"]) | columns)
