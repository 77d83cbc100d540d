"""The summary table, one row per network: the numbers behind Figure 2, and the reason if one is missing."""

from itertools import pairwise

import numpy as np
import pyarrow as pa

from ..analysis.evaluation import first_below, functional_rank
from ..store import checkpoint

KEY = ("task", "g", "seed")
IMPORTED = "imported: its training is not known"
TABLES = ("history", "truncation", "shuffle", "spectrum")  # from which it is made


def network(path: str) -> dict:
    """Summary columns read from the network file, including L0 and, for imported networks, the final loss."""
    about = checkpoint.read_about(path)
    columns = {name: about["spec"].get(name) for name in (*KEY, "n_neurons", "epochs")}
    known = {name: about.get(name) for name in ("reference_loss", "final_loss")}
    return columns | {"network": path} | known


def rows(networks: list[dict], measured: dict[str, pa.Table], threshold: float) -> dict[str, list]:
    """Return the columns of the table, one row per network in `networks`."""
    parts = {name: _by_network(table) for name, table in measured.items()}
    found = [
        _row(network, {name: part[_key(network)] for name, part in parts.items()}, threshold) for network in networks
    ]
    return {name: [row[name] for row in found] for name in found[0]}


def _row(network: dict, part: dict[str, dict[str, np.ndarray]], threshold: float) -> dict:
    loss, ranks, imported = part["history"]["loss"], part["truncation"], network["epochs"] is None
    final = _number(loss[-1]) if not imported else network["final_loss"]
    diverged = final is None or np.isnan(ranks["relative_loss"]).all()
    converged = None if diverged or imported else first_below(loss, threshold * network["reference_loss"])
    rank = None if diverged else functional_rank(ranks["rank"], ranks["relative_loss"], threshold)
    return network | {
        "initial_loss": _number(loss[0]),
        "final_loss": final,
        "norm_dW": _norm(part["spectrum"], "dW"),
        "norm_W0": _norm(part["spectrum"], "W0"),
        "norm_W": _norm(part["spectrum"], "W"),
        "shuffled_loss": None if diverged else _number(part["shuffle"]["loss"].mean()),
        "convergence_epoch": converged,
        "functional_rank": rank,
        **_of_linear(part["history"], converged),
        "reason": (IMPORTED if imported else f"diverged at epoch {len(loss) - 1}")
        if diverged
        else _reason(
            imported, loss / (network["reference_loss"] or np.nan), converged, rank, ranks["relative_loss"], threshold
        ),
    }


def _reason(imported, loss, converged, rank, relative_loss, threshold) -> str | None:
    """Explain why a measure is null."""
    reasons = [IMPORTED] if imported else []
    if converged is None and not imported:
        lowest = np.min(loss)
        reasons.append(f"the loss never fell below {threshold:g} of L0 (lowest: {lowest:.3g})")
    if rank is None:
        lowest = np.nanmin(relative_loss)
        reasons.append(f"no truncation is below {threshold:g} of the rank-0 loss (lowest: {lowest:.3g})")
    return "; ".join(reasons) or None


def _of_linear(history: dict[str, np.ndarray], converged: int | None) -> dict:
    """tau* and the mean gradient norm over [0, tau*] (Fig. 4 a, c); None for nonlinear networks, which have no tau."""
    if converged is None or np.isnan(history["tau"]).any():
        return {"convergence_tau": None, "mean_gradient_norm": None}
    mean = history["gradient_norm"][: converged + 1].mean()
    return {"convergence_tau": float(history["tau"][converged]), "mean_gradient_norm": float(mean)}


def _norm(spectrum: dict[str, np.ndarray], matrix: str) -> float | None:
    """Frobenius norm from the singular values."""
    values = spectrum["singular_value"][spectrum["matrix"] == matrix]
    return _number(np.sqrt(np.square(values).sum()))


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _by_network(table: pa.Table) -> dict[tuple, dict[str, np.ndarray]]:
    """Split a table's columns by network; null becomes NaN."""
    columns = {name: table[name].to_numpy() for name in table.column_names}
    changes = np.zeros(len(table), bool)
    for name in KEY:
        changes[1:] |= columns[name][1:] != columns[name][:-1]
    bounds = [0, *np.flatnonzero(changes), len(table)]
    pieces = [slice(start, end) for start, end in pairwise(bounds)]
    return {
        tuple(columns[name][piece.start] for name in KEY): {n: c[piece] for n, c in columns.items()} for piece in pieces
    }


def _key(network: dict) -> tuple:
    return tuple(network[name] for name in KEY)
