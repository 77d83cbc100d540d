"""Check that an archive of a run is complete and unchanged.

    python3 verify.py                  in the folder that the archive was unpacked into
    python3 verify.py ARCHIVE.zip      before unpacking
    python3 verify.py --redraw         redraw the figures: are the bytes the same?
    python3 verify.py --retrain 2      retrain two networks, chosen at random: are the bits the same?

Needs only Python 3.8 or newer, except for --redraw and --retrain, which run the archive's own code and need its
environment. Prints one line per error; the exit status is 1 if there is any.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

SUMS = "SHA256SUMS"
FACTS = "archive.json"
METADATA = "ro-crate-metadata.json"
OWN_SUM = "# sha256 of the lines above: "
# left behind by work in an unpacked archive; no run reads it
LEFT = re.compile(
    r"(.*/)?(__pycache__|\.pytest_cache|\.ruff_cache)/.*|\.snakemake/.*|\.venv/.*|\.git/.*|results/networks/\.lock"
    r"|results/[^/]+/(logs|benchmarks|archive)/.*|results/[^/]+/config\.yaml|resources/\.lock"
)
SIZES = {"F64": 8, "F32": 4, "F16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}  # bytes
NUMPYS = {"F64": "float64", "F32": "float32", "F16": "float16", "I64": "int64", "I32": "int32", "I16": "int16"}
NUMPYS.update({"I8": "int8", "U8": "uint8", "BOOL": "bool"})
MARKS = {  # how files of each type begin and end
    ".parquet": (b"PAR1", b"PAR1"),
    ".png": (b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"),
    ".pdf": (b"%PDF-", b"%%EOF\n"),
}
CHUNK = 1 << 20
BROKEN = (OSError, EOFError, ValueError, RuntimeError, zlib.error, struct.error, zipfile.BadZipFile)  # of damaged zips


class Unusable(Exception):
    """Raised if there is nothing to check; the message says why."""


class Folder:
    """An unpacked archive."""

    def __init__(self, path: Path):
        self.path = path
        found = sorted(each for each in path.rglob("*") if each.is_symlink() or not each.is_dir())
        names = [each.relative_to(path).as_posix() for each in found]
        self.names = [name for name in names if not LEFT.fullmatch(name)]
        self.findings = [f"{name}: is a link" for name in self.names if (path / name).is_symlink()]

    def size(self, name: str) -> int:
        return (self.path / name).stat().st_size

    def open(self, name: str):
        return (self.path / name).open("rb")


class Zip:
    """An archive as one zip file, whose directory may contain anything: names that lead outside, or duplicates."""

    def __init__(self, path: Path):
        try:
            self.zip = zipfile.ZipFile(path)
        except BROKEN as error:
            raise Unusable(f"{path} is not a complete zip file: {error}") from error
        entries = [entry for entry in self.zip.infolist() if not entry.is_dir()]
        self.sizes = {entry.filename: entry.file_size for entry in entries}
        self.names = list(self.sizes)
        names = [entry.filename for entry in entries]
        self.findings = [f"{name}: occurs {names.count(name)} times" for name in self.names if names.count(name) > 1]
        self.findings += [f"{name}: points outside the archive" for name in self.names if leads_out(name)]
        kinds = {entry.filename: entry.external_attr >> 28 for entry in entries}
        self.findings += [f"{name}: is not a plain file" for name, kind in kinds.items() if kind not in (0, 8)]

    def size(self, name: str) -> int:
        return self.sizes[name]

    def open(self, name: str):
        return self.zip.open(name)


def leads_out(name: str) -> bool:
    """Return True if a file of this name would be written outside the archive."""
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name


def opened(path: Path):
    """Open the archive at a path; raise Unusable if there is none."""
    if not path.exists():
        raise Unusable(f"{path}: there is no such file or folder")
    archive = Folder(path) if path.is_dir() else Zip(path)
    if SUMS not in archive.names:
        raise Unusable(f"{path} is not the archive of a run, or its checksum list is missing: no {SUMS} in it")
    return archive


def findings_of(archive) -> list[str]:
    """List every problem found in an archive, one sentence each."""
    found = list(archive.findings)
    sums = listed(archive, found)
    if sums is None:  # without the list, the files cannot be checked
        return found
    found += [f"{name}: is missing" for name in sums if name not in archive.names]
    found += [f"{name}: does not belong to the archive" for name in archive.names if name not in sums and name != SUMS]
    wrong = {name: wrong_with(archive, name, sums.get(name)) for name in archive.names if name != SUMS}
    found += [f"{name}: {sentence}" for name, sentences in wrong.items() for sentence in sentences]
    for name, promised in ((FACTS, missing_parts), (METADATA, undescribed)):
        if not wrong.get(name, ["is missing"]):  # errors in a changed file's content follow from the change
            found += promised(archive, as_json(archive, name, found))
    return list(dict.fromkeys(found))


def listed(archive, found: list[str]) -> dict[str, str] | None:
    """Return the checksum of each listed file, or None if unreadable; append the list's own errors to `found`."""
    try:
        text = whole(archive, SUMS).decode("utf-8")
    except BROKEN as error:
        found.append(f"{SUMS}: cannot be read ({error})")
        return None
    lines, mark, own = text.rpartition(OWN_SUM)
    if not mark or own.strip() != hashlib.sha256(lines.encode()).hexdigest():
        found.append(f"{SUMS}: was changed: its last line is not the checksum of the others")
    sums = {}
    for number, line in enumerate(lines.splitlines(), 1):
        match = re.fullmatch(r"([0-9a-f]{64})  (.+)", line)
        if match:
            sums[match.group(2)] = match.group(1)
        else:
            found.append(f"{SUMS}: line {number} is not a checksum and a file name")
    return sums


