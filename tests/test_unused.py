"""`make unused`: what no recorded run needs is listed by reason; only with DELETE=1 is it deleted, and nothing else."""

import contextlib
import copy
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml

import sentences
import workflow
from commands.unused import removal
from commands.unused.page import MOST, contents, page
from commands.unused.recorded import requirements
from commands.unused.unused import (
    CODE,
    DAMAGED,
    LEFT_OUT,
    NUMBERS,
    OF_MEASURES,
    REMAINS,
    UNKNOWN,
    WRITING_SECONDS,
    unused,
)
from disks import closed
from lowrank.core.errors import UserError
from lowrank.jobs import train_job
from lowrank.plan import plan
from lowrank.plan import start as starting
from lowrank.store import checkpoint, networks
from specs import RAW

SCRIPT = workflow.ROOT / "workflow/scripts/unused.py"
KINDS = ("truncation", "shuffle", "spectrum", "trials")


def config(run: str = "one", **changes) -> dict:
    """A run of two tasks, four networks."""
    raw = copy.deepcopy(RAW) | {"run": run, "seeds": [0, 1], "sentiment": None}
    for name, entry in raw["tasks"].items():
        raw["tasks"][name] = {**entry, "g": [0.9], "epochs": 5} if name in ("flipflop", "romo") else None
    raw["figures"]["fig1"] |= {"tasks": ["flipflop"], "g": [0.9], "trial_g": 0.9}
    return workflow.merged(raw, changes)


def start(raw: dict, folder: Path | None = None) -> dict[str, dict]:
    """What a finished start leaves, files of few bytes: its record, networks, measures; the specs by key."""
    folder = folder or Path("results", raw["run"])
    starting.record(raw, f"{folder}/config.yaml")
    specs = plan.specs_by_key(plan.make(raw))
    for key, spec in specs.items():
        network(spec)
        for kind in KINDS:
            put(folder / kind / f"{key}.parquet")
    return specs


def network(spec: dict) -> Path:
    """A network and its history; one that is there stays as it is."""
    path = Path(networks.file(spec))
    if not path.exists():
        checkpoint.write(path, spec, {"W0": np.zeros((2, 2), np.float32)})
        put(networks.history(spec))
    return path


def put(path: str | Path, content: bytes = b"PAR1 PAR1") -> Path:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def every() -> set[Path]:
    return {path for path in Path("results").rglob("*") if path.is_file() or path.is_symlink()}


def by_group() -> dict[str, set[Path]]:
    found = {}
    for file in unused(requirements()).unused:
        found.setdefault(file.group, set()).add(file.path)
    return found


def of(specs: dict[str, dict], *keys: str) -> set[Path]:
    """The files of networks."""
    return {Path(file(specs[key])) for key in keys for file in (networks.file, networks.history)}


def run_command(folder: Path, *words: str) -> subprocess.CompletedProcess:
    return workflow.program(SCRIPT, "--directory", str(folder), *words)


def refused(folder: Path, *words: str) -> str:
    """The one sentence of a start that has to fail; it deletes nothing."""
    before = workflow.snapshot(folder)
    done = run_command(folder, *words)
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    (sentence,) = done.stderr.splitlines()
    assert workflow.snapshot(folder) == before
    return sentence


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- What is found


def test_what_a_run_needs_is_not_listed(folder):
    start(config())
    assert by_group() == {}
    done = run_command(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Recorded runs: one. They need 4 networks and what is measured of these.\n\nNothing is unused.\n"
    )


def test_before_the_first_run_nothing_is_unused(folder):
    assert run_command(folder).stdout.endswith("Nothing is unused.\n")


def test_a_seed_taken_out(folder):
    specs = start(config())
    start(config(seeds=[0]))
    gone = ["flipflop/g0.9/seed1", "romo/g0.9/seed1"]
    measures = {Path(f"results/one/{kind}/{key}.parquet") for kind in KINDS for key in gone}
    assert by_group() == {LEFT_OUT: of(specs, *gone), OF_MEASURES: measures}


def test_a_task_and_a_g_taken_out(folder):
    specs = start(config())
    raw = config()
    raw["tasks"] |= {"romo": None, "flipflop": raw["tasks"]["flipflop"] | {"g": [1.5]}}
    raw["figures"]["fig1"] |= {"g": [1.5], "trial_g": 1.5}
    start(raw)
    assert by_group()[LEFT_OUT] == of(specs, *specs)
    assert len(by_group()[OF_MEASURES]) == 4 * len(KINDS)


