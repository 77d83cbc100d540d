"""Files downloaded once, verified, and kept in resources/."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import UserError
from ...core.files import atomic, locked

FOLDER = Path("resources")
ANSWER_SECONDS = 60.0  # time-out for the next chunk of a download
RETRIES = 2


class Unreachable(Exception):
    """A download failed; the message says why."""


@dataclass(frozen=True)
class Download:
    """A file to download from the web or with a package registry's client."""

    name: str
    licence: str
    client: str  # web, pip or npm
    address: str  # URL, or package and version
    file: str
    size: int  # bytes
    sha256: str
    member: str | None = None  # the one file to keep from an archive

    @property
    def path(self) -> Path:
        """Path of the file that is kept."""
        return FOLDER / (self.member or self.file)

    def exists(self) -> bool:
        """Return True if no download is needed: the file was downloaded before or placed there by hand."""
        return (FOLDER / self.file).exists() or self._member_is_kept()

    def fetch(self) -> Path:
        """Return the path of the verified file, or of its kept member, downloading it if missing.

        Raise Unreachable if the download fails, UserError if a present file fails verification. One process at a time.
        """
        with locked(["0"], FOLDER / ".lock"):
            for left in FOLDER.glob(".download-*"):  # left by a killed job
                shutil.rmtree(left)
            archive = FOLDER / self.file
            if self._member_is_kept():
                self._check_member()
            elif archive.exists():
                if wrong := self._wrong(archive):
                    raise UserError(f"{archive} {wrong}: delete it and start again")
                self._keep(archive)
            else:
                with tempfile.TemporaryDirectory(prefix=".download-", dir=FOLDER) as folder:
                    self._keep(self._downloaded(Path(folder)))
        return self.path

    def _downloaded(self, folder: Path) -> Path:
        print(f"downloading {self.name}, {self.size / 1e6:.0f} MB: {self.address}", flush=True)
        CLIENTS[self.client](self, folder)
        file = folder / self.file
        if wrong := self._wrong(file):
            raise Unreachable(f"what came {wrong}")
        return file

    def _wrong(self, file: Path) -> str:
        """Describe how a file differs from the expected size or checksum; empty if it matches."""
        size = file.stat().st_size if file.exists() else 0
        if size != self.size:
            return f"has {size} bytes instead of {self.size}"
        return "" if sha256(file) == self.sha256 else f"does not have the SHA-256 of {self.name}"

    def _keep(self, archive: Path) -> None:
        """Move the file, or extract its kept member, to its final path."""
        if not self.member:
            archive.replace(self.path)
            return
        with (
            zipfile.ZipFile(archive) as whole,
            whole.open(self.member) as member,
            atomic(self.path) as temporary,
            temporary.open("wb") as file,
        ):
            shutil.copyfileobj(member, file)
        with atomic(self._sum_file()) as temporary:
            temporary.write_text(f"{sha256(self.path)}  {self.path.name}\n")

    def _member_is_kept(self) -> bool:
        return bool(self.member) and self.path.exists() and self._sum_file().exists()

    def _check_member(self) -> None:
        if self._sum_file().read_text().split(" ")[0] != sha256(self.path):
            raise UserError(f"{self.path} does not have the SHA-256 in {self._sum_file()}: delete it and start again")

    def _sum_file(self) -> Path:
        """Path of the file with the member's SHA-256, in the format of sha256sum."""
        return self.path.with_name(f"{self.path.name}.sha256")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file; UserError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error


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
    """Download the source distribution; pip verifies the hash before it opens the file."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{download.address} --hash=sha256:{download.sha256}\n")
    options = ["--no-deps", "--no-binary", ":all:", "--disable-pip-version-check", "--dest", f"{folder}"]
    _run([sys.executable, "-m", "pip", "download", *options, "-r", f"{requirements}"])


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


CLIENTS = {"web": _from_web, "pip": _from_pip, "npm": _from_npm}
