"""Subjects of `make explain`: `fig2`, `fig2.b`, `claim.12`, `romo/g0.9/seed0`, `truncation/romo/g0.9/seed0 rank=3`."""

import re
from dataclasses import dataclass, field

from lowrank import figures, measures
from lowrank.config.errors import nearest
from lowrank.core.errors import UserError
from lowrank.measures import LSTM
from lowrank.store import schemas

FORMS = "fig2.b, fig2, claim.12, romo/g0.9/seed0, truncation/romo/g0.9/seed0 or the last one with rank=3"


@dataclass(frozen=True)
class FigureSubject:
    """A figure, or one of its panels."""

    figure: str
    panel: str | None


@dataclass(frozen=True)
class ClaimSubject:
    """A claim, by number."""

    claim: str


@dataclass(frozen=True)
class Rows:
    """Rows of a table about a network; without a table, the network itself. The LSTM has no g."""

    table: str | None
    task: str
    g: float | None
    seed: int
    where: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.task}/seed{self.seed}" if self.g is None else f"{self.task}/g{self.g}/seed{self.seed}"


def tables(lstm: bool) -> list[str]:
    """List the tables with rows about networks, for the LSTM or for the tasks' networks."""
    named = [measure.name for measure in measures.of(lstm)]
    return [f"{LSTM}_history", *named] if lstm else ["summary", "history", *named]


def parsed(what: str) -> FigureSubject | ClaimSubject | Rows:
    """Parse a subject; raise UserError if it is not recognised."""
    first, *conditions = what.replace(",", " ").split() or [""]
    if not first:
        raise UserError(f"name what to explain: WHAT={FORMS}")
    if re.fullmatch(r"claims?[./]?\d+", first):
        return ClaimSubject(re.search(r"\d+", first).group())
    if first.partition(".")[0] in figures.names():
        figure, _, panel = first.partition(".")
        return FigureSubject(figure, panel or None)
    parts = first.split("/")
    key = re.fullmatch(r"(?:([^/]+)/)??([^/]+)(?:/g(\d+(?:\.\d+)?(?:e[+-]?\d+)?))?/seed(\d+)", first)
    if key:
        table, task, g, seed = key.groups()
        return _rows(table, task, g, int(seed), conditions)
    known = [*figures.names(), "claim.1", *tables(lstm=False), *tables(lstm=True)]
    if len(parts) > 1 and parts[0] in schemas.names():
        raise UserError(f"{what!r} does not name a network: write for example {parts[0]}/romo/g0.9/seed0")
    raise UserError(f"{what!r} is not a known subject{nearest(first, known)}; known forms: {FORMS}")


def _rows(table: str | None, task: str, g: str | None, seed: int, conditions: list[str]) -> Rows:
    lstm = task in (LSTM, *tables(lstm=True)) and g is None
    if lstm and task != LSTM:  # sentiment_truncation/seed0
        table, task = task, LSTM
    if lstm and table and not table.startswith(f"{LSTM}_"):
        table = f"{LSTM}_{table}"
    known = tables(lstm)
    if table and table not in known:
        raise UserError(f"there is no table {table!r} of networks{nearest(table, known)}")
    if not lstm and g is None:
        raise UserError(f"{task}/seed{seed} lacks g: write for example {task}/g0.9/seed{seed}")
    where = dict(condition.partition("=")[::2] for condition in conditions)
    columns = schemas.of(table).names if table else []
    for column in where:
        if column not in columns:
            message = f"the table {table} has no column {column!r}{nearest(column, columns)}"
            raise UserError(message if table else f"{column}=: name its table, as in truncation/{task}/g{g}/seed{seed}")
    return Rows(table, task, None if g is None else float(g), seed, where)
