"""The page about a network, or about its rows in a table."""

from pandas import DataFrame

from lowrank.config.errors import nearest
from lowrank.core.errors import UserError
from lowrank.store import schemas

from . import network, origins
from .page import MOST, Page, numbers
from .runs import KEY, Run
from .subject import Rows, tables


def describe(page: Page, subject: Rows, run: Run) -> None:
    """Describe all rows about a network, or the requested rows of a table; then the network."""
    every = [table for table in tables(lstm=subject.g is None) if (run.folder / f"tables/{table}.parquet").exists()]
    _known(subject, run)
    for table in [subject.table] if subject.table else every:
        frame = run.frame(table)
        rows = _of(frame, subject)
        if subject.table:
            _listed(page, subject, rows, run)
        else:
            page.add("TABLES" if table == every[0] else "", f"{run.table(table)}: {len(rows)} of {len(frame)} rows")
    if not subject.table and subject.g is not None:
        row = _of(run.frame("summary"), subject).iloc[0]
        values = {name: row[name] for name in schemas.of("summary").names if name not in (*KEY, "network")}
        page.add("  summary", numbers({name: _plain(value) for name, value in values.items()}))
    first = _of(run.frame(every[0]), Rows(None, subject.task, subject.g, subject.seed))
    (file,) = run.networks(first.iloc[:1])
    network.describe(page, file)


def _known(subject: Rows, run: Run) -> None:
    """Raise UserError if the run has no such network."""
    if subject.g is None:
        seeds = run.frame("sentiment_history")["seed"].unique() if run.has_lstm() else []
        there = [f"sentiment/seed{seed}" for seed in seeds]
    else:
        there = [origins.key_of(row) for _, row in run.frame("summary").iterrows()]
    if subject.key not in there:
        raise UserError(f"the run {run.name} has no network {subject.key}{nearest(subject.key, there)}")


def _of(frame: DataFrame, subject: Rows) -> DataFrame:
    """Select the rows about the network that meet the conditions."""
    rows = frame[frame["seed"] == subject.seed]
    if subject.g is not None:
        rows = rows[(rows["task"] == subject.task) & (rows["g"] == subject.g)]
    for column, text in subject.where.items():
        rows = rows[rows[column].map(_as_text) == _as_text(text)]
    return rows


def _as_text(value) -> str:
    """Format a cell or a user's value so that 3 and 3.0 compare equal."""
    try:
        return f"{float(value):.12g}"
    except (TypeError, ValueError):
        return f"{value}"


def _listed(page: Page, subject: Rows, rows: DataFrame, run: Run) -> None:
    """List rows of one table."""
    if rows.empty:
        conditions = ", ".join(f"{column} = {value}" for column, value in subject.where.items())
        raise UserError(f"the table {subject.table} of {subject.key} has no row with {conditions}")
    page.add("TABLE", f"{run.table(subject.table)}: {len(rows)} rows")
    origins.describe(page, subject.table, schemas.of(subject.table).names, run, rows)
    columns = [name for name in rows if name not in (*KEY, "network")]
    for number, (_, row) in enumerate(rows[columns].head(MOST).iterrows()):
        page.add("" if number else "  rows", numbers({name: _plain(row[name]) for name in columns}))
    if len(rows) > MOST:
        page.add("", f"… and {len(rows) - MOST} more")


def _plain(value):
    """Return a cell as a built-in value, null as `null`."""
    if value is None or value != value or str(value) == "<NA>":
        return "null"
    return value.item() if hasattr(value, "item") else value
