"""What a panel shows, in words and as table rows; each figure describes its own in `panels(settings)`.

`settings` are the same as for a figure's `draw`: {colors, labels, targets, fig1: {...}}.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pandas import DataFrame

Select = Callable[[DataFrame], DataFrame]
SPREAD = "a line of means over seeds, a band of one standard deviation (ddof 0) to each side"


@dataclass(frozen=True)
class Panel:
    """A panel: `y` over `x`, one curve per value of the columns `curves`."""

    text: str
    table: str
    x: str
    y: str
    curves: tuple[str, ...]
    rows: Select  # the table's rows that are drawn, with y before scaling
    drawn: str  # the function in the figure's file that draws it
    besides: str = ""  # what else the panel contains, and its source
    columns: tuple[str, ...] = ()  # table columns from which y is computed, if several


def lettered(panels: list[Panel]) -> dict[str, Panel]:
    """Assign letters to the panels, starting from a."""
    return {chr(ord("a") + number): panel for number, panel in enumerate(panels)}
