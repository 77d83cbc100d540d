"""An archive of a run: what is in it, that it resumes, is made again to the byte, and that every change is found."""

import ast
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

import workflow
from commands.archive import agreement, building, contents, origin, packing, page
from commands.archive import verify as verifying
from lowrank.compiled import arithmetic
from lowrank.core.errors import UserError
from lowrank.sentiment.sentences import sources
from lowrank.store import checkpoint
from once import once
from workflow import planned, refused, run

ROOT = Path(__file__).parents[1]
PROGRAM = ROOT / "workflow/scripts/commands/archive/verify.py"
ZIP = "results/tiny/archive/tiny.zip"
REPORT = {"report", "claims_page", "compute", "page comparison", "page compute", "page differences"}
WHOLE = "intact: every file is present and unchanged, and there are no others"


@pytest.fixture(scope="module")
def archived(finished, tmp_path_factory) -> Path:
    """The tiny run with its archive; not to be changed."""

    def make(folder: Path) -> None:
        jobs = run(workflow.copy(finished, folder), "archive")
        assert jobs.names == {"archive"} | REPORT
        (folder / "said").write_text(jobs.output)

    return once(tmp_path_factory, "archived", make)


@pytest.fixture(scope="module")
def unpacked(archived, tmp_path_factory) -> Path:
    """The archive as Python unpacks it, with new time stamps; not to be changed."""
    folder = tmp_path_factory.mktemp("unpacked") / "elsewhere"
    with zipfile.ZipFile(archived / ZIP) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def copied(unpacked, tmp_path) -> Path:
    """The same, to be changed."""
    return workflow.copy(unpacked, tmp_path / "copied")


