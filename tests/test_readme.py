"""Every command that README.md and docs/ name: Snakemake and make take it, and a test or .ci/run really runs it."""

import re
import shlex
import subprocess
import textwrap
from pathlib import Path

import pytest
import yaml

import workflow
from workflow import ROOT

PAGES = [ROOT / "README.md", ROOT / "config/README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"(?:snakemake|make|python3?) [^#]*")
# Where what a short command starts is really run: one of its programs, or Snakemake with its target, is named there.
RUN_IN = {
    "doctor": "tests/test_doctor.py",
    "explain": "tests/test_explain.py",
    "plan": "tests/test_plan.py",
    "diff": "tests/test_diff.py",
    "unused": "tests/test_unused.py",
    "claims": "tests/test_claims.py",
    "report": "tests/test_report.py",
    "benchmark": "tests/test_benchmark.py",
    "benchmark-scale": "tests/test_benchmark.py",
    "paper": "tests/workflow.py",
    "test-again": "tests/test_again.py",
    "docs": "Makefile",  # make test-docs
    "pages": "tests/docs/test_site.py",
    **dict.fromkeys(("figures", "test", "test-slurm", "test-docs", "validate"), ".ci/run"),
}
# Of other programs than the workflow's own commands.
PROGRAMS = {
    "python3 verify.py": "tests/test_archive.py",
    "python workflow/scripts/NAME.py --help": "tests/test_explain.py",
    "python workflow/scripts/unused.py --files": "tests/test_unused.py",
    "python workflow/scripts/doctor.py --config FILE": "tests/test_doctor.py",
    "python tests/benchmark.py --epochs 12 --rounds 7 --only flipflop mante romo linear": "tests/test_benchmark.py",
    "python tests/benchmark.py --cpu x86_64_v3": "tests/test_benchmark.py",
    "python tests/benchmark.py --only lstm --rounds 3": "tests/test_benchmark.py",
    "python tests/seconds.py": "tests/seconds.py",
    "python train_rnn.py": "tests/test_imported.py",
    "python -m pytest tests/test_lockstep.py": "tests/test_lockstep.py",
}


def commands(path: Path) -> set[str]:
    """The commands of a page: in code within a line, and in indented blocks."""
    text = path.read_text(encoding="utf-8")
    lines = re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)
    spans = re.findall(r"`([^`]+)`", re.sub(r"^ {4}.*$", "", text, flags=re.MULTILINE))
    spans = [part for line in [*lines, *map(" ".join, map(str.split, spans))] for part in line.split("&&")]
    return {match.group().strip() for span in spans if (match := COMMAND.match(span.strip()))}


def block(page: str, begin: str) -> str:
    """The indented block of a page that begins with these words."""
    blocks = re.findall(r"(?:^ {4}.*\n|^\n)+", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    (found,) = (text for text in map(textwrap.dedent, blocks) if text.strip().startswith(begin))
    return found.strip() + "\n"


ALL = sorted(set().union(*map(commands, PAGES)))
OF_SNAKEMAKE = [command for command in ALL if command.startswith("snakemake")]
OF_MAKE = [command for command in ALL if command.startswith("make ")]


def test_the_commands_are_found():
    assert {"make figures", "make paper", "snakemake --profile slurm", "snakemake --cores 2"} <= set(ALL)
    assert len(OF_SNAKEMAKE) >= 15
    assert len(OF_MAKE) >= 10


@pytest.fixture(scope="module")
def tiny_as_paper(tmp_path_factory) -> Path:
    """The project before its first run, with the tiny config in the place of the paper's; and a file to name."""
    folder = tmp_path_factory.mktemp("readme") / "project"
    workflow.copy_sources(folder)
    config = yaml.safe_load((folder / "config.yaml").read_text())
    tasks = {name: task for name, task in workflow.TINY["tasks"].items() if task}  # presets change the others, too
    config = workflow.merged(config, workflow.TINY | {"tasks": tasks, "measure": {"ranks": [0, 1, 2]}})
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    (folder / "run.yaml").write_text(yaml.safe_dump(config))  # as an unpacked archive has it
    (folder / "FILE").write_text("run: mine\n")
    (folder / "rnn.yaml").write_text(block("docs/own_networks.md", "run: rnn"))
    for name in ("before-0", "before-1", "after-0", "after-1"):
        (folder / f"{name}.pt").touch()
    (folder / "rnn").symlink_to(".")  # the clone, as its neighbours call it
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere/data").symlink_to("../data")
    return folder


@pytest.mark.parametrize("command", OF_SNAKEMAKE)
def test_snakemake_takes_the_command(tiny_as_paper, command):
    _, *words = shlex.split(command)
    does_nothing = {"--unlock", "-n", "--dry-run"} & set(words)
    process = workflow.start_as_is(tiny_as_paper, *words, *([] if does_nothing else ["--dry-run"]))
    assert process.returncode == 0, process.stdout


PRESETS = sorted(path.stem for path in (ROOT / "workflow/presets").glob("*.yaml"))


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_told_of_and_can_be_planned(tmp_path, preset):
    """Over the paper's config, with one seed if the preset names none, without the sentences, which are not at hand."""
    assert f"| `{preset}` |" in (ROOT / "docs/start.md").read_text(encoding="utf-8")
    workflow.copy_sources(tmp_path / "project")
    workflow.replace(tmp_path / "project/config.yaml", "seeds: [0, 1, 2, 3, 4]", "seeds: [0]")
    options = ("--dry-run", "--configfile", f"workflow/presets/{preset}.yaml", "--config", "sentiment=null")
    process = workflow.start_as_is(tmp_path / "project", *options)
    assert process.returncode == 0, process.stdout
    assert "Nothing to be done" not in process.stdout


@pytest.mark.parametrize("command", OF_MAKE)
def test_make_takes_the_command_and_it_is_run(command):
    words = shlex.split(command)
    target = words[1]
    process = subprocess.run(["make", "--dry-run", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    if target.startswith(".venv"):  # what all the others start with
        return
    text = (ROOT / RUN_IN[target]).read_text(encoding="utf-8")
    programs = set(re.findall(r"(\w+\.py)\b", process.stdout)) | {f"make {target}", f'"{target}"', "snakemake"}
    assert any(name in text for name in programs), f"{RUN_IN[target]} runs none of {programs}"


def test_other_programs_are_run():
    others = {command for command in ALL if command.startswith("python")}
    assert {command.partition(" -m zipfile")[0] for command in others} - {"python3"} <= set(PROGRAMS)
    for command, path in PROGRAMS.items():
        assert (ROOT / path).exists(), command


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_what_is_there(page):
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        file, _, heading = link.partition("#")
        if not link.startswith("http"):
            target = page.parent / file if file else page
            assert target.exists(), link
            assert not heading or heading in headings(target), link


def headings(page: Path) -> list[str]:
    """The headings of a page, as links name them."""
    lines = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines]
