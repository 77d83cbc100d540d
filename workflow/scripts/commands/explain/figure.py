"""The page about a figure or one of its panels."""

import importlib

from pandas import DataFrame

from lowrank.config import drawing
from lowrank.config.errors import nearest
from lowrank.core.errors import UserError
from lowrank.figures.panels import Panel
from lowrank.plan import orders

from . import network, origins, records
from .code import compared
from .page import MOST, Page, numbers, short
from .runs import Run
from .subject import FigureSubject


def describe(page: Page, subject: FigureSubject, run: Run) -> None:
    """Describe a figure, or one panel including its rows and values."""
    name, pdf = subject.figure, run.picture(subject.figure)
    settings = run.figures(name)
    all_panels = panels(name, settings)
    if subject.panel and subject.panel not in all_panels:
        letters = [f"{name}.{letter}" for letter in all_panels]
        raise UserError(f"{name} has no panel {subject.panel!r}{nearest(f'{name}.{subject.panel}', letters)}")
    page.add("FIGURE", f"{pdf} and .png, drawn by workflow/scripts/lowrank/figures/{name}.py")
    page.add("  settings", f"figures.{name}: {numbers(settings[name])}{_changed_since(run, name, settings)}")
    page.add("  code", compared(records.order(pdf).get("code"), orders.roots({}, name)))
    selected = {subject.panel: all_panels[subject.panel]} if subject.panel else all_panels
    files = []
    for letter, panel in selected.items():
        rows = panel.rows(run.frame(panel.table))
        page.add("PANEL" if subject.panel else f"  {letter}", f"{panel.text} ({panel.drawn}); {_table(panel)}")
        if subject.panel:
            _of_panel(page, panel, rows, run)
        files += run.networks(rows)
    if not subject.panel:
        tables = sorted({panel.table for panel in selected.values()})
        page.add("TABLES", ", ".join(run.table(table) for table in tables))
        page.add("  more", f"about a panel, its rows and values: make explain WHAT={name}.{next(iter(selected))}")
    network.describe_all(page, list(dict.fromkeys(files)), run.name)


def panels(figure: str, settings: dict) -> dict[str, Panel]:
    """Return the panels of a figure by letter, as declared in its file."""
    return importlib.import_module(f"lowrank.figures.{figure}").panels(settings)


def _changed_since(run: Run, name: str, settings: dict) -> str:
    """Note whether the config of the last start would draw the figure differently."""
    if not (run.folder / "config.yaml").exists():
        return ""
    same = drawing.of_figure(run.config, name) == settings
    return "" if same else f"; CHANGED SINCE in {run.folder}/config.yaml: not redrawn yet"


def _table(panel: Panel) -> str:
    return f"table {panel.table}, {', '.join(panel.columns or [panel.y])} over {panel.x}"


def _of_panel(page: Page, panel: Panel, rows: DataFrame, run: Run) -> None:
    if panel.besides:
        page.add("  besides", panel.besides)
    page.add("TABLE", f"{run.table(panel.table)}: {len(rows)} of {len(run.frame(panel.table))} rows")
    origins.describe(page, panel.table, panel.columns or (panel.y,), run, rows)
    for number, line in enumerate(curves(panel, rows)):
        page.add("" if number else "  values", line)


def curves(panel: Panel, rows: DataFrame) -> list[str]:
    """List the points of each curve, means over seeds; for long curves only the first and last."""
    lines = []
    groups = rows.groupby(list(panel.curves)) if panel.curves else [((), rows)]
    for key, curve in groups:
        points = curve.groupby(panel.x)[panel.y].agg(["mean", "count"]).dropna()
        name = ", ".join(f"{column} {short(value)}" for column, value in zip(panel.curves, key, strict=True))
        selected = [f"{x:g}: {short(float(mean))}" for x, mean in points["mean"].items()]
        selected = selected if len(selected) <= MOST else [*selected[:3], "…", *selected[-2:]]
        lines.append(f"{name or panel.y}: {', '.join(selected) or 'none'} ({len(points)} points)")
    return lines if len(lines) <= MOST else [*lines[:MOST], f"… and {len(lines) - MOST} curves more"]
