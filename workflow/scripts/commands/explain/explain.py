"""The page about a figure, a panel, a claim, a network or rows of a table."""

from . import claim, figure, rows
from .page import Page
from .runs import Run
from .subject import Drawn, Judged, Rows, parsed

TELLERS = {Drawn: figure.tell, Judged: claim.tell, Rows: rows.tell}


def explain(what: str, run: Run) -> str:
    """Return the page; raise Problem if the subject is unknown or not made yet."""
    subject = parsed(what)
    page = Page(f"{what}, in the run {run.name}")
    TELLERS[type(subject)](page, subject, run)
    return str(page)
