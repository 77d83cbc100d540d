"""The benchmark runs, and prints a ratio; what the ratio is, nobody's test says."""

import os
import subprocess
import sys

import pytest
import torch

from workflow import ROOT


def benchmark(*options: str) -> subprocess.CompletedProcess:
    """As `make benchmark` starts it."""
    command = [sys.executable, "tests/benchmark.py", *options]
    environment = os.environ | {"PYTHONPATH": "workflow/scripts"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_race_prints_milliseconds_and_a_ratio():
    done = benchmark("--device", "cpu", "--epochs", "1", "--rounds", "1", "--only", "flipflop")
    assert done.returncode == 0, done.stderr
    head, line = done.stdout.splitlines()
    assert head.split()[:4] == ["task", "ms/epoch", "autograd", "ratio"]
    name, ours, loop, ratio, _ = line.split()
    assert name == "flipflop"
    assert float(ratio) == pytest.approx(float(loop) / float(ours), rel=0.1)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU, and the race on it takes minutes")
def test_without_a_gpu_it_says_so_in_a_sentence():
    done = benchmark("--device", "cuda")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "GPU" in done.stderr
