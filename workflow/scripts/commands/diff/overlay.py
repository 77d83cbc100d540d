"""Overlay the figures of two runs: the first as usual, the second in violet behind it."""

import importlib
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from commands.explain.runs import Run
from lowrank.core.errors import UserError
from lowrank.core.files import atomic
from lowrank.figures import declared, style

COLOR = "#cfa9e0"  # in no figure; greys are in Figure 1
WIDER = 1.6  # points; shows on either side of the line where both are equal
ROOM = 0.17  # inches below a figure for the legend of the runs


def common(name: str, a: Run, b: Run) -> tuple[dict, dict]:
    """Return a figure's settings in both runs, restricted to tasks and g that both show; raise UserError if none."""
    settings = a.figures(name), b.figures(name)
    for key, named in {"tasks": "task", "g": "g"}.items():
        for section in (name, *declared(name).borrowed):
            if key not in settings[0][section]:
                continue
            values = [value for value in settings[0][section][key] if value in settings[1][section][key]]
            if not values:
                raise UserError(f"{name}: {a.name} and {b.name} have no {named} in common")
            settings = tuple(each | {section: each[section] | {key: values}} for each in settings)
    return settings


@style.context()
def drawn(name: str, a: Run, b: Run) -> Figure:
    """Draw a figure of both runs; raise UserError if one cannot be drawn or the layouts differ."""
    module = importlib.import_module(f"lowrank.figures.{name}")
    settings = common(name, a, b)
    with np.errstate(invalid="ignore", divide="ignore"):  # networks that did not converge are not drawn
        first, second = (
            module.draw({table: run.frame(table) for table in declared(name).tables}, each)
            for run, each in zip((a, b), settings, strict=True)
        )
    if len(first.axes) != len(second.axes):
        raise UserError(f"{name}: {a.name} and {b.name} have different panels")
    for below, above in zip(first.axes, second.axes, strict=True):
        _add(below, above)
    _say(first, a.name, b.name)
    return first


def save(figure: Figure, path: Path) -> None:
    """Save as PNG, including the text below the figure."""
    with style.context(), atomic(path) as temporary:
        figure.savefig(temporary, format="png", dpi=200, bbox_inches="tight", metadata=style.METADATA[".png"])


def _add(below: Axes, above: Axes) -> None:
    """Add the lines and bands of `above` to `below`, widening its limits to fit both."""
    wide = [_both(below.get_xlim(), above.get_xlim()), _both(below.get_ylim(), above.get_ylim())]
    for band in above.collections:
        paths = [path.vertices for path in band.get_paths()]
        below.add_collection(PolyCollection(paths, color=COLOR, alpha=0.25, linewidth=0, zorder=0.5), autolim=False)
    for line in (line for line in above.lines if line.get_zorder() > 0):  # those at 0 are guides
        x, y = line.get_data()
        if line.get_transform() == above.transData:
            below.add_line(Line2D(x, y, **_look(line)))
        else:
            below.axhline(y[0], **_look(line))  # full-width lines, e.g. the final accuracy
    below.set_xlim(wide[0])
    below.set_ylim(wide[1])


def _both(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return min(a[0], b[0]), max(a[1], b[1])


def _look(line: Line2D) -> dict:
    """Return the line's own style in another colour and slightly wider."""
    look = {"linestyle": line.get_linestyle(), "drawstyle": line.get_drawstyle(), "marker": line.get_marker()}
    sizes = {"linewidth": line.get_linewidth() + WIDER, "markersize": line.get_markersize() + WIDER}
    return {"color": COLOR, "zorder": 0.6, **look, **sizes}


def _say(figure: Figure, a: str, b: str) -> None:
    """Write which run is which."""
    height = -ROOM / figure.get_figheight()
    figure.text(0.5, height, f"In colour: {a}.  In violet, behind it: {b}.", ha="center", fontsize=style.LABEL)
