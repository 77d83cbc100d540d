"""On a cluster the progress tells jobs that wait from jobs that run: a job's log begins when the job does."""

import shlex
import sys

from started import SNAKEMAKE, TARGET

from gate import Gate
from terminal import Terminal, needed

PLUGIN = "workflow/scripts/commands/progress/plugin"


@needed
def test_slurm_what_waits_and_what_runs(two, own):
    """Two trainings on one core."""
    cluster = own(cpus=1)
    cluster.start()
    environment = cluster.environment | {"PYTHONPATH": PLUGIN}
    words = ["-c", SNAKEMAKE, TARGET, "--profile", "slurm", "--configfile", "tiny.yaml", "--logger", "progress"]
    (two / "start").write_text(f"{shlex.join([sys.executable, *words])}; echo status $?\n")
    with Gate(two).close(), Terminal(two, two / "tmux", 100, 30, **environment) as screen:
        screen.type("clear; . ./start", "Enter")
        seen = screen.shows("0 of 2, 1 running, 1 waiting", "running for")
        assert "0 of 5 jobs done, 1 running, 1 waiting, 3 left; " in seen
        assert " left without the queue\n" in seen
        assert seen.count("waiting for") == 1
        screen.type("C-c")
        screen.shows("Stopped after", "0 of 5 jobs done", "status 1")
        assert screen.has_cursor()
