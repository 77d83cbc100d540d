"""Every command that README.md and docs/ name: the workflow takes it, and some test or .ci/run has really run it."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

import workflow
from workflow import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"(?:snakemake|make|python)\b[^`#\n]*")
# What the short commands run, and where that is done for real; those of .ci/run stand in it as they are.
RUN_BY = {
    "doctor": "tests/test_doctor.py",
    "benchmark": "tests/test_lockstep.py",
    "paper": "tests/test_workflow.py",
}
IN_CI = ("figures", "test", "test-slurm", "lint")


def commands(path: Path) -> set[str]:
    """The commands of a page: in code of a line, and in indented blocks."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?<=\S)\n(?=\S)", " ", text)  # code may go over the end of a line
    spans = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)
    found = (COMMAND.match(span) for span in spans)
    return {match.group().strip() for match in found if match and " " in match.group().strip()}


ALL = sorted(set().union(*map(commands, PAGES)))


def test_there_are_commands():
    assert {"make figures", "make paper", "snakemake --profile slurm", "snakemake --cores 2"} <= set(ALL)


@pytest.fixture(scope="module")
def tiny_as_paper(tmp_path_factory) -> Path:
    """The project before its first run, the tiny config in the place of the paper's."""
    folder = tmp_path_factory.mktemp("readme") / "project"
    workflow.copy_sources(folder)
    config = yaml.safe_load((folder / "config.yaml").read_text())
    (folder / "config.yaml").write_text(yaml.safe_dump(workflow.merged(config, workflow.TINY)))
    return folder


@pytest.mark.parametrize("command", [command for command in ALL if command.startswith("snakemake")])
def test_the_workflow_takes_the_command(tiny_as_paper, command):
    _, *words = shlex.split(command)
    process = workflow.start_as_is(tiny_as_paper, *words, *(() if "--unlock" in words else ("--dry-run",)))
    assert process.returncode == 0, process.stdout


@pytest.mark.parametrize("command", [command for command in ALL if command.startswith("make ")])
def test_make_knows_the_command(command):
    _, target, *_ = words = shlex.split(command)
    process = subprocess.run(["make", "--dry-run", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    if target in IN_CI:
        assert f"make {target}" in (ROOT / ".ci/run").read_text()
    elif not target.startswith(".venv"):
        programs = re.findall(r"workflow/scripts/(\w+\.py)|tests/(\w+)\.py|(snakemake)", process.stdout)
        named = {name for found in programs for name in found if name}
        text = (ROOT / RUN_BY[target]).read_text()
        assert any(name in text for name in named), f"{RUN_BY[target]} runs none of {named}"
