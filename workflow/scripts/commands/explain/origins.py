"""The origin of a table: its input files, its rule, and the settings and code."""

from pandas import DataFrame

from lowrank import measures
from lowrank.plan import orders
from lowrank.store import schemas

from . import records
from .code import compared
from .page import Page, numbers
from .runs import KEY, Run


def describe(page: Page, table: str, columns, run: Run, rows: DataFrame) -> None:
    """Describe what rows of a table were made from."""
    if table == "summary":
        about = schemas.TABLES["summary"]
        of = [f"{column} = {about[column].meaning}" for column in columns if column in about and column not in KEY]
        page.add("  made from", f"{'; '.join(of)}; by the script summary.py")
        page.add("  code", code(run.table(table), "summary"))
    elif table in measures.names():
        for _, row in rows.head(1).iterrows():
            _measured(page, measures.load(table), key_of(row), run)
    else:
        page.add("  made from", "the networks' histories, a row per epoch, written by their training")


def key_of(row) -> str:
    """Return the key of the network that a row is about."""
    return f"sentiment/seed{row['seed']}" if "task" not in row else f"{row['task']}/g{row['g']}/seed{row['seed']}"


def code(file: str, stage: str) -> str:
    """Describe the code that made a table, and whether this checkout matches it."""
    return compared(records.order(file).get("code"), orders.roots({}, stage))


def _measured(page: Page, measure: type[measures.Measure], key: str, run: Run) -> None:
    """Describe a measure of one network: its file, settings and code."""
    file = run.file(*f"{measure.folder()}/{key}.parquet".split("/"))
    order = records.order(file)
    settings = {key: _span(value) for key, value in order.get("settings", {}).items()}
    given = f" with {numbers(settings)}" if settings else ""
    page.add("  made from", f"{file} (and so on) by rule {measure.rule}{given}")
    page.add("  code", compared(order.get("code"), order.get("roots", [])))


def _span(value):
    """Abbreviate a long list to its ends."""
    return value if not isinstance(value, list) or len(value) < 6 else f"{value[0]}…{value[-1]} ({len(value)})"
