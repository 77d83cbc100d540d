"""Columns of every table, by name. Measures define their own; the others are defined here."""

from collections.abc import Mapping
from functools import cache

import pyarrow as pa

from .. import measures
from ..core.columns import NETWORK, SEED, Column

KINDS = {"string": pa.string(), "float": pa.float64(), "int": pa.int64()}
PARTS = {"real": "real part", "imag": "imaginary part"}
RECORDED = "before the update of every eigenvalues_every-th epoch"
LEARNING_TIME = "learning rate times number of updates"

TABLES = {
    "history": NETWORK
    | {
        "epoch": Column("int", "epoch, from 0"),
        "loss": Column("float", "loss on the epoch's trials, before its update"),
        "gradient_norm": Column("float", "Frobenius norm of the gradient with respect to W"),
        "tau": Column("float", "learning time before the epoch's update; linear networks only", LEARNING_TIME),
        "readout": Column("float", "output where it is judged; linear networks only"),
        **{
            f"s{n}": Column("float", f"singular value {n} of dW before the epoch's update; linear networks only")
            for n in range(1, 6)
        },
        **{
            f"eigenvalue{n}_{part}": Column("float", f"{text} of eigenvalue {n} of W, by falling real part; {RECORDED}")
            for n in range(1, 6)
            for part, text in PARTS.items()
        },
        **{
            f"fastest_{part}": Column("float", f"{text} of W's eigenvalue of largest imaginary part; {RECORDED}")
            for part, text in PARTS.items()
        },
    },
    "summary": NETWORK
    | {
        "n_neurons": Column("int", "number of neurons N"),
        "epochs": Column("int", "epochs of training"),
        "initial_loss": Column("float", "loss at epoch 0 (history)"),
        "final_loss": Column("float", "loss of the last epoch (history)"),
        "norm_dW": Column("float", "Frobenius norm of dW: root of the sum of its squared singular values (spectrum)"),
        "norm_W0": Column("float", "Frobenius norm of W0 (spectrum)"),
        "norm_W": Column("float", "Frobenius norm of the trained W (spectrum)"),
        "shuffled_loss": Column("float", "loss after shuffling W0, the mean over permutations (shuffle)"),
        "convergence_epoch": Column("int", "first epoch with a loss below measure.threshold of L0 (history)"),
        "functional_rank": Column("int", "smallest rank with a relative_loss below measure.threshold (truncation)"),
        "convergence_tau": Column("float", "tau at convergence_epoch; linear networks only (history)", LEARNING_TIME),
        "mean_gradient_norm": Column(
            "float", "mean gradient_norm up to convergence_epoch; linear networks only (history)"
        ),
        "reason": Column("string", "why one of these is null"),
        "network": Column("string", "file of the network"),
    },
    "theory": {
        "target": Column("float", "target of the output"),
        "g": NETWORK["g"],
        "tau": Column("float", "learning time", LEARNING_TIME),
        "order": Column("int", "order of the expansion: 1, 2, 3"),
        "readout": Column("float", "predicted output"),
        "loss": Column("float", "predicted loss"),
        "s1": Column("float", "predicted first singular value of dW"),
        "s2": Column("float", "predicted second singular value of dW"),
    },
    "sentiment_history": SEED
    | {
        "epoch": Column("int", "epoch, from 0: a pass through all training sentences"),
        "train_loss": Column("float", "binary cross entropy on training sentences, with dropout"),
        "train_accuracy": Column("float", "share of training sentences with the right answer, with dropout"),
        "validation_loss": Column("float", "binary cross entropy on validation sentences"),
        "validation_accuracy": Column("float", "share of validation sentences with the right answer"),
    },
    "claims": {
        "claim": Column("string", "number of the claim"),
        "section": Column("string", "section of the paper"),
        "statement": Column("string", "the claim, in our words"),
        "measured": Column("string", "what was measured, or what the run lacks"),
        "effect": Column("string", "the numbers that the rule compares, with 95 % intervals over resampled networks"),
        "support": Column("float", "share of the resamples in which the claim holds; null if it is not tested"),
        "expected": Column("string", "the value or relation that the claim states"),
        "tolerance": Column("string", "how far from it still counts"),
        "reason": Column("string", "why that tolerance"),
        "verdict": Column("string", "holds, fails or not tested"),
        "published": Column("string", "the same rule on the published figures: holds, fails or cannot be told"),
        "published_measured": Column("string", "what was measured there; null if nothing can be"),
        "replaces": Column("string", "the claim in whose place this rule stands, and why; empty for most"),
        "source": Column("string", "table and rows that it is judged by"),
    },
    "comparison": {
        "figure": Column("string", "number of the figure"),
        "panel": Column("string", "letter of the panel"),
        "series": Column("string", "curve, as the published figure names it"),
        "g": NETWORK["g"],
        "x": Column("float", "where the point is, on the panel's x axis"),
        "published": Column("float", "published value"),
        "error": Column("float", "error of reading it off the figure"),
        "ours": Column("float", "mean of our networks there"),
        "spread": Column("float", "standard deviation of the difference between ours and published, by chance"),
        "distance": Column("float", "difference in units of spread and error together"),
    },
}


def names() -> list[str]:
    """List the names of all tables."""
    return [*TABLES, *measures.names()]


def columns(name: str) -> Mapping[str, Column]:
    """Return the type, meaning and unit of each column of a table."""
    return TABLES[name] if name in TABLES else measures.load(name).schema()


@cache
def of(name: str) -> pa.Schema:
    """Return the schema of a table, with meaning and unit in each field's metadata."""
    return pa.schema([_field(column, *about) for column, about in columns(name).items()])


def _field(name: str, kind: str, meaning: str, unit: str) -> pa.Field:
    about = {"meaning": meaning, "unit": unit} if unit else {"meaning": meaning}
    return pa.field(name, KINDS[kind], metadata=about)