def wrong_with(archive, name: str, expected: str | None) -> list[str]:
    """List the errors in the content of one file."""
    total, head, tail = hashlib.sha256(), b"", b""
    try:
        with archive.open(name) as file:
            for part in iter(lambda: file.read(CHUNK), b""):
                total.update(part)
                head = head or part[:16]
                tail = (tail + part)[-16:]
    except BROKEN as error:
        return [f"cannot be read ({error})"]
    found = []
    if expected and total.hexdigest() != expected:
        found.append(f"was changed: its content does not match its checksum in {SUMS}")
    suffix = PurePosixPath(name).suffix
    begins, ends = MARKS.get(suffix, (b"", b"")) if name.startswith("results/") else (b"", b"")
    if not head.startswith(begins) or not tail.endswith(ends):
        found.append(f"is not a whole {suffix[1:]} file")
    if suffix == ".safetensors":
        found += wrong_arrays(archive, name)
    return found


# Networks and the LSTM's sentences: arrays in a safetensors file whose name contains a hash of its spec.


def wrong_arrays(archive, name: str) -> list[str]:
    """List the inconsistencies of a file of arrays: its bytes, shapes, checksum, spec and name."""
    try:
        with archive.open(name) as file:
            length = int.from_bytes(file.read(8), "little")
            if length > archive.size(name):
                raise ValueError("its header is truncated")
            header = json.loads(file.read(length))
            about = json.loads(header.pop("__metadata__")["about"])
            found = wrong_ranges(header, archive.size(name) - 8 - length)
            if not found and checksum(file, header, about) != about["checksum"]:
                found.append("its content does not match the checksum in its metadata")
        return found + wrong_name(name, about["spec"])
    except (*BROKEN, LookupError, TypeError, AttributeError) as error:
        return [f"is not a complete file of arrays ({error})"]


def wrong_ranges(header: dict, size: int) -> list[str]:
    """Check that the arrays fill the file without gaps, each with as many bytes as its shape requires."""
    at = 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        count = 1
        for length in entry["shape"]:
            count *= length
        start, end = entry["data_offsets"]
        if start != at or end - start != count * SIZES[entry["dtype"]]:
            return [f"array {name} has bytes {start} to {end}, which is not {entry['dtype']} of shape {entry['shape']}"]
        at = end
    return [] if at == size else [f"has {size} bytes of arrays instead of {at}"]


def checksum(file, header: dict, about: dict) -> str:
    """Compute the checksum as when the file was written: over the metadata, and every array by name."""
    contents = {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        start, end = entry["data_offsets"]
        contents[name] = file.read(end - start)
    total = hashlib.sha256(canonical({key: value for key, value in about.items() if key != "checksum"}).encode())
    for name in sorted(contents):
        total.update(canonical([name, NUMPYS[header[name]["dtype"]], header[name]["shape"]]).encode())
        total.update(contents[name])
    return total.hexdigest()


def wrong_name(name: str, spec: dict) -> list[str]:
    """Check that a file has the path that its spec and the spec's hash determine."""
    folder = ""
    if "task" in spec:
        strength = f"/g{spec['g']}" if "g" in spec else ""
        folder = f"results/networks/{spec['task']}{strength}/seed{spec['seed']}-"
    expected = f"{folder or 'resources/sentiment/'}{digest(spec)}.safetensors"
    return [] if name == expected else [f"holds the content of {expected}"]


def canonical(value) -> str:
    """Return the canonical JSON of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value) -> str:
    """Return 48 bits of a hash of the canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:12]


# What the archive declares about itself


def missing_parts(archive, facts: dict) -> list[str]:
    """List networks and figures of the run that are missing."""
    networks = facts.get("networks", {})
    promised = networks.get("files", []) if networks.get("included") else []
    promised = (
        [*promised, *facts.get("data", {}).get("files", [])] if facts.get("data", {}).get("included") else promised
    )
    promised = [*promised, *(file for figure in facts.get("figures", {}).values() for file in figure["files"])]
    return [f"{name}: is missing, although {FACTS} lists it" for name in promised if name not in archive.names]


