"""The page of the tables and their columns, docs/tables.md, as the code declares them: prints it."""

import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[1] / "workflow/scripts"
HEAD = """# Tables and their columns

All are Parquet files in `results/RUN/tables/`; each column says what it means in the file, too, in the metadata of its
field. Integers are int64, other numbers float64; null is what is not known, not defined or not finite.

Networks that were [trained elsewhere](own_networks.md) have a single row in `history`, epoch 0 with the loss before
training. Their `epochs` and `convergence_epoch` are null, their losses are those on test trials, and their `g` is what
the config states or, if it states none, that of their W₀ to two decimals.
"""
ABOUT = {
    "history": "The training of every network, a row an epoch.",
    "sentiment_history": "The training of the LSTM, a row an epoch.",
    "summary": "A row a network: the numbers of Figures 2 and 4.",
    "theory": "The expansions of Section 3, a row for each target, g, order and epoch.",
    "claims": "The paper's claims, a row each.",
    "comparison": "The published curves, a row a point, with ours at the same place.",
}


def page() -> str:
    """The whole page."""
    from lowrank import measures
    from lowrank.store import schemas  # only now: as a program it has to find them first

    about = ABOUT | {measure.name: f"{measure.holds.capitalize()}: a measure." for measure in measures.every()}
    parts = [HEAD]
    for name in [*schemas.TABLES, *measures.names()]:
        parts += [f"\n## {name}\n\n{about[name]}\n\n| column | type | is | unit |\n| --- | --- | --- | --- |\n"]
        for field in schemas.of(name):
            meaning, unit = (field.metadata.get(key, b"").decode() for key in (b"meaning", b"unit"))
            kind = {"int64": "integer", "double": "number", "string": "text"}[f"{field.type}"]
            parts.append(f"| `{field.name}` | {kind} | {meaning} | {unit} |\n")
    return "".join(parts)


if __name__ == "__main__":
    sys.path.insert(0, str(SCRIPTS))
    print(page(), end="")
