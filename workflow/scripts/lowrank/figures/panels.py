"""What a panel shows, in words and as rows of a table: each figure says it of its own, in `panels(settings)`.

`settings` are what a figure's `draw` takes: {colors, labels, targets, fig1: {...}}.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pandas import DataFrame

Select = Callable[[DataFrame], DataFrame]
SPREAD = "a line of means over seeds, a band of one standard deviation (ddof 0) to each side"


@dataclass(frozen=True)
class Panel:
    """A panel: `y` over `x`, a curve for each value of the columns `curves`."""

    text: str
    table: str
    x: str
    y: str
    curves: tuple[str, ...]
    rows: Select  # the table's rows that are drawn; y as it is before it is scaled
    drawn: str  # by which function of the figure's file
    besides: str = ""  # what else is in the panel, and from where
    columns: tuple[str, ...] = ()  # of the table, where y is made of several


def lettered(panels: list[Panel]) -> dict[str, Panel]:
    """Panels by their letters, from a on."""
    return {chr(ord("a") + number): panel for number, panel in enumerate(panels)}
