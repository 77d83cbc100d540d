"""The files for pip and conda are those that envs/make.py writes from pins.toml, and this environment is pinned."""

import runpy
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

ENVS = Path(__file__).parents[1] / "envs"
MAKE = runpy.run_path(str(ENVS / "make.py"))
PINS = tomllib.loads((ENVS / "pins.toml").read_text(encoding="utf-8"))
OURS = {name: pin for section in ("lowrank", "workflow", "tests") for name, pin in PINS[section].items()}


@pytest.mark.parametrize("name", ["requirements.txt", "lowrank.yaml", "workflow.yaml"])
def test_the_written_files_have_not_drifted_from_the_pins(name):
    assert (ENVS / name).read_text(encoding="utf-8") == MAKE["files"](PINS)[name]


@pytest.mark.parametrize("name", OURS)
def test_what_we_name_is_installed_as_pinned(name):
    assert version(name).partition("+")[0] == OURS[name]


def test_every_pin_says_why_it_is_there():
    lines = (ENVS / "pins.toml").read_text(encoding="utf-8").splitlines()
    for name, pin in OURS.items():
        found = [line for line in lines if line.startswith(f'{name} = "{pin}"')]
        assert any("  # " in line for line in found), name  # the validator's environment may have it, too
