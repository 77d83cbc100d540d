"""The verdicts: each claim's rule on a run, on the published figures, and on networks drawn again from the run's."""

from collections.abc import Iterable

import numpy as np

from .base import FAILS, HOLDS, NOT_TESTED, UNTOLD, Claim, NotTested, Result, Run
from .resampled import Original, Resampled

TEXTS = ("section", "statement", "expected", "tolerance", "reason", "source", "replaces")
MIDDLE = 95  # per cent of the resamples that an interval covers


def judged(claims: Iterable[Claim], run: Run, published: list[Run], resamples: int) -> dict[str, list]:
    """Return the columns of the table `claims`, one row per claim.

    The claims are judged on `run`, on so many resamples of its networks, and, where they can be, on the published
    figures: `published` holds these as read, and with errors of reading.
    """
    original = Original(run)
    again = [Resampled(original, number) for number in range(resamples)]
    rows = [_row(claim, run, published, again) for claim in claims]
    return {name: [row[name] for row in rows] for name in rows[0]}


def _row(claim: Claim, run: Run, published: list[Run], again: list[Run]) -> dict:
    texts = {name: getattr(claim, name) for name in TEXTS}
    found = {"claim": f"{claim.number}", "effect": None, "support": None} | texts
    found["published"], found["published_measured"] = _published(claim, published)
    try:
        result = claim.rule(run)
    except NotTested as reason:
        return found | {"measured": f"{reason}", "verdict": NOT_TESTED}
    found |= {"measured": result.measured, "verdict": HOLDS if result.holds else FAILS}
    return found | _certainty(claim, result, again)


def _published(claim: Claim, published: list[Run]) -> tuple[str, str | None]:
    """Judge a claim by the published figures; return the verdict and what was measured there.

    If the errors of reading decide, it cannot be told.
    """
    results = [found for run in published if claim.published and (found := _result(claim, run))]
    if not results:
        return UNTOLD, None
    verdicts = {result.holds for result in results}
    verdict = UNTOLD if len(verdicts) > 1 else HOLDS if verdicts.pop() else FAILS
    return verdict, f"{results[0].measured} (Figure {claim.published})"


def _certainty(claim: Claim, result: Result, again: list[Run]) -> dict:
    """Return the effect with its interval over the resamples, and the share of these in which the claim holds."""
    results = [found for run in again if (found := _result(claim, run))]
    if not results:
        return {}
    effects = [
        f"{name} {value:.3g} {_interval([each.effect.get(name, np.nan) for each in results])}".strip()
        for name, value in result.effect.items()
    ]
    return {"effect": "; ".join(effects) or None, "support": float(np.mean([each.holds for each in results]))}


def _result(claim: Claim, run: Run) -> Result | None:
    try:
        return claim.rule(run)
    except NotTested:  # the networks that were drawn again lack what is needed
        return None


def _interval(values: list[float]) -> str:
    """Return the interval of the middle of the values; nothing if they are all the same, as for one network."""
    values = np.asarray(values, float)
    values = values[np.isfinite(values)]
    if len(set(values)) < 2:
        return ""
    low, high = np.percentile(values, [(100 - MIDDLE) / 2, (100 + MIDDLE) / 2])
    return f"[{low:.3g}, {high:.3g}]"
