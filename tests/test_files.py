"""Files: whole or not there, damaged ones refused in one sentence, the same bytes every time; one job at a time."""

import errno
import hashlib
import json
import os
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lowrank.core import files
from lowrank.core.errors import UserError
from lowrank.core.files import atomic, locked
from lowrank.core.spec import canonical, digest
from lowrank.store import checkpoint, networks, schemas, tables

SCRIPTS = Path(files.__file__).parents[2]
SPEC = {"task": "romo", "g": 0.9, "seed": 0, "n_neurons": 3, "learning_rate": 0.05}
OTHER = SPEC | {"seed": 1}


@pytest.fixture
def fails(monkeypatch):
    """Make a function fail as the system would; root may write where it should not, and disks have room."""

    def let_fail(where, name: str, number: int):
        def fail(*_, **__):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(where, name, fail)

    return let_fail


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def check_sentence(error: UserError, path: Path):
    """One line that names the file."""
    assert str(path) in str(error)
    assert "\n" not in str(error)


# Atomic


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "new" / "folder" / "file.txt"
    with atomic(path) as temporary:
        temporary.write_text("half")
        assert not path.exists()
        temporary.write_text("whole")
    assert path.read_text() == "whole"
    assert names(path.parent) == ["file.txt"]


def test_the_temporary_file_is_no_candidate(tmp_path):
    """It is beside the file, for a rename to be possible, hidden, and has another suffix."""
    with atomic(tmp_path / "a.parquet") as temporary:
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".a.parquet.")
        assert temporary.suffix == ".tmp"
        assert not list(tmp_path.glob("*.parquet"))


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, UserError])
@pytest.mark.parametrize("old", [True, False])
def test_an_exception_leaves_what_was_there(tmp_path, error, old):
    path = tmp_path / "file.txt"
    if old:
        path.write_text("old")

    def interrupted():
        with atomic(path) as temporary:
            temporary.write_text("new")
            raise error

    with pytest.raises(error):
        interrupted()
    assert names(tmp_path) == ["file.txt"] * old
    assert not old or path.read_text() == "old"


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_file_has_the_usual_permissions(tmp_path, umask):
    before = os.umask(umask)
    try:
        with atomic(tmp_path / "file.txt") as temporary:
            temporary.write_text("")
    finally:
        os.umask(before)
    assert (tmp_path / "file.txt").stat().st_mode & 0o777 == 0o666 & ~umask


FAILURES = [  # what fails, how, and what the sentence says
    (Path, "mkdir", errno.EACCES, "Permission denied"),
    (tempfile, "mkstemp", errno.EACCES, "Permission denied"),
    (tempfile, "mkstemp", errno.ENOSPC, "No space left on device"),
    (Path, "write_bytes", errno.ENOSPC, "No space left on device"),
    (os, "fsync", errno.ENOSPC, "No space left on device"),
    (os, "fsync", errno.EDQUOT, "Disk quota exceeded"),
    (Path, "replace", errno.EACCES, "Permission denied"),
]


@pytest.mark.parametrize(("where", "name", "number", "message"), FAILURES)
def test_a_write_that_fails_is_a_problem_and_leaves_the_old_file(tmp_path, fails, where, name, number, message):
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")
    fails(where, name, number)
    with pytest.raises(UserError, match=message) as caught, atomic(path) as temporary:
        temporary.write_bytes(b"new")
    check_sentence(caught.value, path)
    assert names(tmp_path) == ["file.bin"]
    assert path.read_bytes() == b"old"


def test_a_folder_in_the_way_is_a_problem(tmp_path):
    (tmp_path / "file").mkdir()
    with pytest.raises(UserError) as caught, atomic(tmp_path / "file") as temporary:
        temporary.write_text("new")
    check_sentence(caught.value, tmp_path / "file")
    assert names(tmp_path) == ["file"]


def test_a_file_where_a_folder_should_be_is_a_problem(tmp_path):
    (tmp_path / "folder").write_text("")
    with pytest.raises(UserError) as caught, atomic(tmp_path / "folder" / "file"):
        pass
    check_sentence(caught.value, tmp_path / "folder" / "file")


