"""The archive's description as a Workflow Run RO-Crate, which other programs can read."""

import json
import mimetypes
from pathlib import Path, PurePosixPath

import yaml
from rocrate.model import ComputationalWorkflow, ContextEntity, DataEntity, File, Person
from rocrate.rocrate import ROCrate

from lowrank import measures
from lowrank.core.errors import UserError
from lowrank.store import schemas

from .verify import METADATA, SUMS

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
CRATE = "https://w3id.org/ro/crate/1.1"
BIOSCHEMAS = "https://bioschemas.org/profiles"
FORMATS = {
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".yaml": "application/yaml",
    ".diff": "text/x-diff",
}
WORKFLOW = "Snakefile"
FOLDERS = {
    "workflow/": "rules, scripts and library of the workflow",
    "envs/": "the pinned environment, for pip and for conda",
    "profiles/": "Snakemake's settings on every machine",
    "slurm/": "Snakemake's settings on a cluster",
    "docs/": "documentation",
    "tests/": "tests of the workflow",
    "resources/sentiment/": "the LSTM's sentences and word vectors as numbers, and what they were made of",
    "results/networks/": "trained networks, each with its history and, in its metadata, all that it depends on",
}
FILES = {
    "run.yaml": "the whole config of the run: snakemake --configfile run.yaml --replace-workflow-config is that run",
    "config.yaml": "the paper in numbers, in place of which a start with run.yaml takes that",
    "verify.py": "checks this archive; needs Python 3 and nothing else",
    "archive.json": "what verify.py has to know: networks, figures, commit, machine, versions",
    "ARCHIVE.md": "what this archive is and promises, for people",
    SUMS: "the SHA-256 of every other file",
    "workflow.diff": "what the workflow's files had besides the commit",
}


