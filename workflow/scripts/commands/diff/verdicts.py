"""The claims whose verdicts differ between two runs."""

from typing import NamedTuple

from commands.explain.runs import Run


class Change(NamedTuple):
    """A claim with both verdicts."""

    claim: str
    statement: str
    verdicts: tuple[str, str]
    measured: tuple[str, str]


def changed(a: Run, b: Run) -> list[Change]:
    """List changed verdicts among the claims that both runs have, in order."""
    left, right = (run.frame("claims").set_index("claim") for run in (a, b))
    both = [number for number in left.index if number in right.index]
    pairs = [(number, left.loc[number], right.loc[number]) for number in both]
    return [
        Change(number, old["statement"], (old["verdict"], new["verdict"]), (old["measured"], new["measured"]))
        for number, old, new in pairs
        if old["verdict"] != new["verdict"]
    ]
