"""Build an archive from a finished run: facts, description, files."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import yaml

from . import contents, origin, page
from .metadata import citation_of, described
from .packing import Entry, check_room, pack, written_size
from .verify import FACTS, METADATA, SUMS

RUN, DIFFERENCE, READ_ME = "run.yaml", "workflow.diff", "ARCHIVE.md"


def build(path: str, files: list[str], settings: dict, say: Callable[[str], None], project: Path) -> None:
    """Write the archive of a run whose results are `files`; report its size before and its digest after.

    Paths of results are relative to the working directory, those of the workflow's own files to the folder `project`.
    """
    left_out = [
        name for kind in ("networks", "data") if not settings[kind]["included"] for name in settings[kind]["files"]
    ]
    files = contents.of_run(contents.without(files, left_out), settings["run"])
    own = contents.of_project(project)
    tree = origin.tree(project)
    changed = {DIFFERENCE: origin.difference(project).encode(errors="surrogateescape")} if tree["changed"] else {}
    names_of_archive = {FACTS, RUN, DIFFERENCE, READ_ME, METADATA, SUMS, "verify.py"}
    beside, tree["not_packed"] = contents.beside(project, tree["untracked"], {*own, *files, *names_of_archive})
    own += beside
    facts = _facts(files, settings, tree, project)
    made = {FACTS: _json(facts), RUN: _yaml(portable(settings["raw"], settings["sources"]))} | changed
    made["verify.py"] = Path(__file__).with_name("verify.py").read_bytes()
    made[READ_ME] = page.text(facts).encode()
    names = [*made, *own, *files, SUMS]
    made[METADATA] = described(facts, names, citation_of(project / "CITATION.cff"))
    entries = [Entry(name, content) for name, content in made.items()]
    entries += [Entry(name, project / name) for name in own] + [Entry(name, Path(name)) for name in files]
    needed = written_size(entries)
    for sentence in (_sizes(path, entries, needed), *page.warnings(facts)):
        say(sentence)
    check_room(Path(path), needed)
    say(f"{path} written. Digest (SHA-256 of its checksum list): {pack(Path(path), entries)}")


def portable(raw: dict, sources: dict | None) -> dict:
    """Return the config without machine-specific paths: files are named by their checksums."""
    raw = raw | {"archive": None, "tasks": {name: _portable(task) for name, task in raw["tasks"].items()}}
    named = {kind: f"sha256:{each['sha256']}" for kind, each in (sources or {}).items() if each["source"] == "files"}
    return raw | {"sentiment": raw["sentiment"] | named} if named else raw


def _portable(task: dict | None) -> dict | None:
    """Return a task's entry without the folders of its imported networks, whose checksums are in it."""
    if not task or "imported" not in task:
        return task
    names = {key: Path(task["imported"][key]).name for key in ("files", "initial") if task["imported"].get(key)}
    return task | {"imported": task["imported"] | names}


def _facts(files: list[str], settings: dict, tree: dict, project: Path) -> dict:
    ended = datetime.fromtimestamp(int(max(Path(file).stat().st_mtime for file in files)), UTC).isoformat()
    pins = origin.pins(project)
    facts = {key: settings[key] for key in ("run", "networks", "figures")} | {"data": _data(settings["data"])}
    facts |= {"tree": tree, "ended": ended, "date": tree["date"] or ended, "machine": origin.machine()}
    facts |= {"pins": pins, "installed": origin.installed(pins)}
    return facts | {"promise": page.promise(facts)}


def _data(data: dict) -> dict:
    """Return the LSTM's data with the licences of its sources."""
    licences = {}
    for file in (Path(name) for name in data["files"] if name.endswith(".json")):
        licences = {kind: each["licence"] for kind, each in json.loads(file.read_text()).items() if kind != "lowercase"}
    return data | {"licences": licences}


def _sizes(path: str, entries: list[Entry], needed: int) -> str:
    networks = [entry.size for entry in entries if entry.name.startswith("results/networks/")]
    size = f"{sum(networks) / 1e6:.1f} MB of networks" if networks else "no networks"
    return f"{path}: {len(entries) + 1} files, {needed / 1e6:.1f} MB, of them {size}"


def _json(value) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _yaml(value: dict) -> bytes:
    return yaml.safe_dump(value, sort_keys=False, width=100, allow_unicode=True).encode()
