"""Write the claims as a Markdown page."""

from collections.abc import Collection
from itertools import chain, groupby
from operator import itemgetter

from .base import FAILS, HOLDS, NOT_TESTED

HEADINGS = {
    "2": "Section 2: Three tasks of neuroscience",
    "3": "Section 3: The linear network",
    "4": "Section 4: The LSTM",
    "S": "The supplement",
}
COUNTED = {HOLDS: "hold", FAILS: "fail", NOT_TESTED: "not tested"}
HEAD = """# The paper's claims, judged on the {runs}

{counts}. Each rule is a small function in `workflow/scripts/lowrank/claims/`; ± is a standard error over networks.
Brackets hold the middle 95 % of what the rule finds when the networks are drawn again, with replacement, and *support*
is the share of these resamples in which the claim holds. *Published* is the verdict of the same rule on the paper's own
figures, as far as they were digitised: a claim that fails there, too, is marked "as published", since then the figures
agree and the sentence is looser than the rule.
"""


def first_tested(runs: dict[str, list[dict]]) -> list[dict]:
    """Take each claim, a row of the table `claims`, from the first run that tests it; `run` names it."""
    rows = [[row | {"run": run} for row in claims] for run, claims in runs.items()]
    found: dict[str, list[dict]] = {}
    for row in chain.from_iterable(rows):
        found.setdefault(row["claim"], []).append(row)
    judged = [next((row for row in one if row["verdict"] != NOT_TESTED), one[0]) for one in found.values()]
    return sorted(judged, key=lambda row: int(row["claim"]))


def counts(verdicts: Collection[str]) -> str:
    """Count the claims that hold, fail and were not tested."""
    return ", ".join(f"{list(verdicts).count(verdict)} {counted}" for verdict, counted in COUNTED.items())


def page(claims: list[dict], *runs: str) -> str:
    """Write an overview, then expected and measured values claim by claim, from rows of the table `claims`."""
    lines = [HEAD.format(runs=_listed(runs), counts=counts([claim["verdict"] for claim in claims]))]
    for verdict in (FAILS, NOT_TESTED):
        if numbers := [_marked(claim) for claim in claims if claim["verdict"] == verdict]:
            lines.append(f"{COUNTED[verdict].capitalize()}: {', '.join(numbers)}.\n")
    of_section = itemgetter("section")
    for section, group in groupby(sorted(claims, key=of_section), key=of_section):
        lines += [f"## {HEADINGS[section]}\n", *map(_claim, group)]
    return "\n".join(lines)


def as_published(claim: dict) -> bool:
    """Return True if a claim fails on the run and on the published figures."""
    return claim["verdict"] == claim["published"] == FAILS


def _listed(runs: Collection[str]) -> str:
    """Name one run, or several."""
    *others, last = (f"`{run}`" for run in runs)
    return f"runs {', '.join(others)} and {last}" if others else f"run {last}"


def _marked(claim: dict) -> str:
    return f"{claim['claim']} (as published)" if as_published(claim) else claim["claim"]


def _claim(claim: dict) -> str:
    verdict = claim["verdict"].upper() if claim["verdict"] == FAILS else claim["verdict"]
    lines = [
        f"### {claim['claim']}. {claim['statement']}\n",
        f"- **{verdict}{', as published' if as_published(claim) else ''}**: {claim['measured']}",
    ]
    if claim["effect"]:
        lines.append(f"- effect: {claim['effect']}; support {claim['support']:.0%}")
    lines += [
        f"- published: {claim['published']}" + (f": {found}" if (found := claim["published_measured"]) else ""),
        f"- expected: {claim['expected']}",
        f"- tolerance: {claim['tolerance']} ({claim['reason']})",
        f"- from {claim['source']}" + (f", run `{claim['run']}`" if "run" in claim else ""),
    ]
    if claim["replaces"]:
        lines.append(f"- replaces {claim['replaces']}")
    return "\n".join([*lines, ""])