@pytest.mark.parametrize("what", ["network", "table"])
def test_a_full_disk_leaves_networks_and_tables_whole(tmp_path, fails, what):
    path = tmp_path / "file"

    def write(value: float):
        if what == "network":
            checkpoint.write(path, SPEC, {"W": np.full((3, 3), value)})
        else:
            tables.write(path, "shuffle", shuffle(value))

    write(1.0)
    before = path.read_bytes()
    fails(os, "fsync", errno.ENOSPC)
    with pytest.raises(UserError, match="No space left") as caught:
        write(2.0)
    check_sentence(caught.value, path)
    assert path.read_bytes() == before
    assert names(tmp_path) == ["file"]


# Held


PATIENCE = 60  # seconds, for what happens at once or never

HOLDER = """
import sys
from lowrank.core.files import locked
with locked(sys.argv[2:], sys.argv[1]):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def hold(tmp_path):
    """Start a process that holds names until it is told to go on; `.has` says whether it holds them yet."""
    started = []

    class Holder:
        def __init__(self, *locked_names: str):
            self.process = subprocess.Popen(
                [sys.executable, "-c", HOLDER, tmp_path / "sub" / ".lock", *locked_names],
                env=os.environ | {"PYTHONPATH": str(SCRIPTS)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            started.append(self.process)

        def waits_for_it(self):
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            assert ready, "it is not let in"
            assert self.process.stdout.readline() == b"held\n"

        def is_blocked(self) -> bool:
            """Waits in the kernel for the lock, as /proc tells; it cannot have it."""
            lines = Path("/proc/locks").read_text().splitlines()
            waiting = {line.split()[5] for line in lines if line.split()[1] == "->"}
            return str(self.process.pid) in waiting

        def end(self):
            self.process.communicate(b"\n", timeout=PATIENCE)
            assert self.process.returncode == 0

    yield Holder
    for process in started:
        process.kill()
        process.communicate()


def wait_until(condition):
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() < begun + PATIENCE, "it never comes"
        time.sleep(0.01)


linux = pytest.mark.skipif(not Path("/proc/locks").exists(), reason="asks Linux who waits for a lock")


@linux
def test_a_network_is_held_by_one_process_at_a_time(hold):
    first = hold("00000000000a")
    first.waits_for_it()
    second = hold("00000000000a")
    wait_until(second.is_blocked)
    first.end()
    second.waits_for_it()
    second.end()


@linux
def test_a_killed_process_holds_nothing(hold):
    first = hold("00000000000a", "ffffffffffff")
    first.waits_for_it()
    second = hold("ffffffffffff")
    wait_until(second.is_blocked)
    first.process.send_signal(signal.SIGKILL)
    second.waits_for_it()
    second.end()


def test_other_networks_are_free(hold, tmp_path):
    """Beside each other, also names that differ in the last digit alone and the largest there is."""
    first = hold("00000000000a", "fffffffffffe")
    first.waits_for_it()
    second = hold("00000000000b", "000000000009", "ffffffffffff", "000000000000")
    second.waits_for_it()
    first.end()
    second.end()


@linux
def test_overlapping_stacks_do_not_wait_for_each_other_forever(hold):
    """Each asks in sorted order, whatever order it was given."""
    blocker = hold("00000000000a")
    blocker.waits_for_it()
    one, other = hold("00000000000a", "00000000000b"), hold("00000000000b", "00000000000a")
    wait_until(lambda: one.is_blocked() and other.is_blocked())
    blocker.end()
    done = []
    wait_until(lambda: done or [done.append(h) for h in (one, other) if not h.is_blocked()])
    done[0].waits_for_it()
    done[0].end()
    (last,) = {one, other} - {done[0]}
    last.waits_for_it()
    last.end()


def test_a_lock_is_free_again_after_an_exception(hold, tmp_path):
    lock = tmp_path / "sub" / ".lock"
    with pytest.raises(RuntimeError), locked(["0a"], lock):
        raise RuntimeError
    second = hold("0a")
    second.waits_for_it()
    second.end()


# Networks


def arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {"W": rng.standard_normal((3, 3), np.float32), "loss": rng.standard_normal(4), "v.step": np.float32(7)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "network.safetensors"
    checkpoint.write(path, SPEC, arrays(), initial_loss=0.5)
    return path.read_bytes()


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    """A path for damaged files."""
    return tmp_path_factory.mktemp("damaged") / "network.safetensors"


def refused(path: Path, content: bytes, name: str = digest(SPEC)) -> str:
    """The sentence with which a file is refused."""
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        checkpoint.read(path, name)
    check_sentence(caught.value, path)
    return str(caught.value)


def header_length(content: bytes) -> int:
    return 8 + struct.unpack("<Q", content[:8])[0]


def test_a_network_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "network.safetensors"
    checkpoint.write(path, SPEC, arrays(), initial_loss=0.5, device="cpu")
    about, found = checkpoint.read(path, digest(SPEC))
    assert about["spec"] == SPEC
    assert (about["initial_loss"], about["device"]) == (0.5, "cpu")
    assert checkpoint.read_about(path) == about
    assert set(found) == set(arrays())
    for name, array in arrays().items():
        assert found[name].dtype == array.dtype
        assert found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()
    assert checkpoint.is_complete(path, digest(SPEC))


def test_an_array_in_any_layout_is_the_same_array(tmp_path):
    """Transposed and sliced ones, too."""
    matrix = np.arange(24, dtype=np.float32).reshape(4, 6)
    checkpoint.write(tmp_path / "a", SPEC, {"a": matrix.T, "b": matrix[::2, ::-1]})
    _, found = checkpoint.read(tmp_path / "a", digest(SPEC))
    np.testing.assert_array_equal(found["a"], matrix.T)
    np.testing.assert_array_equal(found["b"], matrix[::2, ::-1])


def test_a_file_cut_short_anywhere_is_refused(whole, path):
    for length in range(len(whole)):
        assert refused(path, whole[:length]).endswith("delete it and start again")
        assert not checkpoint.is_complete(path, digest(SPEC))


def test_a_file_that_is_too_long_is_refused(whole, path):
    assert "bytes instead of" in refused(path, whole + b"\0")


def test_a_flipped_bit_in_the_numbers_is_refused(whole, path):
    for index in range(header_length(whole), len(whole)):
        flipped = bytes([whole[index] ^ (1 << index % 8)])
        assert "is damaged" in refused(path, whole[:index] + flipped + whole[index + 1 :])


def test_a_flipped_bit_in_the_header_is_refused(whole, path):
    """Also in what is told beside the spec; padding alone may change. Never another exception than UserError."""
    blank = whole[: header_length(whole)].rindex(b"}")
    for index in range(blank + 1):
        for bit in (0, 1, 5):  # another digit, a comma as a point, another case
            refused(path, whole[:index] + bytes([whole[index] ^ (1 << bit)]) + whole[index + 1 :])


def test_another_network_is_refused(whole, path):
    sentence = refused(path, whole, digest(OTHER))
    assert digest(OTHER) in sentence
    assert digest(SPEC) in sentence
    assert not checkpoint.is_complete(path, digest(OTHER))


def test_a_missing_network_is_a_problem(tmp_path):
    with pytest.raises(UserError, match="is missing") as caught:
        checkpoint.read(tmp_path / "none", digest(SPEC))
    check_sentence(caught.value, tmp_path / "none")
    assert not checkpoint.is_complete(tmp_path / "none", digest(SPEC))


def test_a_folder_is_not_a_network(tmp_path):
    with pytest.raises(UserError) as caught:
        checkpoint.read(tmp_path, digest(SPEC))
    check_sentence(caught.value, tmp_path)


def with_header(header: bytes, rest: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + rest


ABOUT = canonical({"spec": SPEC, "checksum": ""})


def header(about: str, **entries) -> bytes:
    return with_header(json.dumps({"__metadata__": {"about": about}, **entries}).encode())


NOT_OURS = {
    "empty": b"",
    "another program's": with_header(b'{"W":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', b"1234"),
    "no arrays": header(ABOUT),
    "metadata that is no text": with_header(b'{"__metadata__":{"about":7}}'),
    "a list": with_header(b"[1, 2]"),
    "a number": with_header(b"17"),
    "offsets cut short": header(ABOUT, W={"data_offsets": [0]}),
    "offsets of text": header(ABOUT, W={"data_offsets": "0,4"}),
    "not a number": header('{"spec":NaN,"checksum":0}', W={"data_offsets": [0, 0]}),
    "a number too large": header('{"spec":1e999,"checksum":0}', W={"data_offsets": [0, 0]}),
    "a zip file": b"PK\x03\x04" + bytes(200),
    "a huge header": struct.pack("<Q", 2**63) + b"{}",
}


@pytest.mark.parametrize("what", NOT_OURS)
def test_what_is_not_a_network_is_refused(path, what):
    refused(path, NOT_OURS[what])
    assert not checkpoint.is_complete(path, digest(SPEC))
    with pytest.raises(UserError):
        checkpoint.read(path, digest(OTHER))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, derandomize=True)
@given(content=st.binary(max_size=300))
def test_random_bytes_are_refused(path, content):
    refused(path, content)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, derandomize=True)
@given(data=st.data())
def test_damage_anywhere_is_refused(whole, path, data):
    """Some bytes replaced by others, from the numbers' first on."""
    start = data.draw(st.integers(header_length(whole), len(whole) - 1))
    length = data.draw(st.integers(1, len(whole) - start))
    other = data.draw(st.binary(min_size=length, max_size=length))
    damaged = whole[:start] + other + whole[start + length :]
    if damaged != whole:
        refused(path, damaged)


