"""`make doctor` where there is a SLURM: what it says is so."""

from started import doctor

import workflow


def test_slurm_the_doctor_finds_all_as_it_should_be(one, shared):
    status, lines = doctor(one, shared)
    assert [line for line in lines if not line.startswith("ok ")] == []
    assert status == 0
    assert any("SLURM accepts the resources of set-resources.train" in line for line in lines)
    assert any("it sees this folder" in line for line in lines)
    assert list((one / ".snakemake/doctor").iterdir()) == []


def test_slurm_the_doctor_says_what_to_fill_in(one, shared):
    workflow.replace(one / "slurm/config.yaml", "  train:\n", "  train:\n    slurm_partition: gpus\n")
    status, lines = doctor(one, shared)
    (line,) = [line for line in lines if line.startswith("FIX")]
    assert "no partition gpus" in line
    assert "one of main*, urgent" in line
    assert status == 1
