"""The compute statement: what is known of the jobs that a run rests on, and what is not."""

import os
from pathlib import Path

import numpy as np
import pytest

from commands.compute import jobs, requirements
from commands.compute.page import page
from lowrank.core import hardware
from lowrank.store import checkpoint

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
KEYS = ("romo/g0.9/seed0", "romo/g0.9/seed1", "romo/g0.9/seed2")
MACHINE = "A processor, 2 cores, 8 GiB of memory, Linux x86_64"


class Results:
    """A folder of results in which jobs leave what they leave, a second after one another."""

    def __init__(self):
        self.clock = 1_000_000_000

    def network(self, key: str, device: str = "cpu") -> str:
        path = f"results/networks/{key}-0123456789ab.safetensors"
        facts = {"device": device, "machine": "x86_64", "versions": {"torch": "2"}}
        checkpoint.write(path, {"key": key}, {"W": np.zeros(1)}, **facts)
        return path

    def log(self, run: str, name: str, *lines: str) -> None:
        self._write(f"results/{run}/logs/{name}.log", "".join(f"{line}\n" for line in lines))

    def benchmark(self, run: str, name: str, seconds: float | str, memory: float | str = 100.0) -> None:
        values = f"{seconds}\t0:00:00\t{memory}\t1\t1\t1\t0\t0\t0\t1\n"
        self._write(f"results/{run}/benchmarks/{name}.tsv", HEAD + values)

    def trained(self, run: str, key: str, seconds: float, *lines: str) -> None:
        name = f"train/{key}-0123456789ab"
        self.log(run, name, f"machine: {MACHINE}", f"training results/networks/{key}-0123456789ab.safetensors", *lines)
        self.benchmark(run, name, seconds)

    def measured(self, run: str, rule: str, *keys: str, seconds: float, memory: float | str = 100.0) -> None:
        """By a job of their own, or by the first stack of its rule."""
        name = f"{rule}/{keys[0].removeprefix('sentiment/')}" if len(keys) == 1 else f"{rule}/{rule}_1_romo"
        table = {"truncate": "truncation", "truncate_sentiment": "truncation"}.get(rule, rule)
        self.log(run, name, *(f"measured results/{run}/{table}/{key}.parquet" for key in keys))
        self.benchmark(run, name, seconds, memory)

    def _write(self, path: str, text: str) -> None:
        file = Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        self.clock += 1
        os.utime(file, (self.clock, self.clock))


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    jobs._jobs.cache_clear()
    yield Results()
    jobs._jobs.cache_clear()


def training(key: str, run: str = "mine") -> dict:
    """The row of the job that trained a network."""
    (row,) = (
        row for row in jobs.rows(run, [f"results/networks/{key}-0123456789ab.safetensors"]) if row["rule"] == "train"
    )
    return row


def test_a_network_counts_whichever_run_trained_it(results):
    results.network(KEYS[0])
    results.trained("theirs", KEYS[0], 7200)
    row = training(KEYS[0])
    assert (row["run"], row["hours"], row["memory"], row["machine"]) == ("theirs", 2.0, 100.0, MACHINE)
    assert (row["gpu_hours"], row["note"]) == (0.0, None)


def test_of_two_trainings_the_last_one_made_the_file(results):
    results.network(KEYS[0])
    results.trained("z", KEYS[0], 7200)
    results.trained("a", KEYS[0], 3600)
    assert (training(KEYS[0])["run"], training(KEYS[0])["hours"]) == ("a", 1.0)


def test_networks_of_a_stack_share_its_hours(results):
    files = [results.network(key, "A GPU") for key in KEYS[:2]]
    results.log("mine", "train/train_1_romo", *(f"training {file}" for file in files))
    results.benchmark("mine", "train/train_1_romo", 3600)
    for key in KEYS[:2]:
        row = training(key)
        assert (row["hours"], row["gpu_hours"], row["note"]) == (0.5, 0.5, "one of 2 in one job")


def test_measures_of_a_stack_share_its_hours(results):
    files = [results.network(key) for key in KEYS]
    results.measured("mine", "shuffle", *KEYS, seconds=5400)
    rows = [row for row in jobs.rows("mine", files) if row["rule"] == "shuffle"]
    assert [(row["hours"], row["note"]) for row in rows] == [(0.5, "one of 3 in one job")] * 3
    assert [row["hours"] for row in jobs.rows("theirs", files) if row["rule"] == "shuffle"] == [None] * 3


def test_a_log_that_was_written_over_tells_nothing_of_an_older_benchmark(results):
    """The next stack of the same name was killed: its benchmark is that of others."""
    file = results.network(KEYS[0])
    results.benchmark("mine", "train/train_1_romo", 3600)
    results.log("mine", "train/train_1_romo", f"training {file}")
    assert (training(KEYS[0])["hours"], training(KEYS[0])["note"]) == (None, "no record")


def test_a_job_that_found_its_network_did_not_train_it(results):
    file = results.network(KEYS[0])
    results.trained("theirs", KEYS[0], 7200)
    results.log("mine", f"train/{KEYS[0]}-0123456789ab", f"found {file}")
    results.benchmark("mine", f"train/{KEYS[0]}-0123456789ab", 1)
    assert training(KEYS[0])["run"] == "theirs"