def test_nothing_is_pickled():
    """Nor could be read as one: the library does not know how, but for the tensors in a network of one's own."""
    for file in (SCRIPTS / "lowrank").rglob("*.py"):
        text = file.read_text()
        if file.name == "foreign.py":
            exception = "from pickle import UnpicklingError\n"
            for safe in ("allow_pickle=False", exception, "weights_only=True", "torch.load("):
                assert text.count(safe) == 1
                text = text.replace(safe, "")
        assert "pickle" not in text
        assert "torch.load" not in text
        assert "torch.save" not in text


# Tables


def shuffle(value: float = 1.0, rows: int = 3) -> dict:
    losses = np.full(rows, value)
    return {"task": "romo", "g": 0.9, "seed": 0, "repetition": range(rows), "loss": losses, "relative_loss": losses / 2}


@pytest.fixture
def table(tmp_path) -> Path:
    path = tmp_path / "table.parquet"
    tables.write(path, "shuffle", shuffle(), made_of="a")
    return path


def unreadable(path: Path, name: str = "shuffle") -> str:
    with pytest.raises(UserError) as caught:
        tables.read(path, name)
    check_sentence(caught.value, path)
    return str(caught.value)


def test_a_table_is_read_as_it_was_written(table):
    """One value stands for all rows."""
    row = {"task": "romo", "g": 0.9, "seed": 0, "loss": 1.0, "relative_loss": 0.5}
    assert tables.read(table, "shuffle").to_pylist() == [row | {"repetition": number} for number in range(3)]
    assert tables.read(table, "shuffle").schema.equals(schemas.of("shuffle"))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_a_number_becomes_null(tmp_path, bad):
    tables.write(tmp_path / "a", "shuffle", shuffle() | {"loss": np.array([1.0, bad, 3.0], np.float32)})
    found = tables.read(tmp_path / "a", "shuffle")["loss"]
    assert found.to_pylist() == [1.0, None, 3.0]
    assert found.type == pa.float64()


