"""Starts and jobs that are forks are what processes of their own would be."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import warm
import workflow
from disks import contents
from workflow import start, start_as_is

# What a program can see of how it was started, but for `_`, the file that Bash started, in a job a stand-in for Python;
# and for where in the path Snakemake puts a folder of its own, at the end when it is loaded.
SEE = """
import json, os, sys
seen = {
    "words": sys.argv[1:],
    "path": [folder for folder in sys.path if folder != ".snakemake/pip-deployments"],
    "folder": os.getcwd(),
    "environment": {name: value for name, value in os.environ.items() if name != "_"},
    "terminals": [os.isatty(number) for number in (0, 1, 2)],
    "input": os.read(0, 1).decode(),
    "the project's": [name for name in sys.modules if name.split(".")[0] in ("lowrank", "workflow", "warm", "tests")],
}
"""
SNAKEFILE = f"""
{SEE}
if workflow.is_main_process:
    print(json.dumps({{**seen, "program": sys.argv[0]}}), file=open("start.json", "w"))
rule all:
    output: "job.json"
    script: "see.py"
"""
JOB = f"""{SEE}
print(json.dumps({{**seen, "python": sys.executable}}), file=open(snakemake.output[0], "w"))
"""


def test_a_start_and_its_job_see_what_they_would_afresh(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE)
    (tmp_path / "see.py").write_text(JOB)
    seen = []
    for afresh in (True, False):
        words = ("--cores", "1", "--forceall", "--config", "key=1")
        own = {"PYTHONPATH": f"{tmp_path}/modules", "COLOUR": "blue", "BASH_FUNC_module%%": "() {  true\n}"}
        done = start_as_is(tmp_path, *words, afresh=afresh, **own)
        assert done.returncode == 0, done.stdout
        output = ((tmp_path / f"{name}.json").read_text() for name in ("start", "job"))
        seen.append([json.loads(re.sub(r"runtime-cache/tmp\w+", "", text)) for text in output])
    assert seen[0] == seen[1]
    assert seen[1][0]["words"] == list(words)
    assert seen[1][1]["environment"]["COLOUR"] == "blue"


def test_what_python_reads_when_it_begins_needs_a_process_of_its_own():
    assert warm.takes(os.environ | {"PYTHONPATH": "modules", "COLOUR": "blue"})
    assert not warm.takes(os.environ | {"PYTHONHASHSEED": "7"})


SCRIPTS = {
    "nothing": "",
    "text without an end": "print('text', end='')",
    "a status": "import sys; sys.exit(3)",
    "a status that is none": "import sys; sys.exit(None)",
    "a sentence": "import sys; sys.exit('sentence')",
    "a mistake": "1 / 0",
    "a signal": "import os, signal; print('lost', end=''); os.kill(os.getpid(), signal.SIGKILL)",
    "a last word": "import atexit; atexit.register(print, 'last'); print('first')",
    "a finalizer": "import os, weakref; weakref.finalize(os, print, 'last'); print('first')",
    "a thread": "import threading, time; threading.Thread(target=lambda: (time.sleep(0.2), print('late'))).start()",
    "its words": "import sys; print(sys.argv, __name__, __file__)",
    "its input": "print(input())",
}


@pytest.mark.parametrize("ends", SCRIPTS)
def test_a_script_ends_as_it_would_afresh(tmp_path, ends):
    script = tmp_path / "script.py"
    script.write_text(SCRIPTS[ends])
    found = []
    for python in (sys.executable, warm.jobs().python()):
        command = [python, script, "word"]
        done = subprocess.run(command, cwd=tmp_path, input="input\n", capture_output=True, text=True, check=False)
        found.append((done.returncode, done.stdout, done.stderr.splitlines()[-1:]))
    assert found[0] == found[1]


def test_a_pythonpath_that_tests_were_started_with_is_followed_once(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts/script.py"
    script.write_text("import sys; print(sys.path)")
    pythons = (sys.executable, warm.Server("json").python())
    afresh, forked = (subprocess.run([python, script], capture_output=True, check=True).stdout for python in pythons)
    assert afresh == forked


@pytest.mark.parametrize("order", [b"", b"\n", b"\n{", b"\n{\n"])
def test_who_leaves_before_having_asked_does_not_end_it(tmp_path, order):
    server, script = warm.Server("json"), tmp_path / "script.py"
    script.write_text("print('here')")
    with socket.socket(socket.AF_UNIX) as leaving:
        leaving.connect(server.at)
        if order:
            socket.send_fds(leaving, [order[:1]], [0, 1, 2])
            leaving.sendall(order[1:])
    assert subprocess.run([server.python(), script], capture_output=True, check=True).stdout == b"here\n"


def test_what_is_no_script_is_given_to_python():
    code = "import sys; print(sys.argv, 'torch' in sys.modules)"
    done = subprocess.run([warm.jobs().python(), "-c", code, "word"], capture_output=True, text=True, check=True)
    assert done.stdout == "['-c', 'word'] False\n"


BEGUN = """
import os, subprocess, sys
command = [sys.executable, "-m", "snakemake", *sys.argv[1:]]
environment = os.environ | {"COLOUR": "blue", "PYTHONPATH": os.path.abspath("modules")}
done = subprocess.run(command, cwd="inner", env=environment, capture_output=True, text=True)
print(done.returncode, "MissingRuleException" in done.stdout + done.stderr)
"""


def test_a_start_by_a_script_sees_what_it_would_afresh(tmp_path):
    """As by `make plan`, and by the job that writes the report."""
    (tmp_path / "script.py").write_text(BEGUN)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/Snakefile").write_text(SNAKEFILE)
    seen = []
    for python in (sys.executable, warm.jobs().python()):
        command = [python, tmp_path / "script.py", "what", "--dry-run"]
        environment = os.environ | {"PWD": str(tmp_path)}  # as every shell sets it, that of the stand-in too
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        started = (tmp_path / "inner/start.json").read_text()
        seen.append((done.stdout, json.loads(re.sub(r"runtime-cache/tmp\w+", "", started))))
    assert seen[0] == seen[1]
    assert seen[1][0] == "1 True\n"
    assert seen[1][1]["words"] == ["what", "--dry-run"]
    assert seen[1][1]["environment"]["COLOUR"] == "blue"


OF_A_START = r"Workflow ID: [\w-]+|\d\d:\d\d:\d\d|0x[0-9a-f]+"  # what is another one each time


@pytest.mark.parametrize("words", [["--config", "seeds=[0, 3]"], ["--config", "sedes=[0]"], ["fig9"]])
def test_a_dry_run_says_what_it_would_afresh(finished, words):
    output = []
    for afresh in (True, False):
        done = start(finished, *words, "--dry-run", afresh=afresh)
        output.append((done.returncode, sorted(re.sub(OF_A_START, "", done.stdout).splitlines())))
    assert output[0] == output[1]


def test_a_run_afresh_makes_the_same_files(finished_small, tmp_path):
    """All of the run of one network, to the byte."""
    workflow.copy_sources(tmp_path / "afresh")
    (tmp_path / "afresh/tiny.yaml").write_bytes((finished_small / "tiny.yaml").read_bytes())
    workflow.run(tmp_path / "afresh", afresh=True)
    made, forked = (_results(folder) for folder in (tmp_path / "afresh", finished_small))
    assert len(made) > 20
    assert made == {name: forked[name] for name in made}


def _results(folder: Path) -> dict[str, bytes]:
    """Networks, measures, tables and figures: no logs, nor how long it took."""
    found = contents(folder / "results")
    return {name: found[name] for name in found if not re.search(r"/(logs|benchmarks)/", f"/{name}")}
