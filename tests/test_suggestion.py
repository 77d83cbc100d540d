"""The profile that `make doctor` fills in: partitions, GPUs, accounts and limits as SLURM tells them."""

import subprocess

import pytest
import yaml

from commands.doctor import suggestion
from commands.doctor.suggestion import Partition
from workflow import ROOT

PROFILE = (ROOT / "slurm/config.yaml").read_text(encoding="utf-8")
SINFO = """short|(null)|30:00
main*|(null)|2-00:00:00
gpu|gpu:a100:4(S:0-1)|1-00:00:00
gpu|gpu:h100:8|1-00:00:00
dev|gpu:2|1:00:00
"""


def answers(monkeypatch, **stdout: str):
    """SLURM's commands answer with these texts, and others fail."""

    def slurm(command, *_, **__):
        return subprocess.CompletedProcess(command, int(command not in stdout), stdout.get(command, ""), "")

    monkeypatch.setattr(suggestion, "slurm", slurm)
    monkeypatch.setattr(suggestion.shutil, "which", lambda name: name)


def test_partitions_are_those_of_sinfo(monkeypatch):
    answers(monkeypatch, sinfo=SINFO)
    assert suggestion.partitions() == [
        Partition("main", True, (), 2880),
        Partition("short", False, (), 30),
        Partition("gpu", False, ("a100", "h100"), 1440),
        Partition("dev", False, ("",), 60),
    ]


@pytest.mark.parametrize(
    ("text", "minutes"), [("infinite", None), ("30:00", 30), ("1:00:00", 60), ("2-03:04:00", 3064), ("n/a", None)]
)
def test_limits_of_time(text, minutes):
    assert suggestion.minutes(text) == minutes


def test_a_profile_is_filled_in(monkeypatch):
    answers(monkeypatch, sinfo=SINFO, sacctmgr="theory\nvision\ntheory\n")
    text = suggestion.filled(PROFILE, suggestion.partitions(), suggestion.accounts())
    profile, before = yaml.safe_load(text), yaml.safe_load(PROFILE)
    filled_in = {"slurm_partition": "gpu", "gpu_model": "a100"}
    assert profile["default-resources"] == before["default-resources"] | {"slurm_account": "theory"}
    for rule in ("train", "train_sentiment"):
        assert profile["set-resources"][rule] == before["set-resources"][rule] | filled_in
    assert 'slurm_account: "theory"  # or vision' in text
    assert 'slurm_partition: "gpu"  # or dev' in text


def test_no_job_asks_for_more_time_than_its_partition_gives():
    text = suggestion.filled(PROFILE, [Partition("a", True, (), 45), Partition("b", False, ("",), 90)], [])
    profile = yaml.safe_load(text)
    assert profile["default-resources"]["runtime"] == 45
    assert {profile["set-resources"][rule]["runtime"] for rule in ("train", "train_sentiment")} == {90}


def test_nothing_is_printed_where_nothing_is_known(monkeypatch, tmp_path):
    (tmp_path / "slurm").mkdir()
    (tmp_path / "slurm/config.yaml").write_text(PROFILE)
    answers(monkeypatch, sinfo="main*|(null)|infinite\n")
    assert suggestion.text(tmp_path) == ""