def verified(*arguments, python=sys.executable) -> subprocess.CompletedProcess:
    """verify.py as a program, without any of our packages."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [python, PROGRAM, *map(str, arguments)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def found(folder: Path) -> list[str]:
    return verifying.findings_of(verifying.opened(folder))


def names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as opened:
        return opened.namelist()


def sign(folder: Path) -> None:
    """Make the list of sums anew, as somebody would who hides a change."""
    listed = [line.partition("  ")[2] for line in (folder / "SHA256SUMS").read_text().splitlines()[:-1]]
    lines = "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in listed)
    own = hashlib.sha256(lines.encode()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{lines}{verifying.OWN_SUM}{own}\n")


def flip(path: Path, at: float = 0.5) -> None:
    """Change one byte."""
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] ^= 1
    path.write_bytes(content)


# --- What is in it


def test_all_of_the_run_is_in_it_and_the_workflow_that_made_it(archived):
    within = set(names(archived / ZIP))
    made = {path.relative_to(archived).as_posix() for path in (archived / "results").rglob("*") if path.is_file()}
    beside = re.compile(r"results/tiny/(logs|benchmarks|archive)/.*|results/tiny/config\.yaml|results/networks/\.lock")
    made = {name for name in made if not beside.fullmatch(name)}
    assert {f"results/tiny/{name}" for name in ("report.html", "compute.md", "pages/claims.html")} <= made
    assert any(name.endswith(".safetensors") for name in made)
    made |= {path.relative_to(archived).as_posix() for path in (archived / "resources/sentiment").iterdir()}
    code = {path.relative_to(archived).as_posix() for path in (archived / "workflow").rglob("*.py")}
    own = {"ARCHIVE.md", "SHA256SUMS", "archive.json", "ro-crate-metadata.json", "run.yaml", "verify.py"}
    assert made | code | own | {"Snakefile", "config.yaml", "envs/pins.toml"} <= within
    assert {name for name in within - made if name.startswith(("results/", "resources/"))} == set()
    assert not any("__pycache__" in name or name.startswith(".") for name in within)


def test_its_size_is_said_before_and_its_digest_after(archived):
    output = (archived / "said").read_text()
    size = (archived / ZIP).stat().st_size
    files, megabytes = re.search(rf"{ZIP}: (\d+) files, ([\d.]+) MB, of them [\d.]+ MB of networks", output).groups()
    assert int(files) == len(names(archived / ZIP))
    assert size <= 1e6 * float(megabytes) + 5e4 < 1.2 * size + 1e5
    with zipfile.ZipFile(archived / ZIP) as archive:
        digest = hashlib.sha256(archive.read("SHA256SUMS")).hexdigest()
    assert output.index(" MB of networks") < output.index(digest)


def test_the_description_names_only_what_is_there(unpacked):
    graph = json.loads((unpacked / "ro-crate-metadata.json").read_text())["@graph"]
    entities = {entity["@id"]: entity for entity in graph}
    assert len(entities) == len(graph)
    action, root = entities["#run"], entities["./"]
    assert action["instrument"] == root["mainEntity"] == {"@id": "Snakefile"}
    results = {each["@id"] for each in action["result"]}
    assert {"results/networks/", "results/tiny/claims.md", "results/tiny/figures/fig1.pdf"} <= results
    versions = {(e["name"], e["softwareVersion"]) for e in graph if e["@type"] == "SoftwareApplication"}
    assert ("torch", origin.pins(ROOT)["torch"]) in versions
    references = re.findall(r'\{\s*"@id": "([^"]+)"\s*\}', json.dumps(graph))
    assert {name for name in references if name not in entities} == {verifying_context()}
    listed = {entry["@id"] for entry in root["hasPart"]}
    files = [path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()]
    inside = [
        name for name in files if name in listed or any(name.startswith(each) for each in listed if each[-1] == "/")
    ]
    assert set(files) - set(inside) == {"ro-crate-metadata.json"}


def test_the_description_says_what_the_columns_of_tables_mean(unpacked):
    graph = json.loads((unpacked / "ro-crate-metadata.json").read_text())["@graph"]
    entities = {entity["@id"]: entity for entity in graph}
    for path in sorted((unpacked / "results/tiny/tables").glob("*.parquet")):
        columns = [entities[each["@id"]] for each in entities[f"results/tiny/tables/{path.name}"]["variableMeasured"]]
        assert [column["name"] for column in columns] == pq.read_schema(path).names
        assert all(column["description"] for column in columns)
    assert entities["#history.tau"]["unitText"] == "learning rate times number of updates"


def verifying_context() -> str:
    """The one thing that is named and needs no description: the specification itself."""
    return "https://w3id.org/ro/crate/1.1"


# --- Resuming


@pytest.mark.parametrize("how", ["python", "unzip"])
def test_unpacked_elsewhere_nothing_is_to_be_done(archived, tmp_path, how):
    """Without Snakemake's records, and without the files that the config named: they are on another machine.

    Nor do the archive's own keys rerun anything.
    """
    folder = tmp_path / "elsewhere"
    command = [sys.executable, "-m", "zipfile", "-e", archived / ZIP, folder]
    if how == "unzip":
        if not shutil.which("unzip"):
            pytest.skip("unzip is not installed")
        command = ["unzip", "-q", archived / ZIP, "-d", folder]
    subprocess.run(command, check=True)
    assert not (folder / "data").exists()
    keys = ("archive=x", "archive_networks=false", "archive_data=false", "verify_sample=7")
    assert planned(folder, *(("--config", *keys) if how == "unzip" else ()), configfile="run.yaml").names == set()
    assert found(folder) == []


def test_a_file_of_the_config_that_is_elsewhere_is_named_by_its_sum(unpacked, tmp_path, monkeypatch):
    config = yaml.safe_load((unpacked / "run.yaml").read_text())
    assert config["archive"] is None
    by_sum = config["sentiment"]["treebank"]
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", by_sum)
    resolved = sources.resolve({"treebank": by_sum, "vectors": config["sentiment"]["vectors"]})["treebank"]
    with pytest.raises(
        UserError, match=f"what was prepared of the treebank with {by_sum} is not in resources/sentiment"
    ):
        sources.fetch("treebank", resolved)


# --- Every change is found


ONE_OF_EACH = {
    "network": "results/networks/mante/**/*.safetensors",
    "LSTM": "results/networks/sentiment/*.safetensors",
    "history": "results/networks/romo/**/*.parquet",
    "data": "resources/sentiment/*.safetensors",
    "data's sources": "resources/sentiment/*.json",
    "measure": "results/tiny/spectrum/flipflop/**/*.parquet",
    "table": "results/tiny/tables/summary.parquet",
    "figure": "results/tiny/figures/fig1.png",
    "claims": "results/tiny/claims.md",
    "config": "config.yaml",
    "run": "run.yaml",
    "code": "workflow/scripts/lowrank/training/loop.py",
    "environment": "envs/pins.toml",
    "facts": "archive.json",
    "description": "ro-crate-metadata.json",
    "program": "verify.py",
    "page": "ARCHIVE.md",
    "sums": "SHA256SUMS",
}


def one(folder: Path, kind: str) -> str:
    return min(folder.glob(ONE_OF_EACH[kind])).relative_to(folder).as_posix()


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_a_changed_byte_is_found(copied, kind):
    flip(copied / (name := one(copied, kind)))
    output = found(copied)
    assert any(line.startswith(f"{name}: ") for line in output), output
    others = {line.partition(": ")[0] for line in output} - {name}
    assert not others or kind == "sums", output


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_a_missing_file_is_found(copied, kind):
    (copied / (name := one(copied, kind))).unlink()
    done = verified(copied)
    assert done.returncode == 1
    assert re.search(rf"^{name}: is missing$" if kind != "sums" else f"no {name} in it", done.stdout, re.M)


@pytest.mark.parametrize("name", ["workflow/scripts/sitecustomize.py", "results/tiny/tables/more.parquet", "more"])
def test_a_file_more_is_found(copied, name):
    (copied / name).write_text("more")
    assert f"{name}: does not belong to the archive" in found(copied)


def test_what_a_start_leaves_in_the_folder_is_not(copied):
    left = (".snakemake/log/x", "results/tiny/logs/x", "results/tiny/config.yaml", "tests/__pycache__/x.pyc")
    for name in left:
        (copied / name).parent.mkdir(parents=True, exist_ok=True)
        (copied / name).write_text("x")
    assert found(copied) == []


@pytest.mark.parametrize("at", [0, 0.3, 0.6, 1])
def test_a_changed_byte_of_a_file_in_the_zip_is_found(archived, tmp_path, at):
    """By a zip's own sums. What stands between the files, as their time stamps, is nothing of theirs."""
    shutil.copy(archived / ZIP, copy := tmp_path / "copy.zip")
    with zipfile.ZipFile(copy) as archive:
        files = archive.infolist()
    changed = files[round(at * (len(files) - 1))]
    middle = changed.header_offset + 30 + len(changed.filename.encode()) + changed.file_size // 2
    content = bytearray(copy.read_bytes())
    content[middle] ^= 1
    copy.write_bytes(content)
    done = verified(copy)
    assert done.returncode == 1
    assert changed.filename in done.stdout


