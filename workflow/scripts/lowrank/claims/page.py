"""Write the claims as a Markdown page."""

from itertools import groupby

from .base import FAILS, HOLDS, NOT_TESTED

TITLES = {"2": "Three tasks of neuroscience", "3": "The linear network", "4": "The LSTM"}
HEAD = """# The paper's claims, judged on the run `{run}`

{counts}. Each rule is a small function in `workflow/scripts/lowrank/claims/`, fixed before the
paper's networks were trained; ± is a standard error over networks.
"""


def page(rows: dict[str, list], run: str) -> str:
    """Write an overview, then expected and measured values claim by claim; from the columns of the table `claims`."""
    claims = [dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]
    numbers = {v: [claim["claim"] for claim in claims if claim["verdict"] == v] for v in (HOLDS, FAILS, NOT_TESTED)}
    lines = [HEAD.format(run=run, counts=", ".join(f"{len(found)} {v}" for v, found in numbers.items()))]
    lines += [
        f"{verdict.capitalize()}: {', '.join(numbers[verdict])}.\n"
        for verdict in (FAILS, NOT_TESTED)
        if numbers[verdict]
    ]
    for section, group in groupby(claims, key=lambda claim: claim["section"]):
        lines += [f"## Section {section}: {TITLES[section]}\n", *map(_claim, group)]
    return "\n".join(lines)


def _claim(claim: dict) -> str:
    verdict = claim["verdict"].upper() if claim["verdict"] == FAILS else claim["verdict"]
    return f"""### {claim["claim"]}. {claim["statement"]}

- **{verdict}**: {claim["measured"]}
- expected: {claim["expected"]}
- tolerance: {claim["tolerance"]} ({claim["reason"]})
- from {claim["source"]}
"""
