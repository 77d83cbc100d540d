"""The text of `make diff`: the differences between two runs."""

import numpy as np

from commands.explain.figure import panels
from commands.explain.runs import Run
from lowrank import figures
from lowrank.claims.page import counts
from lowrank.core.errors import UserError

from .numbers import difference
from .overlay import common
from .settings import differing
from .verdicts import changed


def page(a: Run, b: Run, pictures: dict[str, str]) -> str:
    """Return Markdown that is readable on a screen; `pictures` maps figures to files, or to why there is none."""
    parts = [f"# {a.name} and {b.name}", _networks(a, b), _settings(a, b), _verdicts(a, b), _numbers(a, b)]
    listed = "\n".join(f"- {name}: {what}" for name, what in pictures.items())
    return "\n\n".join([*parts, f"## Figures overlaid\n\n{listed}"]) + "\n"


def _networks(a: Run, b: Run) -> str:
    first, second = (set(run.frame("summary")["network"]) for run in (a, b))
    both = len(first & second)
    return f"{len(first)} and {len(second)} networks of tasks, {both} of them the same files."


def _settings(a: Run, b: Run) -> str:
    try:
        keys = differing(a.raw, b.raw)
    except UserError as error:
        return f"## Config\n\nNot compared: {error}"
    lines = [f"- `{name}`: {old} | {new}" for name, old, new in keys] or ["The same."]
    return "\n".join([f"## Config: {len(keys)} keys differ", "", *lines])


def _verdicts(a: Run, b: Run) -> str:
    try:
        found = changed(a, b)
        summary = "; ".join(f"{run.name}: {counts(run.frame('claims')['verdict'])}" for run in (a, b)) + "."
    except UserError as error:
        return f"## Claims\n\nNot compared: {error}"
    lines = [f"## Claims: {len(found)} verdicts changed", "", summary, *([""] if found else [])]
    for change in found:
        lines += [f"- {change.claim}. {change.statement} {change.verdicts[0]} | {change.verdicts[1]}"]
        lines += [f"  - {run.name}: {measured}" for run, measured in zip((a, b), change.measured, strict=True)]
    return "\n".join(lines)


def _numbers(a: Run, b: Run) -> str:
    lines = ["## Numbers: the largest change in each panel, of the panel's largest value", ""]
    for name in drawn_by_either(a, b):
        try:
            settings = common(name, a, b)
            both = [panels(name, each) for each in settings]
            lines += [_panel(f"{name}.{letter}", (both[0][letter], both[1][letter]), (a, b)) for letter in both[0]]
        except UserError as error:
            lines.append(f"- {name}: not compared: {error}")
    return "\n".join(lines)


def drawn_by_either(a: Run, b: Run) -> list[str]:
    """List the figures that one of the runs has, at least."""
    return [name for name in figures.names() if a.draws(name) or b.draws(name)]


def _panel(name: str, both: tuple, runs: tuple[Run, Run]) -> str:
    found = difference(both, runs)
    alone = [f"{count} only in {run.name}" for count, run in zip(found.alone, runs, strict=True) if count]
    of = ", ".join([f"{found.common} points in common", *alone]) if found.common or alone else "no points in either"
    if np.isnan(found.change):
        return f"- {name}: {of}"
    if not found.change:
        return f"- {name}: equal ({of})"
    old, new = found.values
    return f"- {name}: {found.change:.1%} at {found.where}: {old:.4g} | {new:.4g} ({of})"