@pytest.mark.parametrize("kind", ["network", "table", "sums"])
def test_a_changed_file_within_a_zip_is_found(archived, unpacked, tmp_path, kind):
    """Packed again, the zip's own sums are right."""
    name = one(unpacked, kind)
    with zipfile.ZipFile(archived / ZIP) as old, zipfile.ZipFile(tmp_path / "copy.zip", "w") as new:
        for each in old.namelist():
            content = bytearray(old.read(each))
            if each == name:
                content[100] ^= 1
            new.writestr(each, bytes(content))
    assert any(line.startswith(f"{name}: ") for line in found(tmp_path / "copy.zip"))


@pytest.mark.parametrize("change", ["a sum", "a name", "a line less", "a line more", "the last line"])
def test_a_changed_list_of_sums_is_found(copied, change):
    path = copied / "SHA256SUMS"
    lines = path.read_text().splitlines(keepends=True)
    last = lines[-1]
    if change == "a sum":
        lines[3] = lines[3].translate(str.maketrans("0123456789abcdef", "123456789abcdef0"))
    elif change == "a name":
        lines[3] = lines[3].replace("\n", "x\n")
    elif change == "a line less":
        del lines[3]
    elif change == "a line more":
        lines.insert(3, "no sum at all\n")
    else:
        lines[-1] = ""
    path.write_text("".join(lines))
    assert last != lines[3]
    assert "SHA256SUMS: was changed: its last line is not the checksum of the others" in found(copied)


