"""What files say of their making is compared where they are read, whatever their time stamps say."""

import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import workflow
from lowrank.core.spec import digest
from lowrank.store import checkpoint, schemas, tables
from once import once
from test_reruns import JUDGED, SHOWN, each
from workflow import configure, planned, refused, run

TRUNCATION = "results/tiny/truncation/romo/g0.9/seed0.parquet"
SUMMARY = "results/tiny/tables/summary.parquet"


def replace(path: Path, by: Path) -> None:
    """Put another file in the place of one, with the old one's time stamps."""
    before = path.stat()
    shutil.copyfile(by, path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def rewrite(path: Path, name: str) -> None:
    """Change a row of a table, with columns, record and time stamps kept."""
    before, record = path.stat(), tables.record(path)
    del record["checksum"]
    frame = tables.read(path, name).to_pandas()
    frame["loss" if "loss" in frame else "final_loss"] *= 2
    with pq.ParquetWriter(path, schemas.of(name)) as writer:
        changed = tables.pa.Table.from_pandas(frame, schemas.of(name), preserve_index=False)
        writer.write_table(changed.replace_schema_metadata())
        writer.add_key_value_metadata({tables.RECORD: tables.canonical(record | {"checksum": "0" * 64})})
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.fixture(scope="module")
def other(finished_small, tmp_path_factory) -> Path:
    """The run of one network with other ranks and another threshold; not to be changed."""

    def make(folder: Path) -> None:
        configure(workflow.copy(finished_small, folder), measure={"ranks": [0, 2], "threshold": 0.2})
        run(folder)

    return once(tmp_path_factory, "other", make)


def test_a_measure_with_other_settings_is_taken_again(small, other):
    replace(small / TRUNCATION, other / TRUNCATION)
    expected = {"truncate romo/g0.9/seed0", "gather truncation", "summary"} | JUDGED | SHOWN
    assert run(small).names == expected
    assert pq.read_table(small / TRUNCATION)["rank"].to_pylist() == [0, 1, 2]
    assert planned(small).names == set()


def test_a_measure_of_other_bits_of_the_same_network_is_taken_again(small):
    """The network was deleted and trained anew elsewhere, say: its name is the same, its last bits differ."""
    path = workflow.network(small, "romo/g0.9/seed0")
    about = checkpoint.read_about(path)
    arrays = checkpoint.read(path, digest(about["spec"]))[1]
    arrays["W"] = np.nextafter(arrays["W"], np.float32(1))
    facts = {name: fact for name, fact in about.items() if name not in ("spec", "checksum")}
    before = path.stat()
    checkpoint.write(path, about["spec"], arrays, **facts)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    measured = each("truncate", "shuffle", "spectrum", "trials", of=["romo/g0.9"], seeds=[0])
    assert planned(small).names >= measured
    assert not any(name.startswith("train") for name in planned(small).names)


def test_tables_are_gathered_anew_from_files_that_came_from_elsewhere_under_old_time_stamps(small):
    """As from a GPU: networks of the same names, measures of them, all as planned; their last bits differ."""
    history = workflow.network(small, "romo/g0.9/seed0").with_suffix(".parquet")
    for path, name in ((history, "history"), (small / TRUNCATION, "truncation")):
        before, record = path.stat(), tables.record(path)
        del record["checksum"]
        columns = pq.read_table(path).to_pydict()
        columns["loss"] = [np.nextafter(loss, 1) for loss in columns["loss"]]
        tables.write(path, name, columns, **record)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert run(small).names == {"gather history", "gather truncation", "summary"} | JUDGED | SHOWN
    assert pq.read_table(small / "results/tiny/tables/history.parquet")["loss"] == pq.read_table(history)["loss"]
    assert planned(small).names == set()
    shutil.rmtree(small / ".snakemake")
    assert planned(small).names == set()


@pytest.mark.parametrize("stamp", [0, 2_000_000_000])
def test_time_stamps_of_networks_and_measures_count_for_nothing(small, stamp):
    for path in [*small.glob("results/networks/**/*.*"), *small.glob("results/tiny/t*/romo/**/*.parquet")]:
        os.utime(path, (stamp, stamp))
    shutil.rmtree(small / ".snakemake")
    assert not {name for name in planned(small).names if "romo" in name}


def test_a_changed_measure_is_refused(small):
    """Though it says the same of its making."""
    rewrite(small / TRUNCATION, "truncation")
    output = refused(small, "--forcerun", "summary", "results/tiny/tables/truncation.parquet")
    assert output.count(f"{TRUNCATION} was changed after this workflow wrote it: delete it and start again") == 1


def test_a_table_of_another_run_is_refused(small, other):
    replace(small / SUMMARY, other / SUMMARY)
    (small / "results/tiny/figures/fig2.pdf").unlink()
    output = refused(small, "fig2")
    assert output.count(f"{SUMMARY} was made with other settings, code or networks than this run's") == 1


def test_a_changed_table_is_refused(small):
    rewrite(small / SUMMARY, "summary")
    (small / "results/tiny/figures/fig2.pdf").unlink()
    assert refused(small, "fig2").count(f"{SUMMARY} was changed after this workflow wrote it") == 1
    (small / SUMMARY).unlink()
    assert "summary" in run(small).names


def test_a_history_of_another_network_is_refused(small):
    """A history stands beside its network, whole, and tells which one it is of."""
    path = workflow.network(small, "romo/g0.9/seed0").with_suffix(".parquet")
    tables.write(path, "history", pq.read_table(path).to_pydict(), made_of="0" * 12)
    (small / "results/tiny/tables/history.parquet").unlink()
    assert refused(small, "results/tiny/tables/history.parquet").count(f"{path.relative_to(small)} was made with") == 1


# --- The plan


def test_a_job_without_its_plan_says_so(small):
    process = workflow.run_job(small, "truncate:task=romo,g=0.9,seed=0", "0123456789ab")
    assert process.returncode != 0
    assert process.stdout.count(f"{small}/.snakemake/lowrank/plans/0123456789ab.json, cannot be read") == 1
    assert "Traceback" not in process.stdout


def test_old_plans_are_removed(small):
    folder = small / ".snakemake/lowrank/plans"
    old, young = folder / "old.json", folder / "young.json"
    for path, days in ((old, 61), (young, 59)):
        path.write_text("{}")
        os.utime(path, ns=(0, path.stat().st_mtime_ns - days * 24 * 3600 * 10**9))
    planned(small)
    assert (old.exists(), young.exists()) == (False, True)
