"""The page about a figure, a panel, a claim, a network or rows of a table of a run."""

from pandas import DataFrame

from lowrank import plan
from lowrank.mistakes import nearest
from lowrank.problems import Problem
from lowrank.tables import SCHEMAS

from . import claims, network, records
from .code import compared
from .page import Page, numbers, short
from .panels import COLUMNS_OF_SUMMARY, Panel, panels
from .runs import KEY, Run
from .subject import Drawn, Judged, Rows, parsed

RULES = {"truncation": "truncate", "shuffle": "shuffle", "spectrum": "spectrum", "trials": "trials"}
MOST = 12  # rows, curves or networks that are listed


def explain(what: str, run: Run) -> str:
    """The page; Problem if there is nothing of that name, or it is not made yet."""
    subject = parsed(what)
    page = Page(f"{what}, in the run {run.name}")
    if isinstance(subject, Drawn):
        _drawn(page, subject, run)
    elif isinstance(subject, Judged):
        _judged(page, subject, run)
    else:
        _rows(page, subject, run)
    return str(page)


# Figures


def _drawn(page: Page, subject: Drawn, run: Run) -> None:
    name, pdf = subject.figure, run.file("figures", f"{subject.figure}.pdf")
    settings = run.figures(name)
    all_panels = panels(name, settings)
    if subject.panel and subject.panel not in all_panels:
        letters = [f"{name}.{letter}" for letter in all_panels]
        raise Problem(f"{name} has no panel {subject.panel!r}{nearest(f'{name}.{subject.panel}', letters)}")
    page.add("FIGURE", f"{pdf} and .png, drawn by workflow/scripts/lowrank/figures/{name}.py")
    page.add("  settings", f"figures.{name}: {numbers(settings[name])}{_changed_since(run, name, settings)}")
    page.add("  code", compared(records.order(pdf).get("code"), plan.OTHER[name]))
    shown = {subject.panel: all_panels[subject.panel]} if subject.panel else all_panels
    files = []
    for letter, panel in shown.items():
        rows = panel.rows(run.frame(panel.table))
        page.add("PANEL" if subject.panel else f"  {letter}", f"{panel.text} ({panel.drawn}); {_table(panel)}")
        if subject.panel:
            _of_panel(page, panel, rows, run)
        files += run.networks(rows)
    if not subject.panel:
        tables = sorted({panel.table for panel in shown.values()})
        page.add("TABLES", ", ".join(run.table(table) for table in tables))
        page.add("  more", f"about a panel, its rows and values: make explain WHAT={name}.{next(iter(shown))}")
    _networks(page, list(dict.fromkeys(files)), run)


def _changed_since(run: Run, name: str, settings: dict) -> str:
    """Whether the config of the last start would draw the figure otherwise."""
    if not (run.folder / "config.yaml").exists():
        return ""
    same = run.planned_figures(name)[name] == settings[name]
    return "" if same else f"; CHANGED SINCE in {run.folder}/config.yaml: not drawn again yet"


def _table(panel: Panel) -> str:
    return f"table {panel.table}, {', '.join(panel.columns or [panel.y])} over {panel.x}"


def _of_panel(page: Page, panel: Panel, rows: DataFrame, run: Run) -> None:
    if panel.besides:
        page.add("  besides", panel.besides)
    page.add("TABLE", f"{run.table(panel.table)}: {len(rows)} of {len(run.frame(panel.table))} rows")
    _origin(page, panel.table, panel.columns or (panel.y,), run, rows)
    for number, line in enumerate(curves(panel, rows)):
        page.add("" if number else "  values", line)


def curves(panel: Panel, rows: DataFrame) -> list[str]:
    """The points of each curve, means over seeds; of a long one the first and the last."""
    lines = []
    groups = rows.groupby(list(panel.curves)) if panel.curves else [((), rows)]
    for key, curve in groups:
        points = curve.groupby(panel.x)[panel.y].agg(["mean", "count"]).dropna()
        name = ", ".join(f"{column} {short(value)}" for column, value in zip(panel.curves, key, strict=True))
        told = [f"{x:g}: {short(float(mean))}" for x, mean in points["mean"].items()]
        told = told if len(told) <= MOST else [*told[:3], "…", *told[-2:]]
        lines.append(f"{name or panel.y}: {', '.join(told) or 'none'} ({len(points)} points)")
    return lines if len(lines) <= MOST else [*lines[:MOST], f"… and {len(lines) - MOST} curves more"]


