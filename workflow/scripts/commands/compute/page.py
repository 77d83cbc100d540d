"""The compute statement as a Markdown page."""

from collections import Counter
from collections.abc import Iterable

MOST = 8  # jobs without a record to name
COUNTED = """
- Core hours and seconds are those on the clock times the job's cores: two for the LSTM where there are two, one for
  all other jobs. A job that trains on a GPU has the GPU, too, and its hours stand in both columns.
- A figure's hours are those of the networks that it shows, and of what its tables measure in them. Figures share
  networks: these count in each of the figures, and once in the total. The command for one figure makes whole tables, of
  all the run's networks, and takes more.
- A network that another run has trained counts as if this one had. Of networks that one job trained or measured, each
  has an equal share of the job.
- Memory is the largest resident set of one process, as the system gave it while the job ran. So many jobs at once need
  so many times as much at most.
- Not counted: attempts that were stopped or failed (where a training went on from a saved state, only its last start
  is), and the seconds in which tables are gathered, figures drawn and claims judged.
"""


def page(run: str, rows: list[dict], figures: dict[str, dict], networks: list[dict], here: str) -> str:
    """Write a run's page from its jobs, as in `jobs.rows`, and each figure's dependencies, {title, keys, rules}.

    `networks` is the metadata of the networks' files, `here` the machine on which the page is written.
    """
    parts = [
        f"# Computing time of the run `{run}`",
        f"**{_hours(rows)} core hours, {_hours(rows, 'gpu_hours')} GPU hours, at most {_memory(rows)} in one process** "
        f"for {len(networks)} networks, which were trained and then measured in {len(rows) - len(networks)} jobs.",
        "## Figures",
        _table(_figure(figure, rows) for figure in figures.values()),
        "## Rules",
        _table(_rule(rule, rows) for rule in dict.fromkeys(row["rule"] for row in rows)),
        "## Machines",
        _table(_machines(rows)),
        f"Jobs write their machine into their logs. This page was written on: {here}.",
        _table(_software(networks)),
        "## How it was counted" + COUNTED.rstrip(),
        *_unknown(rows),
    ]
    return "\n\n".join(parts) + "\n"


def _figure(figure: dict, rows: list[dict]) -> dict:
    keys, trained = set(figure["keys"]), ("train", "train_sentiment")
    mine = [row for row in rows if row["key"] in keys and row["rule"] in (*trained, *figure["rules"])]
    training = [row for row in mine if row["rule"] in trained]
    measures = [row for row in mine if row["rule"] not in trained]
    return {
        "figure": figure["title"],
        "networks": len(training),
        "core hours, training": _hours(training),
        "core hours, measures": _hours(measures),
        "GPU hours": _hours(mine, "gpu_hours"),
        "peak memory": _memory(mine),
        "jobs without record": sum(row["hours"] is None for row in mine),
    }


def _rule(rule: str, rows: list[dict]) -> dict:
    mine = [row for row in rows if row["rule"] == rule]
    known = [row["hours"] for row in mine if row["hours"] is not None]
    return {
        "rule": f"`{rule}`",
        "jobs": len(mine),
        "core hours": _hours(mine),
        "GPU hours": _hours(mine, "gpu_hours"),
        "mean, core seconds": _short(3600 * sum(known) / len(known)) if known else "unknown",
        "longest, core seconds": _short(3600 * max(known)) if known else "unknown",
        "peak memory": _memory(mine),
        "jobs without record": len(mine) - len(known),
    }


def _machines(rows: list[dict]) -> list[dict]:
    """Count the jobs by machine, where the log records it."""
    counts = Counter(row["machine"] or "not in the job's log" for row in rows if row["hours"] is not None)
    return [{"jobs": count, "machine": machine} for machine, count in counts.most_common()]


def _software(networks: list[dict]) -> list[dict]:
    """Count networks by device, architecture and library versions recorded in their files."""
    counts = Counter(
        (network["device"], network["machine"], ", ".join(f"{k} {v}" for k, v in network["versions"].items()))
        for network in networks
    )
    return [
        {"networks": count, "trained on": device, "architecture": machine, "versions": versions}
        for (device, machine, versions), count in counts.most_common()
    ]


def _unknown(rows: list[dict]) -> list[str]:
    """List the jobs whose time is missing or incomplete."""
    lines = []
    for title, mine in {
        "No record of time and memory, so not included in the sums": [row for row in rows if row["hours"] is None],
        "Resumed from a saved state; the hours before that are not included in the sums": [
            row for row in rows if "last of several" in (row["note"] or "")
        ],
    }.items():
        names = [f"`{row['rule']} {row['key']}`" for row in mine[:MOST]]
        names += [f"{len(mine) - MOST} more"] if len(mine) > MOST else []
        lines += [f"- {title}: {', '.join(names)}."] if mine else []
    return ["## What is not known", "\n".join(lines)] if lines else []


def _hours(rows: list[dict], column: str = "hours") -> str:
    """Format the sum; if some values are unknown, as a lower bound."""
    known = [row[column] for row in rows if row[column] is not None]
    if rows and not known:
        return "unknown"
    return f"{'over ' if len(known) < len(rows) else ''}{_short(sum(known))}"


def _short(number: float) -> str:
    """Format to three digits, without exponents."""
    return f"{number:.0f}" if number >= 100 else f"{number:.2g}" if number < 0.01 else f"{number:.3g}"


def _memory(rows: list[dict]) -> str:
    known = [row["memory"] for row in rows if row["memory"] is not None]
    return f"{max(known):.0f} MiB" if known else "unknown"


def _table(rows: Iterable[dict]) -> str:
    rows = list(rows)
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(row.values() for row in rows)] if rows else []
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
