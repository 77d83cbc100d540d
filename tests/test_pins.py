"""The files for pip and conda are those that envs/make.py writes from pins.toml, and this environment is pinned."""

import os
import platform
import re
import runpy
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

ENVS = Path(__file__).parents[1] / "envs"
MAKE = runpy.run_path(str(ENVS / "make.py"))
PINS = tomllib.loads((ENVS / "pins.toml").read_text(encoding="utf-8"))
OURS = {name: pin for section in ("lowrank", "workflow", "tests") for name, pin in PINS[section].items()}


@pytest.mark.parametrize("name", ["requirements.txt", "validator.txt", "docs.txt", "lowrank.yaml", "workflow.yaml"])
def test_the_written_files_have_not_drifted_from_the_pins(name):
    assert (ENVS / name).read_text(encoding="utf-8") == MAKE["files"](PINS)[name]


@pytest.mark.parametrize("name", OURS)
def test_what_we_name_is_installed_as_pinned(name):
    assert version(name).partition("+")[0] == OURS[name]


HERE = runpy.run_path(str(ENVS / "here.py"))
MACHINES = {  # what a Python says of itself, and what is said of it
    "Linux": ({}, None),
    "an Arm server": ({"machine": "aarch64"}, None),
    "Apple's processors": ({"system": "Darwin", "machine": "arm64", "libc_ver": ("", "")}, None),
    "Intel's Macs": ({"system": "Darwin", "libc_ver": ("", "")}, "this is a Python for Darwin x86_64"),
    "Windows": ({"system": "Windows", "machine": "AMD64"}, "Windows AMD64: take another machine, or WSL 2"),
    "musl": ({"libc_ver": ("", "")}, "here is another C library: take another system"),
    "CentOS 7": ({"libc_ver": ("glibc", "2.17")}, "here is glibc 2.17"),
    "RHEL 8": ({"libc_ver": ("glibc", "2.28")}, None),
    "POWER": ({"machine": "ppc64le"}, "this is a Python for Linux ppc64le"),
    "PyPy": ({"python_implementation": "PyPy"}, "CPython with its global lock is needed"),
}


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_without_packages_is_told_in_one_sentence(name, monkeypatch):
    says, sentence = MACHINES[name]
    usual = {"system": "Linux", "machine": "x86_64", "libc_ver": ("glibc", "2.36"), "python_implementation": "CPython"}
    for what, value in (usual | says).items():
        monkeypatch.setattr(platform, what, lambda value=value: value)
    refusal = HERE["refusal"]()
    assert refusal is None if sentence is None else sentence in refusal
    assert "\n" not in f"{refusal}"


@pytest.mark.parametrize(("version", "fits"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)])
def test_the_pythons_that_are_meant(version, fits, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (*version, 1, "final", 0))
    assert (HERE["refusal"]() is None) == fits
    assert fits or "Python 3.11, 3.12 or 3.13 is needed" in HERE["refusal"]()
    readme = (ENVS.parent / "README.md").read_text(encoding="utf-8")
    assert "Python 3.11, 3.12 or 3.13" in readme


@pytest.mark.parametrize(
    "python", sorted(Path.home().glob(".pyenv/versions/3.*/bin/python")), ids=lambda p: p.parts[-3]
)
def test_it_runs_on_any_python(python):
    """What is too old says so, and make ends before anything is installed."""
    done = subprocess.run([python, ENVS / "here.py"], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.returncode == 0 or done.stderr.count("\n") == 1


def test_make_asks_it_before_it_installs():
    command = ["make", "--dry-run", "--always-make", ".venv/ready", "PYTHON=python3.12"]
    done = subprocess.run(command, cwd=ENVS.parent, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "python3.12 envs/here.py"


@pytest.mark.parametrize("variable", ["HOME", "XDG_CACHE_HOME"])
def test_make_has_a_home_where_the_users_cannot_be_written(variable, tmp_path):
    command = ["make", "--dry-run", "--print-data-base", "unused"]
    for folder, home in ((tmp_path, os.environ["HOME"]), ("/proc/none", f"{ENVS.parent}/.snakemake/home")):
        environment = os.environ | {"XDG_CACHE_HOME": f"{tmp_path}", variable: f"{folder}"}
        if variable == "HOME":
            environment.pop("XDG_CACHE_HOME")
            home = f"{tmp_path}" if folder == tmp_path else home
        done = subprocess.run(command, cwd=ENVS.parent, env=environment, capture_output=True, text=True, check=True)
        assert re.findall("^HOME :?= (.*)$", done.stdout, re.MULTILINE) == [home]


def test_make_takes_no_backend_of_matplotlib_from_a_notebook():
    command = ["make", "--eval", "told:; @echo [$$MPLBACKEND]", "told"]
    environment = os.environ | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    done = subprocess.run(command, cwd=ENVS.parent, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_pin_says_why_it_is_there():
    lines = (ENVS / "pins.toml").read_text(encoding="utf-8").splitlines()
    for name, pin in OURS.items():
        found = [line for line in lines if line.startswith(f'{name} = "{pin}"')]
        assert any("  # " in line for line in found), name  # the validator's environment may have it, too
