"""The claims as a page in Markdown."""

from itertools import groupby

from .base import FAILS, HOLDS, NOT_TESTED

TITLES = {"2": "Three tasks of neuroscience", "3": "The linear network", "4": "The LSTM"}
SIGNS = {HOLDS: "holds", FAILS: "**fails**", NOT_TESTED: "not tested"}


def page(rows: dict[str, list], run: str) -> str:
    """A table for each section of the paper, from the columns of the table `claims`."""
    claims = [dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]
    counts = {verdict: sum(claim["verdict"] == verdict for claim in claims) for verdict in SIGNS}
    lines = [
        f"# What the paper claims, and what the run `{run}` finds",
        "",
        ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        + ". Each rule is a small function in `workflow/scripts/lowrank/claims/`; ± is a standard error over seeds.",
    ]
    for section, group in groupby(claims, key=lambda claim: claim["section"]):
        lines += ["", f"## Section {section}: {TITLES[section]}", ""]
        lines += ["| | claim | expected | measured | verdict |", "| --- | --- | --- | --- | --- |"]
        lines += [_row(claim) for claim in group]
    return "\n".join(lines) + "\n"


def _row(claim: dict) -> str:
    expected = f"{claim['expected']} (tolerance: {claim['tolerance']}; {claim['reason']})"
    cells = [claim["claim"], claim["statement"], expected, f"{claim['measured']} ({claim['source']})"]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} | {SIGNS[claim['verdict']]} |"
