"""The list of files that no recorded run needs: by reason, then by folder and task, with counts and sizes."""

from collections import defaultdict
from pathlib import Path

from commands.plan.page import size

from .recorded import Requirements
from .unused import CODE, DAMAGED, GROUPS, LEFT_OUT, NUMBERS, OF_MEASURES, OF_NETWORKS, Unused

MOST = 4  # most g or seeds to name in a line, or files in a sentence
HINTS = {
    LEFT_OUT: "A config that names them again will reuse them.",
    NUMBERS: "A config with these numbers will reuse them.",
    CODE: ("The next start of their run retrains them anyway; only the code that trained them can reuse them."),
    DAMAGED: "They were replaced by newly trained networks.",
}


def page(requirements: Requirements, files: list[Unused], in_training: list[Unused], strange: list[Path]) -> str:
    """Return the whole text except its last line."""
    runs = ", ".join(sorted(requirements.runs)) or "none"
    lines = [
        f"Recorded runs: {runs}. They need {count(len(requirements.specs), 'network')} and what is measured of these."
    ]
    for group in GROUPS:
        of_group = [file for file in files if file.group == group]
        if of_group:
            lines += ["", f"{group}: {contents(of_group)}", *_hint(group), *_rows(of_group)]
    lines.append("")
    if in_training:
        named = sorted({f"{file.path.parent}/*-{file.network}" for file in in_training})
        lines.append(f"Kept, since a job is training them: {_some(named)}.")
    if strange:
        lines.append(
            f"Left alone, since they are links or have names that the workflow does not use: {_some(strange)}."
        )
    return "\n".join(lines)


def contents(files: list[Unused]) -> str:
    """Return the numbers of networks, measures and files, and their total size."""
    networks = len({file.network for file in files if file.group in OF_NETWORKS})
    measures = sum(file.group == OF_MEASURES for file in files)
    words = [count(networks, "network")] if networks else []
    words += [count(measures, "measure")] if measures else []
    words += [count(len(files), "file")] if len(files) != measures else []
    return ", ".join([*words, size(sum(file.size for file in files))])


def count(number: int, what: str) -> str:
    """Format a number of things."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _hint(group: str) -> list[str]:
    return [f"  {HINTS[group]}"] if group in HINTS else []


def _rows(files: list[Unused]) -> list[str]:
    """Format one line per task and folder."""
    by_folder = defaultdict(list)
    for file in files:
        by_folder[file.root / file.path.relative_to(file.root).parts[0]].append(file)
    rows = [
        (f"{folder}", contents(of_folder), _strengths_and_seeds(of_folder)) for folder, of_folder in by_folder.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return [f"  {folder:<{widths[0]}}  {counts:<{widths[1]}}  {which}" for folder, counts, which in rows]


def _strengths_and_seeds(files: list[Unused]) -> str:
    strengths = {file.path.parent.name for file in files if file.path.parent.parent != file.root}
    seeds = {file.path.name.lstrip(".").partition("-")[0].partition(".")[0] for file in files}
    named = [_several(strengths, "g"), _several(seeds, "seed")]
    return ", ".join(filter(None, named))


def _several(names: set[str], what: str) -> str:
    """List names like g0.9 or seed3 in numerical order, or only their count if there are many."""
    ordered = sorted(names, key=lambda name: float(name.removeprefix(what)))
    return " ".join(ordered) if len(ordered) <= MOST else f"{len(ordered)} {what}{'' if what == 'g' else 's'}"


def _some(things: list) -> str:
    named = ", ".join(map(str, things[:MOST]))
    return named if len(things) <= MOST else f"{named} and {len(things) - MOST} more"