def described(facts: dict, names: list[str], citation: dict) -> bytes:
    """Return ro-crate-metadata.json; `names` are the archive's files, `citation` is the content of CITATION.cff."""
    crate = ROCrate(version="1.1")
    authors = _one([_organization(crate, author["name"]) for author in citation["authors"]])
    licence = crate.add(_thing(crate, _spdx(citation["license"]), "CreativeWork", name=citation["license"]))
    _describe_root(crate, facts, citation, authors, licence)
    parts = _parts(crate, facts["run"], names)
    if "README.md" in parts:
        parts["README.md"]["about"] = crate.root_dataset
    crate.mainEntity = workflow = _workflow(crate, facts, authors, licence)
    workflow["input"] = parts["run.yaml"]["exampleOfWork"] = _parameter(crate, parts["run.yaml"])
    crate.root_dataset["mentions"] = _action(crate, facts, parts, workflow, authors)
    return json.dumps(crate.metadata.generate(), indent=1, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _describe_root(crate: ROCrate, facts: dict, citation: dict, authors, licence) -> None:
    root, paths = crate.root_dataset, {url: url.rpartition("/")[2] for url in PROFILES}
    crate.name = f"{citation['title']}: the run {facts['run']}"
    crate.description, crate.license = facts["promise"], licence
    root["datePublished"] = facts["date"]
    root["author"] = root["publisher"] = authors
    root["citation"] = _one([_paper(crate, paper) for paper in citation["references"]])
    root["conformsTo"] = profiles = [
        crate.add(_thing(crate, url, "CreativeWork", name=name, version=paths[url])) for url, name in PROFILES.items()
    ]
    crate.metadata["conformsTo"] = [{"@id": CRATE}, profiles[-1]]


def _action(crate: ROCrate, facts: dict, parts: dict, workflow, authors) -> ContextEntity:
    """Describe the run: the action that made the results from the inputs."""
    inputs = [part for name, part in parts.items() if name in ("run.yaml", "config.yaml", "resources/sentiment/")]
    results = [part for name, part in parts.items() if name.startswith("results/")]
    about = {"name": f"The run {facts['run']}", "instrument": workflow, "object": inputs, "result": results}
    about |= {"endTime": facts["ended"], "agent": authors, "description": _how(facts)}
    return crate.add(_thing(crate, "#run", "CreateAction", **about))


def _one(values: list):
    """Unwrap a single value, as the specification requires."""
    return values[0] if len(values) == 1 else values


def citation_of(path: Path) -> dict:
    """Read CITATION.cff."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise UserError(f"{path} cannot be read, so the archive would lack its citation: {error}") from error


def _parts(crate: ROCrate, run: str, names: list[str]) -> dict[str, DataEntity]:
    """Add one part for every folder of many similar files, and one for every other file."""
    measured = (*measures.of(lstm=True), *measures.of(lstm=False))
    folders = FOLDERS | {f"results/{run}/{measure.folder()}/": measure.holds for measure in measured}
    tables = {f"results/{run}/tables/{name}.parquet": name for name in schemas.names()}
    parts, left = {}, list(names)
    for folder, text in folders.items():
        inside = [name for name in left if name.startswith(folder)]
        left = [name for name in left if not name.startswith(folder)]
        if inside:
            parts[folder] = crate.add(_folder(crate, folder, text, len(inside)))
    for name in left:
        if name not in (WORKFLOW, METADATA):
            parts[name] = crate.add(File(crate, dest_path=name, properties=_file(name)))
            if name in tables:
                parts[name]["variableMeasured"] = _columns(crate, tables[name])
    return parts


def _columns(crate: ROCrate, table: str) -> list[ContextEntity]:
    """Describe the columns of a table: name, meaning and unit."""
    found = []
    for name, column in schemas.columns(table).items():
        about = {"name": name, "description": column.meaning} | ({"unitText": column.unit} if column.unit else {})
        found.append(crate.add(_thing(crate, f"#{table}.{name}", "PropertyValue", **about)))
    return found


def _file(name: str) -> dict:
    suffix = PurePosixPath(name).suffix
    kind = FORMATS.get(suffix) or mimetypes.guess_type(name)[0] or "text/plain"
    return {"name": PurePosixPath(name).name, "encodingFormat": kind} | (
        {"description": FILES[name]} if name in FILES else {}
    )


def _folder(crate: ROCrate, name: str, text: str, count: int) -> DataEntity:
    about = {"@type": "Dataset", "name": name.rstrip("/"), "description": f"{text} ({count} files)"}
    return DataEntity(crate, name, properties=about)


def _workflow(crate: ROCrate, facts: dict, authors, licence) -> ComputationalWorkflow:
    workflow = crate.add(ComputationalWorkflow(crate, dest_path=WORKFLOW))
    language = {"name": "Snakemake", "url": "https://snakemake.github.io", "version": facts["pins"]["snakemake"]}
    language |= {"identifier": "https://doi.org/10.1093/bioinformatics/bts480"}
    programs = [
        crate.add(_thing(crate, f"#{name}-{pin}", "SoftwareApplication", name=name, softwareVersion=pin))
        for name, pin in facts["pins"].items()
    ]
    commit = facts["tree"]["commit"]
    about = {
        "encodingFormat": "text/x-snakemake",
        "conformsTo": _profile(crate, "ComputationalWorkflow"),
        "name": "Workflow: networks, measures, tables, figures",
        "programmingLanguage": crate.add(_thing(crate, "#snakemake", "ComputerLanguage", **language)),
        "softwareRequirements": programs,
        "author": authors,
        "creator": authors,
        "license": licence,
        **({"version": commit} if commit else {}),
    }
    for key, value in about.items():
        workflow[key] = value
    return workflow


def _profile(crate: ROCrate, name: str) -> ContextEntity:
    about = {"name": name, "version": "1.0-RELEASE"}
    return crate.add(_thing(crate, f"{BIOSCHEMAS}/{name}/1.0-RELEASE", "CreativeWork", **about))


def _parameter(crate: ROCrate, config: DataEntity) -> ContextEntity:
    kind = _profile(crate, "FormalParameter")
    about = {"name": "config", "description": "every number of the run", "additionalType": "File"}
    about |= {"encodingFormat": "application/yaml", "valueRequired": True, "workExample": config, "conformsTo": kind}
    return crate.add(_thing(crate, "#config", "FormalParameter", **about))


def _how(facts: dict) -> str:
    tree, made = facts["tree"], facts["machine"]
    at = f"commit {tree['commit']}, {tree['state']}" if tree["commit"] else tree["note"]
    return f"{at}; archived on {made['system']} {made['machine']}, {made['processor'] or 'processor unknown'}"


def _paper(crate: ROCrate, paper: dict) -> ContextEntity:
    authors = [
        crate.add(Person(crate, f"#{who['family-names']}", {"name": f"{who['given-names']} {who['family-names']}"}))
        for who in paper["authors"]
    ]
    about = {"name": paper["title"], "author": authors, "datePublished": str(paper["year"])}
    about |= {"isPartOf": paper["collection-title"]}
    return crate.add(_thing(crate, "#paper", "ScholarlyArticle", **about))


def _organization(crate: ROCrate, name: str) -> ContextEntity:
    return crate.add(_thing(crate, "#authors", "Organization", name=name))


def _spdx(licence: str) -> str:
    return f"https://spdx.org/licenses/{licence}"


def _thing(crate: ROCrate, name_of: str, kind: str, /, **about) -> ContextEntity:
    """Add an entity that is not a file of the archive."""
    thing = ContextEntity(crate, name_of, properties={"@type": kind})
    for key, value in about.items():
        thing[key] = value
    return thing
