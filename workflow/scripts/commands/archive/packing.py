"""Pack files into a zip; the same files give the same bytes.

Nothing is compressed: networks are random numbers, which do not shrink, tables and figures are compressed already, and
a compressor's output depends on its version. All timestamps are equal, since only the order matters.
"""

import hashlib
import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lowrank.core.errors import UserError
from lowrank.core.files import atomic

from .verify import OWN_SUM, SUMS, Zip, findings_of

STAMP = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip can hold
CHUNK = 1 << 20
OVERHEAD = 256  # bytes per file, at most: its headers, besides twice its name, and its line in the list of checksums


@dataclass(frozen=True)
class Entry:
    """A file in the archive: its name there, and its content or the path to it."""

    name: str
    content: bytes | Path

    @property
    def size(self) -> int:
        if isinstance(self.content, bytes):
            return len(self.content)
        try:
            return self.content.stat().st_size
        except OSError as error:
            raise UserError(f"{self.content} cannot be archived: {error.strerror}") from error


def written_size(entries: Iterable[Entry]) -> int:
    """Return an upper bound on the archive's bytes."""
    return sum(entry.size + 3 * len(entry.name.encode()) + OVERHEAD for entry in entries)


def check_room(path: Path, needed: int) -> None:
    """Raise UserError if the disk lacks space for the archive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise UserError(f"cannot write {path}: it needs {needed / 1e6:.0f} MB, and {free / 1e6:.0f} MB are free")


def pack(path: Path, entries: Iterable[Entry]) -> str:
    """Write the archive atomically, its list of checksums last; return the list's SHA-256, which names the archive.

    The archive appears only if it verifies: a network damaged on disk cannot get into an archive.
    """
    with atomic(path) as temporary:
        sums = {}
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED, strict_timestamps=True) as archive:
            for entry in entries:
                sums[entry.name] = _add(archive, entry)
            lines = "".join(f"{total}  {name}\n" for name, total in sums.items())
            text = f"{lines}{OWN_SUM}{hashlib.sha256(lines.encode()).hexdigest()}\n"
            total = _add(archive, Entry(SUMS, text.encode()))
        if found := findings_of(Zip(temporary)):
            raise UserError("\n  ".join(["these files cannot be archived:", *found]))
    return total


def _add(archive: zipfile.ZipFile, entry: Entry) -> str:
    """Add a file; return its SHA-256."""
    total, size = hashlib.sha256(), entry.size
    info = zipfile.ZipInfo(entry.name, STAMP)
    info.create_system, info.external_attr, info.file_size = 3, 0o100644 << 16, size  # a regular Unix file
    with archive.open(info, "w") as target:
        for part in _parts(entry):
            total.update(part)
            size -= len(part)
            target.write(part)
    if size:
        raise UserError(f"{entry.content} changed while it was being archived: start again")
    return total.hexdigest()


def _parts(entry: Entry) -> Iterable[bytes]:
    if isinstance(entry.content, bytes):
        yield entry.content
        return
    with entry.content.open("rb") as file:
        yield from iter(lambda: file.read(CHUNK), b"")