def test_a_table_cut_short_anywhere_is_refused(table):
    whole = table.read_bytes()
    for length in (*range(16), *range(16, len(whole) - 16, 50), *range(len(whole) - 16, len(whole))):
        table.write_bytes(whole[:length])
        assert not tables.is_complete(table)
        assert "not a complete Parquet file" in unreadable(table)
    table.write_bytes(whole)
    assert tables.is_complete(table)


def test_a_table_that_is_missing_or_no_table_is_a_problem(tmp_path):
    assert "is missing" in unreadable(tmp_path / "none")
    assert not tables.is_complete(tmp_path / "none")
    for content in (b"PAR1PAR1", b"PAR1" + bytes(40) + b"PAR1", bytes(200)):
        (tmp_path / "a").write_bytes(content)
        unreadable(tmp_path / "a")


def test_a_table_with_other_columns_is_refused(tmp_path, table):
    """Another table's, one more, one less, another order, another type."""
    assert "history" in unreadable(table, "history")
    good = pq.read_table(table)
    others = [
        good.append_column("more", good["loss"]),
        good.drop_columns(["loss"]),
        good.select(good.column_names[::-1]),
        good.set_column(2, "seed", good["seed"].cast(pa.int32())),
    ]
    for number, other in enumerate(others):
        path = tmp_path / f"{number}.parquet"
        pq.write_table(other, path)
        assert "does not have the columns of a shuffle table" in unreadable(path)