def test_a_number_changed(folder):
    """Its measures are made anew under their old names: they are needed."""
    specs = start(config())
    start(config(tasks={"romo": {"epochs": 6}}))
    assert by_group() == {NUMBERS: of(specs, "romo/g0.9/seed0", "romo/g0.9/seed1")}


def test_what_another_run_needs_is_kept(folder):
    """Networks are shared; measures are each run's own."""
    start(config())
    start(config("two"))
    start(config(seeds=[0]))
    assert set(by_group()) == {OF_MEASURES}
    assert {path.parts[1] for path in by_group()[OF_MEASURES]} == {"one"}


def test_code_edited(folder, monkeypatch):
    """All networks have new names then: the old ones are a group of their own, whose hint says what they are."""
    specs = start(config())
    real = plan.fingerprint
    monkeypatch.setattr(plan, "fingerprint", lambda *roots: real(*roots)[::-1])
    assert by_group() == {CODE: of(specs, *specs)}
    found = unused(requirements())
    text = page(requirements(), found.unused, [], found.strange)
    assert "Networks of recorded runs, trained by other code than today's: 4 networks, 8 files" in text
    assert "The next start of their run retrains them anyway" in text
    start(config(seeds=[0]))
    assert by_group()[CODE] == of(specs, "flipflop/g0.9/seed0", "romo/g0.9/seed0")
    assert of(specs, "flipflop/g0.9/seed1") <= by_group()[LEFT_OUT]


def test_states_damaged_files_and_remains(folder):
    """The state of a network that is needed is kept: its training goes on from there."""
    specs = start(config())
    start(config(seeds=[0]))
    needed, other = specs["romo/g0.9/seed0"], specs["romo/g0.9/seed1"]
    put(networks.state(needed))
    state = put(networks.state(other))
    aside = {put(f"{networks.file(needed)}.damaged"), put(f"{networks.state(other)}.damaged")}
    path = Path(networks.file(needed))
    remains = {put(path.with_name(f".{path.name}.a1b2_c3d.tmp"))}
    remains.add(put("results/one/spectrum/romo/g0.9/.seed0.parquet.abcd1234.tmp"))
    assert REMAINS not in by_group()  # somebody may be writing them
    old = path.stat().st_mtime - 2 * WRITING_SECONDS
    for each in remains:
        os.utime(each, (old, old))
    found = by_group()
    assert found[REMAINS] == remains
    assert found[DAMAGED] == aside
    assert state in found[LEFT_OUT]
    assert not any(path.name.endswith(".state") for paths in found.values() for path in paths - {state})


def test_the_state_of_a_network_that_never_was_tells_its_spec(folder):
    specs = start(config())
    start(config(tasks={"romo": {"epochs": 6}}))
    spec = specs["romo/g0.9/seed0"]
    for path in of(specs, "romo/g0.9/seed0"):
        path.unlink()
    checkpoint.write(networks.state(spec), spec, {"W": np.zeros(2)})
    assert networks.state(spec) in by_group()[NUMBERS]


def test_a_network_that_cannot_be_read_or_is_another_one(folder):
    specs = start(config())
    start(config(tasks={"romo": {"epochs": 6}}))
    first, second = (Path(networks.file(specs[f"romo/g0.9/seed{seed}"])) for seed in (0, 1))
    first.write_bytes(first.read_bytes()[:-3])
    second.write_bytes(Path(networks.file(specs["flipflop/g0.9/seed0"])).read_bytes())
    assert {first, second} <= by_group()[UNKNOWN]


def test_files_of_other_names_are_left_alone_and_told(folder):
    specs = start(config())
    start(config(seeds=[0]))
    name = Path(networks.file(specs["romo/g0.9/seed1"])).name
    strange = [
        put("results/networks/notes.txt"),
        put(f"results/networks/backup/{name}"),
        put(f"results/networks/romo/g0.9/backup/{name}"),
        put(f"results/networks/romo/gains/{name}"),
        put("results/networks/romo/g0.9/seed1.safetensors"),
        put("results/one/truncation/romo/g0.9/seed0.csv"),
    ]
    assert sorted(unused(requirements()).strange) == sorted(strange)
    put("results/networks/.lock", b"")
    done = run_command(folder, "--delete")
    assert (
        f"Left alone, since they are links or have names that the workflow does not use: {strange[0]}, " in done.stdout
    )
    assert f"and {len(strange) - MOST} more." in done.stdout
    assert all(path.exists() for path in [*strange, Path("results/networks/.lock")])