def test_the_digest_finds_an_archive_that_was_made_anew(copied):
    """Who makes the list anew can hide a change of a text: the digest that `archive` told is what finds it."""
    before = hashlib.sha256((copied / "SHA256SUMS").read_bytes()).hexdigest()
    assert verified(copied, "--digest", before).returncode == 0
    flip(copied / "results/tiny/claims.md")
    sign(copied)
    assert verified(copied).returncode == 0
    assert "not the one given by --digest" in verified(copied, "--digest", before).stdout


def test_a_network_that_its_own_checksum_does_not_fit_is_found(copied):
    flip(copied / (name := one(copied, "network")), 0.99)
    sign(copied)
    assert found(copied) == [f"{name}: its content does not match the checksum in its metadata"]


def test_a_network_in_anothers_place_is_found(copied):
    first, second = sorted((copied / "results/networks/romo").rglob("*.safetensors"))[:2]
    shutil.copy(first, second)
    sign(copied)
    right, wrong = (path.relative_to(copied).as_posix() for path in (first, second))
    assert found(copied) == [f"{wrong}: holds the content of {right}"]


@pytest.mark.parametrize("cut", [0, 4, 100, 1000])
def test_a_network_cut_short_is_found(copied, cut):
    path = copied / (name := one(copied, "network"))
    path.write_bytes(path.read_bytes()[:cut])
    sign(copied)
    output = found(copied)
    assert len(output) == 1
    assert re.match(
        rf"{name}: (is not a complete file of arrays|has \d+ bytes of arrays|array \w+ has bytes)", output[0]
    )


def test_a_network_left_out_and_off_the_list_is_found(copied):
    (copied / (name := one(copied, "network"))).unlink()
    lines = (copied / "SHA256SUMS").read_text().splitlines(keepends=True)
    (copied / "SHA256SUMS").write_text("".join(line for line in lines if name not in line))
    sign(copied)
    assert found(copied) == [f"{name}: is missing, although archive.json lists it"]


def test_links_and_names_that_lead_elsewhere_are_found(copied, tmp_path):
    (copied / "results/tiny/claims.md").unlink()
    (copied / "results/tiny/claims.md").symlink_to("/etc/passwd")
    assert "results/tiny/claims.md: is a link" in found(copied)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for name in ("SHA256SUMS", "../outside", "/etc/outside", "twice"):
            archive.writestr(name, "x")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("twice", "y")
    output = found(tmp_path / "bad.zip")
    assert {"../outside: points outside the archive", "/etc/outside: points outside the archive"} <= set(output)
    assert "twice: occurs 2 times" in output


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there is no such file or folder"),
        (b"", "is not a complete zip file"),
        (b"PK\x03\x04 and no more", "is not a complete zip file"),
        ("cut", "is not a complete zip file"),
    ],
)
def test_what_is_no_archive_is_refused_in_a_sentence(archived, tmp_path, content, sentence):
    path = tmp_path / "what.zip"
    if content is not None:
        path.write_bytes((archived / ZIP).read_bytes()[:-100] if content == "cut" else content)
    done = verified(path)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert sentence in done.stdout


# --- The program alone


def pythons() -> list[str]:
    """The oldest Python that is here, from 3.8 on, and this one."""
    versions = sorted(Path.home().glob(".pyenv/versions/3.*/bin/python"), key=lambda p: int(p.parts[-3].split(".")[1]))
    old = [str(path) for path in versions if int(path.parts[-3].split(".")[1]) >= 8]
    return [*old[:1], sys.executable]


@pytest.mark.parametrize("python", pythons())
def test_the_program_in_the_archive_needs_nothing_but_python(archived, unpacked, python):
    assert (unpacked / "verify.py").read_bytes() == PROGRAM.read_bytes()
    for each in (unpacked, archived / ZIP):
        done = verified(each, python=python)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, WHOLE)


def test_the_program_is_python_3_8_and_imports_the_standard_library_alone():
    tree = ast.parse(PROGRAM.read_text(), feature_version=(3, 8))
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    named = {alias.name for node in imported if isinstance(node, ast.Import) for alias in node.names}
    named |= {node.module for node in imported if isinstance(node, ast.ImportFrom)}
    assert named <= set(sys.stdlib_module_names)


