"""The page about a figure, a panel, a claim, a network or rows of a table."""

from . import claim, figure, rows
from .page import Page
from .runs import Run
from .subject import ClaimSubject, FigureSubject, Rows, parsed

DESCRIBERS = {FigureSubject: figure.describe, ClaimSubject: claim.describe, Rows: rows.describe}


def explain(what: str, run: Run) -> str:
    """Return the page; raise UserError if the subject is unknown or not made yet."""
    subject = parsed(what)
    page = Page(f"{what}, in the run {run.name}")
    DESCRIBERS[type(subject)](page, subject, run)
    return str(page)