def test_links_are_not_followed(folder):
    """Others may use what is there; a link to a file alone is what is deleted, not the file."""
    specs = start(config())
    start(config(seeds=[0]))
    elsewhere = folder / "elsewhere"
    shutil.move("results/networks/romo", elsewhere / "romo")
    Path("results/networks/romo").symlink_to(elsewhere / "romo")
    shutil.move("results/one/shuffle", elsewhere / "shuffle")
    Path("results/one/shuffle").symlink_to(elsewhere / "shuffle")
    file = Path(networks.file(specs["flipflop/g0.9/seed1"]))
    shutil.move(file, elsewhere / "network")
    file.symlink_to(elsewhere / "network")
    assert {Path("results/networks/romo"), Path("results/one/shuffle")} <= set(unused(requirements()).strange)
    before = workflow.snapshot(elsewhere)
    assert run_command(folder, "--delete").returncode == 0
    assert workflow.snapshot(elsewhere) == before
    assert not file.is_symlink()
    assert Path("results/networks/romo").is_symlink()


def test_networks_that_several_clones_share_by_a_link_are_left_alone(folder):
    start(config())
    start(config(seeds=[0]))
    shutil.move("results/networks", folder / "shared")
    Path("results/networks").symlink_to(folder / "shared")
    assert set(by_group()) == {OF_MEASURES}
    assert unused(requirements()).strange == [Path("results/networks")]


def test_results_behind_a_link_are_as_any_others(folder):
    start(config())
    start(config(seeds=[0]))
    shutil.move("results", folder / "large_disk")
    Path("results").symlink_to(folder / "large_disk")
    assert len(by_group()[LEFT_OUT]) == 4
    Path("results/latest").symlink_to("one")
    assert [*requirements().runs] == ["one"]
    assert run_command(folder, "--delete").returncode == 0
    assert by_group() == {}


def test_a_run_under_another_name_of_folder_needs_what_its_record_says(folder):
    """As a copy of a run has."""
    specs = start(config())
    shutil.copytree("results/one", "results/kept")
    start(config(seeds=[0]))
    assert {path.parts[1] for path in by_group()[OF_MEASURES]} == {"one"}
    assert not set().union(*by_group().values()) & of(specs, *specs)


LSTM = {"treebank": "data/treebank", "vectors": "data/vectors.txt", "dimensions": sentences.DIMENSIONS}
LSTM |= {"n_neurons": 6, "batch": 8, "epochs": 2, "ranks": [0, 6], "compressed_rank": 1}


def test_an_lstm_is_kept_whatever_its_data_as_long_as_that_is_not_there(folder):
    """Its name depends on sentences that would be fetched: it is a guess."""
    sentences.treebank(folder / "data/treebank")
    sentences.vectors(folder / "data/vectors.txt")
    specs = start(config(sentiment=RAW["sentiment"] | LSTM | {"seeds": [0, 1]}))
    extra = {
        Path(f"results/one/{kind}/sentiment/seed{seed}.parquet") for kind in ("shuffle", "trials") for seed in (0, 1)
    }
    assert by_group() == {OF_MEASURES: extra}  # of an LSTM there are no such measures
    other = specs["sentiment/seed0"] | {"data": specs["sentiment/seed0"]["data"] | {"vectors": "0" * 64}}
    network(other)
    assert by_group() == {OF_MEASURES: extra}
    start(config(sentiment=RAW["sentiment"] | LSTM))
    assert by_group()[LEFT_OUT] == of(specs, "sentiment/seed1")
    start(config())
    assert by_group()[LEFT_OUT] == of(specs, *(f"sentiment/seed{seed}" for seed in (0, 1))) | of({"": other}, "")


# --- What is refused


def test_a_run_without_its_config(folder):
    start(config())
    put("results/old/truncation/romo/g0.9/seed0.parquet")
    put("results/pictures/poster.png")  # no run
    for words in ((), ("--delete",)):
        sentence = refused(folder, *words)
        assert sentence.startswith(
            "no config is recorded for the run in results/old (results/old/config.yaml), so what"
        )
        assert sentence.endswith("start that run again or remove its folder")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (yaml.safe_dump(config() | {"sedes": [0]}), "sedes is not a key of the config: did you mean seeds?"),
        (
            yaml.safe_dump(config(seeds=["x"], measure={"threshhold": 1})),
            "unable to parse string as an integer; measure.threshhold is not a key of the config",
        ),
        ("run: [", "while parsing a flow node"),
        ("", "it is no mapping of keys to values"),
        (b"\xff\xff", "codec can't decode"),
        (
            yaml.safe_dump(config(sentiment=RAW["sentiment"] | {"treebank": "gone"})),
            "sentiment.treebank = 'gone': there is no such file or folder",
        ),
    ],
)
def test_a_config_that_can_no_longer_be_used(folder, text, reason):
    start(config())
    put("results/two/config.yaml", text if isinstance(text, bytes) else text.encode())
    sentence = refused(folder, "--delete")
    assert sentence.startswith("results/two/config.yaml cannot be used by this code (")
    assert reason in sentence
    assert refused(folder) == sentence


