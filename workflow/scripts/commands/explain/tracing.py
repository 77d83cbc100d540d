"""Judge a claim again while recording which rows its rule reads."""

from dataclasses import dataclass, field

import pandas as pd

from lowrank import claims
from lowrank.claims.base import FAILS, HOLDS, NOT_TESTED, Claim, NotTested, Run


@dataclass
class Traced(Run):
    """A run's tables that record the requests made of them."""

    tables: dict
    tasks: dict
    requested: list[tuple[str, dict]] = field(default_factory=list)
    networks: pd.DataFrame = field(default_factory=pd.DataFrame)

    def rows(self, table: str, **where) -> pd.DataFrame:
        found = super().rows(table, **where)
        if (table, where) not in self.requested:
            self.requested.append((table, where))
        key = [name for name in ("task", "g", "seed") if name in found]
        if "seed" in key:
            self.networks = pd.concat([self.networks, found[key]]).drop_duplicates()
        return found


def known(number: str) -> Claim | None:
    """Return the claim with this number; None if there is none."""
    return next((claim for claim in claims.every() if f"{claim.number}" == number), None)


def judged(claim: Claim, tables: dict, tasks: dict) -> tuple[str, str, Traced]:
    """Judge a claim on the run's present tables; return verdict, finding and the recorded requests."""
    run = Traced(tables, tasks)
    try:
        found = claim.rule(run)
        return (HOLDS if found.holds else FAILS), found.measured, run
    except NotTested as reason:
        return NOT_TESTED, f"{reason}", run


def requested(run: Traced) -> dict[str, list[str]]:
    """Return the requested conditions by table, in words."""
    found: dict[str, list[str]] = {}
    for table, where in run.requested:
        condition = ", ".join(f"{column} = {value}" for column, value in where.items()) or "all rows"
        found.setdefault(table, []).append(condition)
    return found