def test_a_training_that_went_on_is_known_in_part(results):
    results.network(KEYS[0])
    results.trained("mine", KEYS[0], 3600, "resuming from epoch 12")
    assert training(KEYS[0])["note"] == "only the last of several starts"


def test_a_job_too_short_to_be_seen_has_no_memory(results):
    results.network(KEYS[0])
    results.measured("mine", "truncate", KEYS[0], seconds=0.36, memory="NA")
    rows = {row["rule"]: row for row in jobs.rows("mine", [f"results/networks/{KEYS[0]}-0123456789ab.safetensors"])}
    assert rows["truncate"]["hours"] == pytest.approx(1e-4)
    assert (rows["truncate"]["memory"], rows["truncate"]["machine"]) == (None, None)
    assert {rule for rule in rows if rows[rule]["hours"] is None} == {"train", "shuffle", "spectrum", "trials"}


@pytest.mark.parametrize(("line", "hours"), [("cores: 2", 2.0), ("cores: 1", 1.0), ("epoch 1: cores: 2", 1.0)])
def test_a_job_counts_with_all_its_cores(results, line, hours):
    results.network(KEYS[0])
    results.trained("mine", KEYS[0], 3600, line)
    assert training(KEYS[0])["hours"] == hours


def test_the_lstm_has_rules_of_its_own(results):
    file = results.network("sentiment/seed0")
    results.log("mine", "train_sentiment/seed0-0123456789ab", f"training {file}")
    results.benchmark("mine", "train_sentiment/seed0-0123456789ab", 3600)
    results.measured("mine", "truncate_sentiment", "sentiment/seed0", seconds=360)
    hours = {row["rule"]: row["hours"] for row in jobs.rows("mine", [file])}
    assert hours == {"train_sentiment": 1.0, "truncate_sentiment": 0.1, "spectrum_sentiment": None}


def line(text: str, start: str) -> list[str]:
    """The cells of a table's only row that begins so."""
    (found,) = (line for line in text.splitlines() if line.startswith(f"| {start} |"))
    return found.strip("| ").split(" | ")


def test_the_page_sums_up_what_is_known_and_names_what_is_not(results):
    """Figure 1 shows two of three networks, one of which nobody knows anything about."""
    files = [results.network(key, device) for key, device in zip(KEYS, ("cpu", "cpu", "A GPU"), strict=True)]
    for key, seconds in zip(KEYS[1:], (3600, 7200), strict=True):
        results.trained("mine", key, seconds)
        for rule in ("truncate", "shuffle", "spectrum", "trials"):
            results.measured("mine", rule, key, seconds=360, memory=200)
    rows = jobs.rows("mine", files)
    figures = {"fig1": {"title": "Figure 1", "keys": KEYS[:2], "rules": ["truncate", "trials"]}}
    text = page("mine", rows, figures, [checkpoint.read_about(file) for file in files], "this machine")
    assert "**over 3.8 core hours, 2 GPU hours, at most 200 MiB in one process** for 3 networks" in text
    assert line(text, "Figure 1") == ["Figure 1", "2", "over 1", "over 0.2", "0", "200 MiB", "3"]
    assert line(text, "`train`") == ["`train`", "3", "over 3", "2", "5400", "7200", "100 MiB", "1"]
    assert f"| 2 | {MACHINE} |\n" in text
    assert "| 1 | A GPU | x86_64 | torch 2 |\n" in text
    assert "This page was written on: this machine." in text
    assert f"No record of time and memory, so not included in the sums: `train {KEYS[0]}`, `shuffle {KEYS[0]}`" in text


SETTINGS = {
    "tasks": {"romo": {}, "mante": {}},
    "seeds": [0, 1],
    "figures": {
        "fig1": {"tasks": ["romo", "flipflop"], "seed": 1, "g": [0.0], "trial_g": 0.9},
        "fig2": {"tasks": ["romo"]},
        "fig3": {"tasks": ["mante"], "seed": 1, "g": [0.0]},
        "figS_lstm": {"seed": 5},
    },
}
SPECS = {
    f"{task}/g{g}/seed{seed}": {"task": task, "g": g, "seed": seed}
    for task in ("romo", "mante")
    for g in (0.0, 0.9, 1.5)
    for seed in (0, 1)
} | {"sentiment/seed5": {"task": "sentiment", "seed": 5}}


@pytest.mark.parametrize(
    ("figure", "title", "keys", "rules"),
    [
        ("fig1", "Figure 1", {"romo/g0.0/seed1", "romo/g0.9/seed1"}, ["spectrum", "trials", "truncate"]),
        (
            "fig2",
            "Figure 2",
            {key for key in SPECS if key.startswith("romo")},
            ["shuffle", "spectrum", "truncate"],
        ),
        ("fig3", "Figure 3", {"mante/g0.0/seed0", "mante/g0.0/seed1"}, ["trials"]),
        ("figS_lstm", "Supplement, LSTM", {"sentiment/seed5"}, ["spectrum_sentiment"]),
    ],
)
def test_a_figure_needs_the_networks_that_it_shows(figure, title, keys, rules):
    needed = requirements.of_figure(SETTINGS, SPECS, figure)
    assert (needed["title"], set(needed["keys"]), needed["rules"]) == (title, keys, rules)


def test_the_machine_is_told_in_words_and_not_by_its_name():
    described = hardware.described()
    assert f"{os.cpu_count()} cores" in described
    assert os.uname().machine in described
    assert os.uname().nodename not in described