def _origin(page: Page, table: str, columns, run: Run, rows: DataFrame) -> None:
    """What the table was made from."""
    if table == "summary":
        of = [f"{column} = {COLUMNS_OF_SUMMARY[column]}" for column in columns if column in COLUMNS_OF_SUMMARY]
        page.add(
            "  made from", "; ".join(of) + f"; by the script summary.py, code {_code(run.table(table), 'summary')}"
        )
    elif table in RULES or table == "sentiment_truncation" or table == "sentiment_spectrum":
        first = rows.iloc[0] if len(rows) else None
        if first is not None:
            _measured(page, table, _place(first), run)
    else:
        page.add("  made from", "the networks' histories, a row per epoch, written by their training")


def _place(row) -> str:
    return f"sentiment/seed{row['seed']}" if "task" not in row else f"{row['task']}/g{row['g']}/seed{row['seed']}"


def _measured(page: Page, table: str, place: str, run: Run) -> None:
    """A measure of one network: its file, settings and code."""
    kind = table.removeprefix("sentiment_")
    file = run.file(*f"{kind}/{place}.parquet".split("/"))
    rule = RULES[kind] + ("_sentiment" if table != kind else "")
    told = records.order(file)
    settings = {key: value for key, value in told.items() if key not in ("code", "roots", "network")}
    settings = {key: _span(value) for key, value in settings.items()}
    page.add("  made from", f"{file} (and so on) by rule {rule}{f' with {numbers(settings)}' if settings else ''}")
    page.add("  code", compared(told.get("code"), told.get("roots", [])))


def _span(value):
    """A long list by its ends."""
    return value if not isinstance(value, list) or len(value) < 6 else f"{value[0]}…{value[-1]} ({len(value)})"


def _code(file: str, stage: str) -> str:
    return compared(records.order(file).get("code"), plan.OTHER[stage])


# Claims


def _judged(page: Page, subject: Judged, run: Run) -> None:
    table = run.frame("claims")
    claim, row = claims.known(subject.claim), table[table["claim"] == subject.claim]
    if claim is None or row.empty:
        raise Problem(
            f"there is no claim {subject.claim}: they are 1 to {len(table)}, see results/{run.name}/claims.md"
        )
    row = row.iloc[0]
    code = claim.rule.__code__
    file = code.co_filename.partition("workflow/scripts/")[2]
    page.add("CLAIM", f"{row['statement']} (Section {row['section']})")
    page.add("  expected", f"{row['expected']}; tolerance: {row['tolerance']} ({row['reason']})")
    page.add("  measured", f"{row['measured']}")
    page.add("  verdict", f"{row['verdict']}, in {run.table('claims')} and results/{run.name}/claims.md")
    page.add("  rule", f"{code.co_name} in workflow/scripts/{file}, line {code.co_firstlineno}")
    page.add("  code", _code(run.table("claims"), "claims"))
    names = [name for name in SCHEMAS if (run.folder / f"tables/{name}.parquet").exists()]
    verdict, measured, looked = claims.judged(claim, {name: run.frame(name) for name in names}, run.config["tasks"])
    same = (verdict, measured) == (row["verdict"], row["measured"])
    page.add("  again", "judged anew by the tables: the same" if same else f"NOT THE SAME: {verdict}: {measured}")
    page.add("TABLES", f"by the claim's own words: {row['source']}; the rule looked at:")
    for table_name, conditions in claims.asked(looked).items():
        listed = "; ".join(conditions[:MOST]) + (f"; … {len(conditions) - MOST} more" if len(conditions) > MOST else "")
        page.add("", f"{run.table(table_name)}: {listed}")
    if looked.networks.empty:
        page.add("NETWORKS", "none: the rule looked at the theory alone, or found nothing to look at")
    else:
        lstm = "task" not in looked.networks or looked.networks["task"].isna().all()
        rows = looked.networks[["seed"]] if lstm else looked.networks.dropna()
        _networks(page, run.networks(rows), run)


