"""The table of `make plan`: one line per rule, then the totals."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from lowrank import measures
from lowrank.plan.start import UNUSABLE

from .disk import written
from .dryrun import Job
from .seconds import Clock
from .waiting import hours, longest_chain, on_clock, one_slot_each
from .work import Plan, Work

WHY = {  # how Snakemake's reasons begin, and our wording; the first match counts
    UNUSABLE: "not as planned",
    "Missing output files": "missing output",
    "Incomplete output files": "incomplete output",
    "Params have changed": "params changed",
    "Set of input files": "inputs are others",
    "Software environment": "software changed",
    "Code has changed": "code changed",
    "Updated input files": "input updated",
    "Input files updated": "input updated",
    "Forced": "forced",
}
STAGES = (  # in the order of the data flow, with measures in between
    ("sentiment_data", "train ", "train"),
    ("gather", "summary", "theory", "fig", "claims", "comparison"),
)
STEPS = (("kB", 1e3), ("MB", 1e6), ("GB", 1e9))


@dataclass
class Line:
    """Totals over the jobs of a rule; for training, per task."""

    jobs: int = 0
    networks: int = 0
    why: Counter = field(default_factory=Counter)
    benchmarks: set = field(default_factory=set)
    machines: set = field(default_factory=set)
    core: float = 0.0
    gpu: float = 0.0
    disk: int = 0
    unknown: int = 0


@dataclass(frozen=True)
class Machine:
    """The machine that runs the jobs."""

    cores: int
    gpus: int | None
    name: str
    is_cluster: bool = False  # its cores are slots, one for a job


def page(jobs: list[Job], plan: Plan, clock: Clock, machine: Machine) -> str:
    """Return the whole page."""
    lines: dict[str, Line] = defaultdict(Line)
    seconds = [_add(lines, job, plan, clock) for job in jobs]
    head = ["jobs", "core h", "GPU h", "disk", "why", "by"]
    rows = [[name, *_cells(lines[name])] for name in sorted(lines, key=_stage)]
    return "\n".join([*_table(["rule", *head], rows), "", *_sums(lines, jobs, seconds, machine)])


def why(reason: str) -> str:
    """Shorten a reason of Snakemake's, omitting the files."""
    return next((words for begin, words in WHY.items() if begin in reason), reason.partition(":")[0] or "needed")


def _stage(name: str) -> tuple:
    """Return the position of a rule in the table, in the order of the data flow."""
    before, after = STAGES
    stages = (*before, *(measure.rule for lstm in (False, True) for measure in measures.of(lstm)), *after)
    return next((i for i, begin in enumerate(stages) if name.startswith(begin)), len(stages)), name


def _name(job: Job, work: Work) -> str:
    return f"train {work.task}" if work.rule == "train" else job.rule


def _add(lines: dict[str, Line], job: Job, plan: Plan, clock: Clock) -> float:
    """Add a job to its rule's line; return its core seconds."""
    work = plan.work(job.rule, job.wildcards, job.output)
    estimate = clock.of(work)
    line = lines[_name(job, work)]
    line.jobs += 1
    line.networks += work.networks
    line.why[why(job.reason)] += 1
    line.benchmarks |= estimate.benchmarks
    line.machines |= {estimate.machine} - {""}
    line.disk += written(job, plan)
    seconds = estimate.seconds or 0.0
    line.unknown += estimate.seconds is None
    line.core += 0 if job.gpu else seconds
    line.gpu += seconds if job.gpu else 0
    return seconds


def _cells(line: Line) -> list[str]:
    jobs = f"{line.jobs}" + (f" ({line.networks} networks)" if line.networks > line.jobs else "")
    reasons = ", ".join(f"{reason} {count}" for reason, count in line.why.most_common())
    core = "?" if line.unknown == line.jobs else _hours(line.core)
    gpu = _hours(line.gpu) if line.gpu else ""
    return [jobs, "" if gpu else core, gpu, size(line.disk), reasons, _source(line)]


def _source(line: Line) -> str:
    """Name the source of the seconds; a rule may have benchmarks for only some of its jobs."""
    lines = [f"{sum(count for _, count in line.benchmarks)} of your benchmarks"] if line.benchmarks else []
    lines += ["shipped"] if line.machines else []
    return ", ".join(lines + (["not known"] if line.unknown else []))


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.2f}" if seconds >= 18 else "<0.01" if seconds else "0"


def size(count: int) -> str:
    """Format bytes with one decimal."""
    unit, scale = next((each for each in reversed(STEPS) if count >= each[1]), STEPS[0])
    return f"{count / scale:.1f} {unit}"


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    columns = list(zip(head, *rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    formats = [f"{{:{'>' if 1 <= i <= 4 else '<'}{width}}}" for i, width in enumerate(widths)]  # right-align numbers
    every = [head, ["-" * width for width in widths], *rows]
    return ["  ".join(form.format(cell) for form, cell in zip(formats, row, strict=True)).rstrip() for row in every]


def _sums(by_rule: dict[str, Line], jobs: list[Job], seconds: list[float], machine: Machine) -> list[str]:
    """Return the totals and the time to wait."""
    lines = list(by_rule.values())
    core, gpu, disk = (sum(getattr(line, name) for line in lines) for name in ("core", "gpu", "disk"))
    unknown = [name for name, line in by_rule.items() if line.unknown]
    totals = [f"{len(jobs)} jobs: {_hours(core)} core hours" + (f", {_hours(gpu)} GPU hours" if gpu else "")]
    totals[0] += f", {size(disk)} on disk"
    totals[0] += f"; without {', '.join(unknown)}, whose time is not known" if unknown else ""
    placed = one_slot_each(jobs, seconds) if machine.is_cluster else (jobs, seconds)
    wall = hours(*placed, machine.cores, machine.gpus)
    chain, steps = longest_chain(jobs, seconds)
    alone = on_clock(jobs, seconds)
    slowest = max(steps, key=alone.__getitem__)
    totals.append(f"{clock(wall)} on {machine.name}")
    machines = sorted(set().union(*(line.machines for line in lines)))
    longest = f"{jobs[slowest].rule} alone {clock(alone[slowest] / 3600)}"
    totals.append(f"{clock(chain)} on however many: the longest chain of jobs ({longest})")
    if machines:
        totals.append(f"shipped: seconds as on {'; '.join(machines)} (workflow/resources/seconds.csv)")
    return totals


def clock(hours: float) -> str:
    """Format as hours and minutes, or as seconds below one minute."""
    seconds = round(hours * 3600)
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60:02d} min" if seconds >= 3600 else f"{round(seconds / 60)} min"