def test_a_table_says_what_it_was_made_of(table):
    """From its footer alone; one that cannot be read says nothing."""
    tables.write(table, "shuffle", shuffle(), made_of="b", network="c")
    found = tables.record(table)
    assert (found["made_of"], found["network"]) == ("b", "c")
    table.write_bytes(table.read_bytes()[:-1])
    assert tables.record(table) is None
    assert tables.record(table.with_name("none")) is None


def test_a_table_of_another_making_is_refused(table):
    assert tables.read(table, "shuffle", "a").num_rows == 3
    with pytest.raises(UserError, match="made with other settings, code or networks") as caught:
        tables.read(table, "shuffle", "b")
    check_sentence(caught.value, table)


def test_a_table_that_was_changed_is_refused(table):
    """Though it is whole, has the same columns, and says the same of its making."""
    good, message = pq.read_table(table), pq.read_metadata(table).metadata[tables.RECORD]
    for changed in (good.slice(1), good.set_column(3, "repetition", good["seed"]), good.take([1, 0, 2])):
        with pq.ParquetWriter(table, changed.schema) as writer:
            writer.write_table(changed)
            writer.add_key_value_metadata({tables.RECORD: message})
        assert "was changed after this workflow wrote it" in unreadable(table)
    pq.write_table(good, table)  # without the record
    assert "was changed after this workflow wrote it" in unreadable(table)


@pytest.mark.parametrize("at", [4, 10, 60])
def test_a_table_with_another_byte_is_refused(table, at):
    content = bytearray(table.read_bytes())
    content[at] ^= 1
    table.write_bytes(content)
    unreadable(table)


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {name: column for name, column in shuffle().items() if name != "loss"},
        shuffle() | {"loss": np.ones(2)},
        shuffle() | {"loss": ["a", "b", "c"]},
    ],
)
def test_a_table_that_cannot_be_written_leaves_the_old_one(table, columns):
    before = table.read_bytes()
    with pytest.raises((ValueError, KeyError, TypeError)):
        tables.write(table, "shuffle", columns)
    assert table.read_bytes() == before
    assert names(table.parent) == [table.name]


def test_gathering_puts_tables_under_one_another(tmp_path):
    parts = {tmp_path / name: name for name in "ab"}
    for number, (part, name) in enumerate(parts.items()):
        tables.write(part, "shuffle", shuffle(rows=1 + number) | {"seed": number}, made_of=name)
    tables.gather(tmp_path / "all", "shuffle", parts, made_of="both")
    assert tables.read(tmp_path / "all", "shuffle", "both")["seed"].to_pylist() == [0, 1, 1]


def test_gathering_names_the_part_that_is_damaged(tmp_path, table):
    (tmp_path / "bad").write_bytes(table.read_bytes()[:-3])
    with pytest.raises(UserError) as caught:
        tables.gather(tmp_path / "all", "shuffle", {table: "a", tmp_path / "bad": "a"}, made_of="all")
    check_sentence(caught.value, tmp_path / "bad")
    assert not (tmp_path / "all").exists()


