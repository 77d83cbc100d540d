"""The page about a figure, a panel, a claim, a network or rows of a table of a run."""

from . import claim, figure, rows
from .page import Page
from .runs import Run
from .subject import Drawn, Judged, Rows, parsed

TELLERS = {Drawn: figure.tell, Judged: claim.tell, Rows: rows.tell}


def explain(what: str, run: Run) -> str:
    """The page; Problem if there is nothing of that name, or it is not made yet."""
    subject = parsed(what)
    page = Page(f"{what}, in the run {run.name}")
    TELLERS[type(subject)](page, subject, run)
    return str(page)