def undescribed(archive, metadata: dict) -> list[str]:
    """List what the RO-Crate describes but the archive lacks."""
    folders = {f"{parent}/" for name in archive.names for parent in PurePosixPath(name).parents}
    there = {*archive.names, *folders, "./"}
    parts = [entity for entity in metadata.get("@graph", []) if {"File", "Dataset"} & set(kinds(entity))]
    names = [entity.get("@id", "") for entity in parts]
    return [f"{name}: is missing, although {METADATA} describes it" for name in names if name not in there]


def kinds(entity: dict) -> list[str]:
    found = entity.get("@type", [])
    return [found] if isinstance(found, str) else found


def as_json(archive, name: str, found: list[str]) -> dict:
    """Return a JSON file's content, or {}; append its errors to `found`."""
    try:
        content = json.loads(whole(archive, name))
        if not isinstance(content, dict):
            raise ValueError("it is not a mapping")
        return content
    except BROKEN as error:
        found.append(f"{name}: cannot be read ({error})")
    return {}


def whole(archive, name: str) -> bytes:
    with archive.open(name) as file:
        return file.read()


def digest_of(archive) -> str | None:
    """Return the SHA-256 of the list of checksums, which names the archive; None if the list cannot be read."""
    try:
        return hashlib.sha256(whole(archive, SUMS)).hexdigest()
    except BROKEN:
        return None


# Reproduction by the archive's own code


def made_again(folder: Path, redraw: bool, retrain: int, seed: int) -> tuple[list[str], list[str]]:
    """Return findings and remarks on redrawing and retraining; raise Unusable without the environment."""
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    chosen = []
    if retrain and facts["networks"]["included"]:
        names = sorted(facts["networks"]["files"])
        chosen = random.Random(seed).sample(names, min(retrain, len(names)))
    order = {"redraw": redraw, "retrain": chosen}
    environment = dict(os.environ, PYTHONPATH=str(folder / "workflow/scripts"), PYTHONDONTWRITEBYTECODE="1")
    environment.pop("LOWRANK_PLAN", None)
    command = [sys.executable, "-m", "commands.archive.reproduce", str(folder), json.dumps(order)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Unusable(f"nothing could be reproduced (exit status {done.returncode}; its output is above)")
    answer = json.loads(done.stdout.splitlines()[-1])
    remarks = answer["remarks"]
    if retrain and not facts["networks"]["included"]:
        remarks.append("no network was retrained: the archive holds none to compare with")
    return answer["findings"], remarks


def unpacked(archive, folder: str) -> Path:
    """Return the folder of an archive; a zip without findings is unpacked temporarily."""
    if isinstance(archive, Folder):
        return archive.path.resolve()
    archive.zip.extractall(folder)
    return Path(folder).resolve()


def main() -> int:
    """Check everything; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("archive", nargs="?", type=Path, default=Path(__file__).parent, help="a zip file or a folder")
    parser.add_argument("--digest", help=f"expected SHA-256 of {SUMS}, as printed by `archive`")
    parser.add_argument("--redraw", action="store_true", help="redraw the figures and compare bytes")
    parser.add_argument("--retrain", type=int, default=0, metavar="K", help="retrain K networks and compare bits")
    parser.add_argument("--seed", type=int, help="seed for the choice of networks (default: from the clock)")
    options = parser.parse_args()
    try:
        return report(options)
    except Unusable as error:
        print(error)
        return 1


def report(options) -> int:
    archive = opened(options.archive)
    found, remarks = findings_of(archive), []
    own = digest_of(archive)
    if options.digest and options.digest.lower() != own:
        found.append(f"{SUMS}: has the SHA-256 {own or '(none)'}, not the one given by --digest")
    size = sum(map(archive.size, archive.names))
    remarks.append(f"{len(archive.names)} files, {size / 1e6:.1f} MB; the archive's digest is {own or 'not known'}")
    if (options.redraw or options.retrain) and found:
        remarks.append("nothing was redrawn or retrained: the archive must be intact first")
    elif options.redraw or options.retrain:
        seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
        if options.retrain:
            remarks.append(f"networks chosen with --seed {seed}")
        with tempfile.TemporaryDirectory() as folder:
            more = made_again(unpacked(archive, folder), options.redraw, options.retrain, seed)
        found, remarks = found + more[0], remarks + more[1]
    print(*found, *remarks, sep="\n")
    if found:
        print(f"NOT INTACT: {len(found)} finding{'s' if len(found) > 1 else ''}, above")
        return 1
    print("intact: every file is present and unchanged, and there are no others")
    return 0


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())