# --- Made again


def test_verify_makes_figures_and_all_networks_again_and_says_so_on_the_screen(archived):
    """The LSTM among them; on this machine, so to the bit. No other run takes notice."""
    recorded = (archived / "results/tiny/config.yaml").read_bytes()
    output = run(archived, "verify", "--config", f"archive={ZIP}", "verify_sample=1000").output
    assert "6 figures redrawn, identical to the byte" in output
    assert "code and config give the archive's 13 networks" in output
    assert len(re.findall("retrained, identical to the bit", output)) == 13
    assert WHOLE in output
    assert (archived / "results/tiny/config.yaml").read_bytes() == recorded


def test_a_network_that_training_does_not_give_is_found(copied):
    """Though all sums, the network's own among them, were made to fit."""
    network = one(copied, "network")
    about, arrays = checkpoint.read(copied / network, Path(network).stem.partition("-")[2])
    spec, _ = about.pop("spec"), about.pop("checksum")
    checkpoint.write(copied / network, spec, arrays | {"W": arrays["W"] * np.float32(1.5)}, **about)
    sign(copied)
    assert verified(copied).returncode == 0
    networks = sorted(json.loads((copied / "archive.json").read_text())["networks"]["files"])
    seed = next(seed for seed in range(1000) if random.Random(seed).sample(networks, 1) == [network])
    done = verified(copied, "--retrain", 1, "--seed", seed)
    assert done.returncode == 1
    assert f"{network}: retrained on the same type of machine, it differs\n" in done.stdout
    assert "1 finding" in done.stdout


# Whether trainings agree elsewhere


def trained(seed: int = 0, rounding: float = 0.0) -> dict[str, np.ndarray]:
    """Weights as of a training, and with other rounding."""
    rng = np.random.default_rng(seed)
    arrays = {name: rng.standard_normal((8, 8)) for name in ("W0", "M0", "v0")}
    return arrays | {name: arrays[f"{name}0"] + (1 + rounding) * rng.standard_normal((8, 8)) for name in "WMv"}


LOSSES = [1.0, 0.5, 0.25]


def test_trainings_that_differ_by_rounding_agree():
    assert agreement.same_bits(trained(), trained())
    other = trained(rounding=1e-3)
    assert not agreement.same_bits(trained(), other)
    wrong, summary = agreement.compared(trained(), other, LOSSES, [1.0, 0.5001, 0.26])
    assert wrong == ["the losses of the first 3 epochs differ by up to 4.0e-02, allowed are 0.01"]
    assert agreement.compared(trained(), other, LOSSES, [1.0, 0.5001, 0.2501])[0] == []
    assert "the norms of the change differ by a factor of 1.00" in summary


def test_trainings_of_another_seed_length_or_rate_do_not():
    assert "initial weights differ" in agreement.compared(trained(), trained(1), LOSSES, LOSSES)[0][0]
    assert "norms of the change" in agreement.compared(trained(), trained(rounding=3.5), LOSSES, LOSSES)[0][0]
    assert "epochs, not" in agreement.compared(trained(), trained(), LOSSES, LOSSES[:2])[0][0]


def test_elsewhere_is_another_machine_processor_library_or_a_gpu(monkeypatch):
    here = {"system": "Linux", "machine": "x86_64", "processor": "A"}
    monkeypatch.setattr(origin, "machine", lambda: here)
    monkeypatch.setattr(origin, "installed", lambda names: dict.fromkeys(names, "2.0+cpu"))
    about = {"machine": "x86_64", "device": "cpu", "versions": {"python": "3.9", "torch": "2.0"}}
    facts = {"machine": here}
    assert agreement.elsewhere(about, facts) == ""
    assert agreement.elsewhere(about, {"machine": here | {"processor": "B"}}) == "A, not B"
    assert agreement.elsewhere(about | {"processor": "C"}, facts) == "A, not C"
    assert agreement.elsewhere(about | {"machine": "arm64"}, facts) == "x86_64, not arm64"
    assert agreement.elsewhere(about | {"device": "H100"}, facts) == "on the CPU, not on H100"
    assert agreement.elsewhere(about | {"versions": {"torch": "1.0"}}, facts) == "torch 2.0, not 1.0"
    monkeypatch.setattr(arithmetic, "described", lambda with_torch: {"instructions": "avx", "BLAS": "A"})
    assert agreement.elsewhere(about | {"arithmetic": {"instructions": "avx", "BLAS": "A"}}, facts) == ""
    assert agreement.elsewhere(about | {"arithmetic": {"instructions": "", "BLAS": "A"}}, facts) == (
        "instructions avx, not unknown"
    )


