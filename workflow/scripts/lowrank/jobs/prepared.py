"""Prepared sentences: a file of numbers, named by a hash of everything they depend on, and a JSON file of sources."""

import json
from pathlib import Path

from ..core.errors import UserError
from ..core.files import atomic
from ..core.spec import canonical, digest
from ..sentiment.sentences import sources
from ..sentiment.sentences.prepare import prepare
from ..store import checkpoint


def file(spec: dict) -> str:
    """Return the path of the sentences and word vectors as arrays."""
    return f"{sources.ABOUT}/{digest(spec)}.safetensors"


def about(spec: dict) -> str:
    """Return the path of the human-readable description of their sources."""
    return str(Path(file(spec)).with_suffix(".json"))


def files(spec: dict) -> list[tuple[Path, bool]]:
    """List the two files, each with True if it exists and is complete."""
    arrays, text = Path(file(spec)), Path(about(spec))
    return [(arrays, checkpoint.is_complete(arrays, digest(spec))), (text, text.exists())]


def exists(spec: dict) -> bool:
    """Return True if both files exist and are complete."""
    return all(is_complete for _, is_complete in files(spec))


def make(spec: dict, resolved: dict[str, dict]) -> None:
    """Write both files from the sources chosen when the run was planned, downloading them if necessary."""
    paths = _fetched(resolved)
    data, counts = prepare(paths["treebank"], paths["vectors"], spec["dimensions"], spec["lowercase"])
    facts = {kind: sources.facts(kind, source) | counts[kind] for kind, source in resolved.items()}
    facts["lowercase"] = spec["lowercase"]
    checkpoint.write(file(spec), spec, data.arrays(), facts=facts)
    with atomic(about(spec)) as temporary:
        temporary.write_text(json.dumps(json.loads(canonical(facts)), indent=2) + "\n")


def _fetched(resolved: dict[str, dict]) -> dict[str, Path]:
    """Fetch the files of both kinds; raise a single UserError that lists every failure."""
    paths, errors = {}, []
    for kind, source in resolved.items():
        try:
            paths[kind] = sources.fetch(kind, source)
        except UserError as error:
            errors.append(f"{error}")
    if errors:
        raise UserError("; ".join(errors))
    return paths
