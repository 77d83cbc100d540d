"""The benchmarks run, and print what they measure; what that is, nobody's test says."""

import os
import platform
import subprocess
import sys

import pytest
import torch

from workflow import ROOT


def benchmark(*options: str, program: str = "benchmark.py") -> subprocess.CompletedProcess:
    """As `make benchmark` or `make benchmark-scale` starts it."""
    command = [sys.executable, f"tests/{program}", *options]
    environment = os.environ | {"PYTHONPATH": "workflow/scripts:tests"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_race_prints_milliseconds_and_ratios():
    other = ("--cpu", "x86_64") if platform.machine() == "x86_64" else ()
    done = benchmark("--epochs", "1", "--rounds", "1", "--only", "flipflop", "--sizes", "64", "128", *other)
    assert done.returncode == 0, done.stderr
    head, *lines = done.stdout.splitlines()
    assert head.split() == ["what", "ms/epoch", "reference", "autograd", "to", "it", "to", "it", "of", "limit"]
    for line, n in zip(lines, ("64", "128"), strict=True):
        name, _, _, size, ours, other, loop, by_other, by_loop, limit = line.split()
        assert (name, size) == ("flipflop,", n)
        assert float(by_other) == pytest.approx(float(other) / float(ours), rel=0.1)
        assert float(by_loop) == pytest.approx(float(loop) / float(ours), rel=0.1)
        assert limit.endswith("%")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU, and the race on it takes minutes")
def test_without_a_gpu_it_says_so_in_a_sentence():
    done = benchmark("--device", "cuda")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "GPU" in done.stderr


def test_the_benchmark_of_scale_prints_a_line_of_a_table():
    """One seed of the paper: 59 networks, a job that trains and four that measure for each."""
    done = benchmark("59", program="scale.py")
    assert done.returncode == 0, done.stderr
    head, _, line = (row.strip("| ").split(" | ") for row in done.stdout.splitlines())
    assert len(head) == len(line)
    cells = dict(zip(head, line, strict=True))
    assert (cells["networks"], cells["jobs"]) == ("59", "295")
    assert 0 < int(cells["ours"].rstrip("%")) < 100