def test_networks_without_any_run(folder):
    start(config())
    shutil.rmtree("results/one")
    assert refused(folder, "--delete").startswith(f"no run is recorded in {folder}/results, so what is needed")


def test_a_folder_that_is_not_there(folder):
    assert refused(folder, "-d", "nowhere") == "there is no folder nowhere"


def test_a_start_that_is_going_on(folder):
    """Of code that was edited since it may need what has no recorded name any more."""
    start(config())
    start(config(seeds=[0]))
    lock = put(".snakemake/locks/0.output.lock")
    assert refused(folder, "--delete").startswith(f"the workflow is running in {folder}: wait for its end")
    assert run_command(folder).returncode == 0
    lock.unlink()
    assert run_command(folder, "--delete").returncode == 0
    assert by_group() == {}


def test_a_folder_that_cannot_be_written_into(folder):
    start(config())
    start(config(seeds=[0]))
    closed_folder = Path("results/networks/romo").absolute()
    with closed(closed_folder):
        sentence = refused(folder, "--delete")
        assert sentence.startswith("cannot write into results/networks/romo/g0.9: no permission, or a read-only file")
        assert run_command(folder).returncode == 0


def test_a_file_that_cannot_be_deleted(folder, monkeypatch):
    start(config())
    start(config(seeds=[0]))
    files = unused(requirements()).unused
    real = Path.unlink

    def broken(path, **how):
        if path == files[2].path:
            raise OSError(5, "Input/output error")
        real(path, **how)

    monkeypatch.setattr(Path, "unlink", broken)
    with pytest.raises(
        UserError, match=rf"^cannot delete {files[2].path}: Input/output error; 2 of {len(files)} files"
    ):
        removal.delete(files)


# --- What is in training

HOLD = """
import sys
from lowrank.core.files import locked
with locked(sys.argv[2:], sys.argv[1]):
    print("held", flush=True)
    input()
"""


@contextlib.contextmanager
def in_training(*names: str):
    """A job in training, as others see it."""
    environment = os.environ | {"PYTHONPATH": str(workflow.ROOT / "workflow/scripts")}
    command = [sys.executable, "-c", HOLD, train_job.LOCK, *names]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as job:
        assert job.stdout.readline() == "held\n"
        yield
        job.stdin.close()
    assert job.returncode in (0, 1)  # input() ends


def test_the_lock_is_that_of_training():
    assert str(removal.LOCK) == train_job.LOCK


def test_a_network_in_training_is_kept(folder):
    """Though no recorded run needs it: a cluster's job may outlive its start."""
    specs = start(config())
    start(config(seeds=[0]))
    spec = specs["romo/g0.9/seed1"]
    path = Path(networks.file(spec))
    name = path.stem.rpartition("-")[2]
    path.unlink()
    state, temporary = put(networks.state(spec)), put(path.with_name(f".{path.name}.abcd1234.tmp"))
    os.utime(temporary, (0, 0))
    with in_training(name, "abcdefabcdef"):
        for words in ((), ("--delete",)):
            done = run_command(folder, *words)
            assert done.returncode == 0, done.stderr
            assert f"Kept, since a job is training them: results/networks/romo/g0.9/*-{name}." in done.stdout
        assert state.exists()
        assert temporary.exists()
        assert not Path(networks.file(specs["flipflop/g0.9/seed1"])).exists()
    assert run_command(folder, "--delete").returncode == 0
    assert not state.exists()
    assert not temporary.exists()