# The same bytes


WRITER = """
import sys
import numpy as np
from lowrank.store import checkpoint, schemas, tables
spec = {"task": "romo", "g": 0.9, "numbers": {"b": 1, "a": [1, 2]}, "seed": 0}
arrays = {name: np.arange(12.0).reshape(3, 4) for name in ("W", "M", "v", "W0", "M0", "v0")}
checkpoint.write("network", spec, arrays, initial_loss=0.5, versions={"torch": "2", "numpy": "1"}, device="cpu")
loss = np.array([1.0, np.nan, 0.25])
names = schemas.of("history").names[3:]
columns = {name: range(3) if name == "epoch" else loss for name in names}
tables.write("history", "history", tables.network(spec) | columns)
tables.gather("gathered", "history", {"history": None}, made_of="it")
"""


def test_files_have_the_same_bytes_whatever_the_hash_seed(tmp_path):
    """In processes whose sets of names have another order."""
    found = []
    for seed in ("0", "1", "random"):
        folder = tmp_path / seed
        folder.mkdir()
        environment = os.environ | {"PYTHONPATH": str(SCRIPTS), "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", WRITER], cwd=folder, env=environment, check=True)
        found.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()})
    assert set(found[0]) == {"network", "history", "gathered"}
    assert all(each == found[0] for each in found)


def test_the_order_in_which_arrays_are_given_does_not_count(tmp_path):
    checkpoint.write(tmp_path / "a", SPEC, arrays(), x=1, y=2)
    checkpoint.write(tmp_path / "b", dict(reversed(SPEC.items())), dict(reversed(arrays().items())), y=2, x=1)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


# Names


def test_names_hold_all_that_a_network_depends_on():
    """Any value that differs, and any more key, is another file; the order of keys does not count."""
    changes = {}, {"seed": 1}, {"g": 0.8}, {"learning_rate": 0.06}, {"more": 1}
    assert len({networks.file(SPEC | change) for change in changes}) == 5
    assert networks.file(dict(reversed(SPEC.items()))) == networks.file(SPEC)
    assert networks.file(SPEC) == f"results/networks/romo/g0.9/seed0-{digest(SPEC)}.safetensors"
    assert networks.history(SPEC) == f"results/networks/romo/g0.9/seed0-{digest(SPEC)}.parquet"
    assert len(digest(SPEC)) == 12


def test_canonical_texts_refuse_what_json_does_not_have():
    assert canonical({"b": 1, "a": [0.1, True, None, "é"]}) == '{"a":[0.1,true,null,"\\u00e9"],"b":1}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"a": float("nan")})
    with pytest.raises(TypeError):
        canonical({"a": np.float64(1).astype(np.float32)})


def test_columns_say_what_they_mean_in_the_file_too(tmp_path):
    for name in schemas.names():
        assert all(field.metadata[b"meaning"] for field in schemas.of(name)), name
    tables.write(tmp_path / "a", "shuffle", shuffle())
    tables.gather(tmp_path / "all", "shuffle", {tmp_path / "a": None}, made_of="it")
    for file in ("a", "all"):
        found = pq.read_schema(tmp_path / file)
        assert found.equals(schemas.of("shuffle"), check_metadata=False)
        assert found.field("loss").metadata[b"meaning"].startswith(b"loss on the test trials")


def test_writing_a_table_does_not_import_pandas(tmp_path):
    """It takes half a second, in every one of hundreds of short jobs."""
    code = """
import sys
from lowrank.store import schemas, tables
for name in schemas.names():
    columns = {field.name: ["x", None] if f"{field.type}" == "string" else [1, None] for field in schemas.of(name)}
    tables.write(sys.argv[1], name, columns)
assert "pandas" not in sys.modules
"""
    environment = os.environ | {"PYTHONPATH": "workflow/scripts"}
    root = Path(__file__).parents[1]
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "x.parquet")], cwd=root, env=environment, check=True)