# --- Less in it, and what stops it


def test_without_networks_and_data_it_says_what_is_lost_and_figures_are_drawn_again(archived, tmp_path):
    project = workflow.copy(archived, tmp_path / "project")
    output = run(project, "archive", "--config", "archive_networks=false", "archive_data=false").output
    assert "of them no networks" in output
    assert page.WITHOUT_NETWORKS in output
    assert "the licence of" not in output
    folder = tmp_path / "elsewhere"
    with zipfile.ZipFile(project / ZIP) as archive:
        archive.extractall(folder)
    assert not list(folder.rglob("*.safetensors")) + list(folder.glob("results/networks"))
    assert page.WITHOUT_NETWORKS in (folder / "ARCHIVE.md").read_text()
    assert found(folder) == []
    figure = "results/tiny/figures/fig2.png"
    content = (folder / figure).read_bytes()
    (folder / figure).write_bytes(content[:-12] + b"\0\0\0\0tEXt" + content[-12:])
    sign(folder)
    done = verified(folder, "--redraw", "--retrain", "2")
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{figure}: redrawn from the tables, it differs\n" in done.stdout
    assert "1 finding" in done.stdout
    assert "no network was retrained: the archive holds none to compare with" in done.stdout


def test_a_licence_that_is_not_known_is_said(archived):
    assert "the licence of the treebank is 'not known: a file of the config'" in (archived / "said").read_text()


def test_a_second_archive_is_the_same_to_the_byte_and_stays_when_a_third_fails(archived, tmp_path):
    project = workflow.copy(archived, tmp_path / "project")
    before = (project / ZIP).read_bytes()
    (project / ZIP).unlink()
    assert run(project, "archive").names == {"archive"}
    assert (project / ZIP).read_bytes() == before
    network = workflow.network(project, "romo/g0.9/seed0")
    stamp = network.stat()
    flip(network, 0.9)
    os.utime(network, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    output = refused(project, "archive")
    assert f"{network.relative_to(project)}: its content does not match the checksum in its metadata" in output
    assert (project / ZIP).read_bytes() == before
    assert len(list((project / ZIP).parent.iterdir())) == 1


def test_a_disk_that_is_too_small_is_found_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 10**6))
    with pytest.raises(UserError, match=r"run.zip: it needs 1300 MB, and 1 MB are free"):
        packing.check_room(tmp_path / "run.zip", 1_300_000_000)


def test_a_file_that_changes_meanwhile_is_not_archived(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"x" * 10)
    monkeypatch.setattr(packing, "_parts", lambda entry: [b"x" * 9])
    with pytest.raises(UserError, match="a changed while it was being archived"):
        packing.pack(tmp_path / "run.zip", [packing.Entry("a", tmp_path / "a")])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a"]


def test_verify_asks_for_an_archive(archived):
    assert "name the archive to verify: --config archive=FILE" in refused(archived, "verify")


# --- Where it comes from


@pytest.fixture
def repository(tmp_path, monkeypatch) -> Path:
    for name, value in {"NAME": "A", "EMAIL": "a@b.c"}.items():
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-02T03:04:05+00:00")
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "a b").write_text("one\n")
    (folder / "binary").write_bytes(bytes(range(256)))
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "First"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_a_clean_tree_is_its_commit(repository):
    tree = origin.tree(repository)
    assert re.fullmatch("[0-9a-f]{40}", tree["commit"])
    assert (tree["clean"], tree["state"], tree["date"]) == (True, "without changes", "2026-01-02T03:04:05+00:00")
    assert origin.difference(repository) == ""