def test_nothing_is_deleted_while_the_lock_cannot_be_asked(folder, monkeypatch):
    put("results/networks/.lock")
    monkeypatch.setattr(Path, "open", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with removal.not_in_training({"ab"}, deleting=False) as free:
        assert free == {"ab"}
    with (
        pytest.raises(
            UserError, match=r"cannot tell which networks are in training: .*: Permission denied; nothing was"
        ),
        removal.not_in_training({"ab"}, deleting=True),
    ):
        pass


# --- What is printed, and deleted


def test_the_list(folder):
    raw = config(seeds=[0, 1, 2])
    raw["tasks"]["romo"]["g"] = [0.0, 0.3, 0.9, 1.5, 1.8]
    start(raw)
    start(config())
    lines = run_command(folder).stdout.splitlines()
    assert lines[0] == "Recorded runs: one. They need 4 networks and what is measured of these."
    assert re.fullmatch(re.escape(LEFT_OUT) + r": 14 networks, 28 files, \d+\.\d kB", lines[2])
    assert lines[3].startswith("  A config that names them again will reuse them")
    assert re.fullmatch(r"  results/networks/flipflop  1 network, 2 files, \d\.\d kB +g0\.9, seed2", lines[4])
    assert re.fullmatch(
        r"  results/networks/romo      13 networks, 26 files, \d+\.\d kB  5 g, seed0 seed1 seed2", lines[5]
    )
    assert re.fullmatch(re.escape(OF_MEASURES) + r": 56 measures, 0\.5 kB", lines[7])
    assert lines[8] == "  results/one/shuffle/flipflop     1 measure, 0.0 kB    g0.9, seed2"
    assert lines[-2] == ""
    assert re.fullmatch(
        r"Unused: 14 networks, 56 measures, 84 files, \d+\.\d kB\. Delete them: make unused DELETE=1 DIR=/.*", lines[-1]
    )


def test_the_paths_alone(folder):
    """To keep them elsewhere, say."""
    start(config())
    start(config(seeds=[0]))
    paths = run_command(folder, "--files").stdout.splitlines()
    assert set(map(Path, paths)) == set().union(*by_group().values())
    assert len(paths) == 4 + 2 * len(KINDS)


def test_listing_changes_nothing_and_deleting_just_what_was_listed(folder):
    start(config())
    start(config("two", tasks={"romo": {"g": [1.8]}}))
    start(config(seeds=[0]))
    shutil.rmtree("results/two/truncation")
    before, files = workflow.snapshot(folder), unused(requirements()).unused
    listed, total = {file.path for file in files}, contents(files)
    assert run_command(folder).returncode == 0
    assert workflow.snapshot(folder) == before
    paths = every()
    done = run_command(folder, "--delete")
    assert done.stdout.splitlines()[-1] == f"Deleted: {total}."
    assert every() == paths - listed
    assert {path: content for path, content in before.items() if Path(path) not in listed} == workflow.snapshot(folder)
    assert run_command(folder, "--delete").stdout.endswith("Nothing is unused.\n")


def test_folders_that_are_empty_then_go_too(folder):
    start(config())
    raw = config()
    raw["tasks"]["romo"] = None
    start(raw)
    assert run_command(folder, "--delete").returncode == 0
    assert not Path("results/networks/romo").exists()
    assert not Path("results/one/shuffle/romo").exists()
    assert Path("results/one/shuffle/flipflop").exists()


def test_a_folder_as_for_snakemake(folder):
    """Relative to where one is; it is that folder's results which are listed."""
    (folder / "elsewhere").mkdir()
    os.chdir("elsewhere")
    start(config())
    start(config(seeds=[0]))
    command = [sys.executable, str(SCRIPT), "-d", "elsewhere"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("Delete them: make unused DELETE=1 DIR=elsewhere\n")


@pytest.mark.parametrize(
    ("given", "deletes"), [([], False), (["DELETE=1"], True), (["DELETE=0"], False), (["DELETE="], False)]
)
def test_make_deletes_only_by_that_word(given, deletes):
    command = ["make", "--dry-run", "--old-file", ".venv/ready", "unused", "DIR=my results", *given]
    done = subprocess.run(command, cwd=workflow.ROOT, capture_output=True, text=True, check=True)
    (line,) = (line for line in done.stdout.splitlines() if "unused.py" in line)
    assert '--directory "my results"' in line
    assert line.rstrip().endswith("--delete") == deletes


# --- A real run


def test_a_seed_taken_out_of_a_real_run(small):
    """`small` is one network of the tiny run, whose other networks and measures are still there."""
    done = run_command(small)
    assert done.returncode == 0, done.stderr
    assert "Recorded runs: tiny. They need 1 network and what is measured of these." in done.stdout
    kept = workflow.network(small, "romo/g0.9/seed0")
    listed = run_command(small, "--files").stdout.splitlines()
    assert {str(path.relative_to(small)) for path in (small / "results/networks").rglob("seed*")} - set(listed) == {
        str(kept.relative_to(small)),
        str(kept.with_suffix(".parquet").relative_to(small)),
    }
    assert run_command(small, "--delete").returncode == 0
    assert [path.name for path in (small / "results/networks").rglob("*.safetensors")] == [kept.name]
    assert workflow.planned(small).names == set()
    assert {path.name for path in (small / "results/tiny/spectrum").rglob("*.parquet")} == {"seed0.parquet"}
