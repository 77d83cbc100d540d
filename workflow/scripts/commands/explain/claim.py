"""The page about a claim."""

from lowrank.core.errors import UserError
from lowrank.store import schemas

from . import network, origins, records, tracing
from .page import MOST, Page
from .runs import Run
from .subject import ClaimSubject


def describe(page: Page, subject: ClaimSubject, run: Run) -> None:
    """Describe the recorded judgement of a claim, and judge it again."""
    table = run.frame("claims")
    claim, row = tracing.known(subject.claim), table[table["claim"] == subject.claim]
    if claim is None or row.empty:
        raise UserError(f"unknown claim {subject.claim}: there are 1 to {len(table)}, see {run.folder}/claims.md")
    row = row.astype(object).where(row.notna(), None).iloc[0]
    code = claim.rule.__code__
    file = code.co_filename.partition("workflow/scripts/")[2]
    page.add("CLAIM", f"{row['statement']} (Section {row['section']})")
    page.add("  expected", f"{row['expected']}; tolerance: {row['tolerance']} ({row['reason']})")
    page.add("  measured", f"{row['measured']}")
    page.add("  verdict", f"{row['verdict']}, in {run.table('claims')} and {run.folder}/claims.md")
    if row["effect"]:
        page.add("  effect", f"{row['effect']}; the claim holds in {row['support']:.0%} of the resamples")
    found = f": {row['published_measured']}" if row["published_measured"] else ""
    page.add("  published", f"{row['published']}{found}")
    page.add("  rule", f"{code.co_name} in workflow/scripts/{file}, line {code.co_firstlineno}")
    page.add("  code", origins.code(run.table("claims"), "claims"))
    names = [name for name in schemas.names() if (run.folder / f"tables/{name}.parquet").exists()]
    tasks = records.order(run.table("claims")).get("tasks") or run.config["tasks"]
    verdict, measured, traced = tracing.judged(claim, {name: run.frame(name) for name in names}, tasks)
    same = (verdict, measured) == (row["verdict"], row["measured"])
    page.add(
        "  again", "judged again from the tables: same result" if same else f"DIFFERENT RESULT: {verdict}: {measured}"
    )
    page.add("TABLES", f"according to the claim: {row['source']}; the rule read:")
    for table_name, conditions in tracing.requested(traced).items():
        listed = "; ".join(conditions[:MOST]) + (f"; … {len(conditions) - MOST} more" if len(conditions) > MOST else "")
        page.add("", f"{run.table(table_name)}: {listed}")
    if traced.networks.empty:
        page.add("NETWORKS", "none: the rule reads only the theory, or found no rows")
    else:
        lstm = "task" not in traced.networks or traced.networks["task"].isna().all()
        rows = traced.networks[["seed"]] if lstm else traced.networks.dropna()
        network.describe_all(page, run.networks(rows), run.name)