def test_changes_are_kept_so_that_git_applies_them(repository, tmp_path):
    (repository / "a b").write_text("two\n")
    (repository / "binary").write_bytes(bytes(range(255, -1, -1)))
    (repository / "new").write_text("new\n")
    tree = origin.tree(repository)
    assert (tree["clean"], tree["changed"], tree["untracked"]) == (False, ["a b", "binary"], ["new"])
    assert tree["state"] == "with changes, see workflow.diff; with untracked files: new"
    subprocess.run(["git", "clone", "-q", repository, clone := tmp_path / "clone"], check=True)
    difference = origin.difference(repository)
    subprocess.run(["git", "apply"], input=difference, cwd=clone, text=True, check=True)
    for name in tree["changed"]:
        assert (clone / name).read_bytes() == (repository / name).read_bytes()


def test_a_folder_without_git_says_so(tmp_path):
    assert origin.tree(tmp_path)["commit"] is None
    assert "not a git checkout" in origin.tree(tmp_path)["note"]


def test_another_users_checkout_is_read(repository, monkeypatch):
    """As of a project on a shared disk: git refuses it, though its code is run."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert origin.tree(repository)["clean"]
    assert origin.difference(repository) == ""


def test_the_reason_of_git_is_told_and_not_its_hints(repository, monkeypatch):
    hints = "fatal: detected something\nTo mend it, call:\n\n\tgit config something"
    monkeypatch.setenv("PATH", str(repository.parent / "bin"))
    (program := repository.parent / "bin/git").parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{hints}' >&2\nexit 128\n")
    program.chmod(0o755)
    with pytest.raises(UserError, match=r"git status fails in .*: fatal: detected something$"):
        origin.tree(repository)


def test_files_of_ones_own_are_packed_but_for_some_that_are_named(tmp_path):
    sizes = {"analysis/mine.py": 9, "notes Ü.txt": 9, "large.npy": contents.LARGEST + 1, "README.md": 9}
    sizes |= {"results/x": 9, ".env": 9, "analysis/.key": 9, "a:b": 9, "net.safetensors": 9, "bad\n": 9}
    for name, size in sizes.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(bytes(size))
    (tmp_path / "link").symlink_to("analysis/mine.py")
    packed, left = contents.beside(tmp_path, [*sizes, "link", "nested/", "gone"], {"README.md"})
    assert packed == ["analysis/mine.py", "notes Ü.txt"]
    assert {*left} == {*sizes, "link", "nested/", "gone"} - {*packed, "README.md"}


def test_what_git_does_not_know_is_told_whatever_its_name(repository):
    (repository / "folder").mkdir()
    for number in range(30):
        (repository / f"folder/{number:02}").touch()
    Path(os.fsdecode(os.fsencode(repository) + b"/latin-\xfc")).touch()
    tree = origin.tree(repository)
    assert tree["untracked"][0] == "folder/00"
    assert "latin-\\xfc" in tree["untracked"]
    assert tree["state"].endswith("folder/19, and 11 more")
    json.dumps(tree, ensure_ascii=False).encode()


def test_a_broken_checkout_is_named(tmp_path):
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    with pytest.raises(UserError, match=r"git status fails in .*: fatal"):
        origin.tree(tmp_path)


def test_paths_of_one_machine_are_not_in_the_config():
    raw = {"archive": "/home/me/a.zip", "sentiment": {"treebank": "/home/me/trees", "vectors": None, "n_neurons": 6}}
    named = {"treebank": {"source": "files", "sha256": "ab"}, "vectors": {"source": "stanford", "sha256": "cd"}}
    sentiment = {"treebank": "sha256:ab", "vectors": None, "n_neurons": 6}
    imported = {"files": "/home/me/nets/{seed}.npz", "initial": None, "orientation": "paper"}
    raw["tasks"] = {"mante": None, "romo": {"g": [0.9]}, "mine": {"imported": imported}}
    tasks = raw["tasks"] | {"mine": {"imported": imported | {"files": "{seed}.npz"}}}
    assert building.portable(raw, named) == {"archive": None, "sentiment": sentiment, "tasks": tasks}
    bare = {"archive": None, "sentiment": None, "tasks": {}}
    assert building.portable(bare, None) == bare
