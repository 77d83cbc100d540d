"""Singular values and eigenvalues of networks' W0, W and dW; those of dW are the ones that training kept, if any."""

import numpy as np

from job import job
from lowrank import connectivity, measuring, tables


def columns(network: measuring.Network) -> dict:
    """The columns of a network's spectrum."""
    weights, names = network.weights, ("W0", "W", "dW")
    size = len(weights["W"])
    singular_values = [connectivity.singular_values(weights[name]) for name in ("W0", "W")]
    singular_values.append(connectivity.change_singular_values(weights))
    linear = network.spec["nonlinearity"] == "identity"  # large: those of W0 and W would cost more than the training
    unknown = np.full(size, np.nan + 0j)
    eigenvalues = [unknown if linear else connectivity.eigenvalues(weights[name]) for name in ("W0", "W")]
    eigenvalues = np.concatenate([*eigenvalues, connectivity.change_eigenvalues(weights)])
    return tables.network(network.spec) | {
        "matrix": np.repeat(names, size),
        "index": np.tile(np.arange(1, size + 1), len(names)),
        "singular_value": np.concatenate(singular_values),
        "eigenvalue_real": eigenvalues.real,
        "eigenvalue_imag": np.where(np.isnan(eigenvalues), np.nan, eigenvalues.imag),
    }


with job(snakemake) as settings:
    for network in measuring.each(snakemake.input.networks, snakemake.output, settings):
        network.write("spectrum", columns(network))
