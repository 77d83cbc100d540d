"""How a table came to be: of which files, by which rule, with which settings and code."""

from pandas import DataFrame

from lowrank import orders

from . import records
from .code import compared
from .page import Page, numbers
from .panels import COLUMNS_OF_SUMMARY
from .runs import Run

RULES = {"truncation": "truncate", "shuffle": "shuffle", "spectrum": "spectrum", "trials": "trials"}


def tell(page: Page, table: str, columns, run: Run, rows: DataFrame) -> None:
    """Of rows of a table: what they were made from."""
    if table == "summary":
        of = [f"{column} = {COLUMNS_OF_SUMMARY[column]}" for column in columns if column in COLUMNS_OF_SUMMARY]
        page.add("  made from", f"{'; '.join(of)}; by the script summary.py")
        page.add("  code", code(run.table(table), "summary"))
    elif table.removeprefix("sentiment_") in RULES:
        for _, row in rows.head(1).iterrows():
            _measured(page, table, place_of(row), run)
    else:
        page.add("  made from", "the networks' histories, a row per epoch, written by their training")


def place_of(row) -> str:
    """The place of the network that a row is about."""
    return f"sentiment/seed{row['seed']}" if "task" not in row else f"{row['task']}/g{row['g']}/seed{row['seed']}"


def code(file: str, stage: str) -> str:
    """The code that made a table, and whether it is that of this checkout."""
    return compared(records.order(file).get("code"), orders.OTHER[stage])


def _measured(page: Page, table: str, place: str, run: Run) -> None:
    """A measure of one network: its file, settings and code."""
    kind = table.removeprefix("sentiment_")
    file = run.file(*f"{kind}/{place}.parquet".split("/"))
    rule = RULES[kind] + ("_sentiment" if table != kind else "")
    told = records.order(file)
    settings = {key: value for key, value in told.items() if key not in ("code", "roots", "networks")}
    settings = {key: _span(value) for key, value in settings.items()}
    page.add("  made from", f"{file} (and so on) by rule {rule}{f' with {numbers(settings)}' if settings else ''}")
    page.add("  code", compared(told.get("code"), told.get("roots", [])))


def _span(value):
    """A long list by its ends."""
    return value if not isinstance(value, list) or len(value) < 6 else f"{value[0]}…{value[-1]} ({len(value)})"