# Networks and rows


def _rows(page: Page, subject: Rows, run: Run) -> None:
    if subject.g is None:
        tables = ["sentiment_history", "sentiment_truncation", "sentiment_spectrum"]
    else:
        tables = ["summary", "history", "truncation", "shuffle", "spectrum", "trials"]
    _known(subject, run)
    for table in [subject.table] if subject.table else tables:
        frame = run.frame(table)
        rows = _of(frame, subject)
        if subject.table:
            _listed(page, subject, rows, run)
        else:
            page.add("TABLES" if table == tables[0] else "", f"{run.table(table)}: {len(rows)} of {len(frame)} rows")
    if not subject.table and subject.g is not None:
        row = _of(run.frame("summary"), subject).iloc[0]
        told = {name: row[name] for name in SCHEMAS["summary"].names if name not in (*KEY, "network")}
        page.add("  summary", numbers({name: _plain(value) for name, value in told.items()}))
    first = _of(run.frame(tables[0]), Rows(None, subject.task, subject.g, subject.seed))
    (file,) = run.networks(first.iloc[:1])
    network.tell(page, file)


def _known(subject: Rows, run: Run) -> None:
    """Problem if the run has no such network."""
    if subject.g is None:
        there = [f"sentiment/seed{seed}" for seed in run.frame("sentiment_history")["seed"].unique()]
    else:
        there = [_place(row) for _, row in run.frame("summary").iterrows()]
    if subject.place not in there:
        near = nearest(subject.place, there).partition(" (there are")[0]
        raise Problem(f"the run {run.name} has no network {subject.place}{near}")


def _of(frame: DataFrame, subject: Rows) -> DataFrame:
    """The rows about the network that meet the conditions."""
    rows = frame[frame["seed"] == subject.seed]
    if subject.g is not None:
        rows = rows[(rows["task"] == subject.task) & (rows["g"] == subject.g)]
    for column, text in subject.where.items():
        rows = rows[
            _as_text(rows[column]) == _as_text(DataFrame({column: [text]}).astype(frame[column].dtype)[column])[0]
        ]
    return rows


def _as_text(column):
    return column.map(lambda value: f"{float(value):g}" if not isinstance(value, str) else value)


def _listed(page: Page, subject: Rows, rows: DataFrame, run: Run) -> None:
    """Rows of one table."""
    if rows.empty:
        conditions = ", ".join(f"{column} = {value}" for column, value in subject.where.items())
        raise Problem(f"the table {subject.table} of {subject.place} has no row with {conditions}")
    page.add("TABLE", f"{run.table(subject.table)}: {len(rows)} rows")
    _origin(page, subject.table, SCHEMAS[subject.table].names, run, rows)
    columns = [name for name in rows if name not in (*KEY, "network")]
    for number, (_, row) in enumerate(rows[columns].head(MOST).iterrows()):
        page.add("" if number else "  rows", numbers({name: _plain(row[name]) for name in columns}))
    if len(rows) > MOST:
        page.add("", f"… and {len(rows) - MOST} more")


def _plain(value):
    """A cell as a built-in value, null as `null`."""
    if value is None or value != value or str(value) == "<NA>":
        return "null"
    return value.item() if hasattr(value, "item") else value


def _networks(page: Page, files: list[str], run: Run) -> None:
    """Many networks by their places, the first in full."""
    by_task: dict[str, list[str]] = {}
    for file in files:
        task, _, rest = network.of(file).partition("/")
        by_task.setdefault(task, []).append(rest)
    page.add("NETWORKS", f"{len(files)}; training took seconds: {network.summed(files)}")
    for task, places in by_task.items():
        listed = places if len(places) <= MOST else [*places[: MOST - 2], "…", places[-1]]
        page.add("", f"{len(places):>4} {task}: {', '.join(listed)}")
    if files:
        others = "" if len(files) == 1 else f"the first in full; any other: make explain WHAT={network.of(files[-1])}"
        page.add("", f"{others}{f' RUN={run.name}' if others and run.name != 'paper' else ''}")
        network.tell(page, files[0])
