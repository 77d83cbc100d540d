"""An archive's page for readers: what it is, what it promises, which commands to type."""

from .contents import LARGEST
from .origin import listed

FREE = ("MIT", "PDDL", "CC0", "CC-BY", "BSD", "Apache")  # prefixes of licences that allow redistribution

WHOLE = "Unpacked anywhere, it continues as the same run, with nothing left to do; every part can be reproduced."
WITHOUT_NETWORKS = (
    "It has no networks: it can be checked and its figures drawn again from its tables, but a start of the workflow "
    "trains all networks first, and none can be trained again to be compared."
)
WITHOUT_DATA = (
    "It has no sentences: a start of the workflow first gets those of the LSTM again (by their sums they are the same)."
)


def promise(facts: dict) -> str:
    """Describe what can be done with the archive."""
    lacking = [] if facts["networks"]["included"] else [WITHOUT_NETWORKS]
    lacking += [WITHOUT_DATA] if facts["data"]["files"] and not facts["data"]["included"] else []
    return " ".join(lacking or [WHOLE])


def warnings(facts: dict) -> list[str]:
    """List what to know before sharing the archive."""
    data, tree = facts["data"], facts["tree"]
    notes = [] if facts["networks"]["included"] else [WITHOUT_NETWORKS]
    notes += [f"the workflow is commit {tree['commit'][:12]} {tree['state']}"] if tree["clean"] is False else []
    if tree["not_packed"]:
        why = f"hidden, links, results, oddly named or above {LARGEST / 1e6:.0f} MB"
        notes.append(f"not packed, being {why}: {listed(tree['not_packed'])}")
    for kind, licence in data["licences"].items() if data["included"] else ():
        if not licence.startswith(FREE):
            notes.append(
                f"the licence of the {kind} is {licence!r}: before you publish the archive see whether you may, "
                "or leave the sentences out with --config archive_data=false"
            )
    return notes


def text(facts: dict) -> str:
    """Return the text of ARCHIVE.md."""
    tree, made = facts["tree"], facts["machine"]
    commit = f"commit `{tree['commit']}`, {tree['state']}" if tree["commit"] else tree["note"]
    machine = f"{made['system']} {made['machine']}, {made['processor'] or 'processor unknown'}"
    count, figures = len(facts["networks"]["files"]), len(facts["figures"])
    here = "all here" if facts["networks"]["included"] else "none here"
    return f"""# The run {facts["run"]}

{facts["promise"]}

    python3 verify.py              # is all there, and as it was? Python 3.8 or newer, nothing else
    python3 verify.py --redraw     # with the environment: the figures, drawn again, to the byte
    python3 verify.py --retrain 2  # two networks, trained again: to the bit on the same type of machine
    make .venv/ready && source .venv/bin/activate              # the environment, Python 3.11 to 3.13
    snakemake --cores 2 --configfile run.yaml --replace-workflow-config  # the run itself

Unpack it with `unzip` or `python3 -m zipfile -e`: entries stand in the order of the data flow, so that nothing is
older than what it was made of. `archive.json` says what the archive holds, `ro-crate-metadata.json` the same as a
Workflow Run RO-Crate, `SHA256SUMS` the sum of every file (`sha256sum --check SHA256SUMS`). How it is made and what
protects it: `docs/archive.md`.

Workflow: {commit}.

Archived on {machine}. {count} networks, {here}; {figures} figures.
"""
