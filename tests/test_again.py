"""`make test-again` runs tests as often as it is told, and says how each of them went."""

import os
import re
import subprocess
import sys

from workflow import ROOT

TESTS = """
import pytest

def test_good(): pass

@pytest.mark.parametrize("word", ["a", "b"])
def test_of_a_word(word): assert word == "a"
"""


def test_every_test_is_repeated_and_counted(tmp_path):
    """As `make test-again` starts it; one failure is enough for an exit status of 1."""
    (tmp_path / "test_some.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-p", "again", "--times", "3", "--busy", "1", "-p", "no:cacheprovider"]
    command += [tmp_path / "test_some.py"]
    environment = os.environ | {"PYTHONPATH": "tests"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    counts = re.findall(r"^ +(\d \w+)   \S*::(\S+)$", done.stdout, re.MULTILINE)
    assert {name: count for count, name in counts} == {
        "test_good": "3 passed",
        "test_of_a_word[a]": "3 passed",
        "test_of_a_word[b]": "3 failed",
    }
    message, _, _ = done.stdout.partition("= FAILURES =")
    assert message.count("test_some.py::test_of_a_word[again0-b], call:\n") == 1, "a failure is told when it happens"
    assert message.count("E   AssertionError: assert 'b' == 'a'") == 3
