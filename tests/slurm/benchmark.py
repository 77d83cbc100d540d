"""What the measures of networks cost a cluster, in a job each and in stacks.

    PYTHONPATH=workflow/scripts:tests python tests/slurm/benchmark.py 4

Networks of the paper's three tasks at its size, as many seeds of each as asked for and trained for two epochs only,
are measured as the paper's are, on a SLURM that is started here. For each way a line of a table in Markdown: jobs, and
CPU seconds of all that the nodes ran, Snakemake's starts included; at the end what this makes for the whole paper.
"""

import argparse
import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from cluster import Cluster

import workflow
from lowrank import measures

STACK = 50
MEASURES = [measure.name for measure in measures.of(lstm=False)]
PAPER = {1: 295 * len(MEASURES), STACK: 28}  # jobs that measure, the LSTM's two left out: `make plan`
TABLES = [f"results/cost/tables/{name}.parquet" for name in MEASURES]
PR_SET_CHILD_SUBREAPER = 36  # of Linux: what a child leaves behind when it ends becomes ours, and so do its seconds


def configure(folder: Path, seeds: int) -> None:
    """The paper's config for some networks, as tiny.yaml, which the profile of these clusters stands beside."""
    tasks = {name: {"g": [0.9], "epochs": 2} for name in ("flipflop", "mante", "romo")}
    tasks |= dict.fromkeys(("linear_z0.5", "linear_z1.0", "linear_z2.0"))
    changes = {"run": "cost", "seeds": list(range(seeds)), "tasks": tasks, "sentiment": None}
    (folder / "tiny.yaml").write_text(yaml.safe_dump(changes), encoding="utf-8")
    path = folder / "slurm/config.yaml"
    profile = yaml.safe_load(path.read_text(encoding="utf-8"))
    profile |= {"slurm-init-seconds-before-status-checks": 2, "latency-wait": 10}
    profile["default-resources"] |= {"mem_mb": 900}
    profile["set-resources"]["train"] |= {"device": "cpu"}
    path.write_text(yaml.safe_dump(profile), encoding="utf-8")


def seconds_on_nodes(cluster: Cluster, command: list[str], folder: Path) -> float:
    """CPU seconds of all that ran for a cluster while a start went on, but for those of the start itself.

    A child does it, and whatever it leaves behind becomes ours, the cluster's daemons and their jobs.
    """
    before = _seconds(resource.getrusage(resource.RUSAGE_CHILDREN))
    if os.fork() == 0:
        try:
            (folder / "own").write_text(f"{_own_seconds(cluster, command, folder)}")
        finally:
            os._exit(0)
    while _reap():
        pass
    own = float((folder / "own").read_text())
    return _seconds(resource.getrusage(resource.RUSAGE_CHILDREN)) - before - own


def _own_seconds(cluster: Cluster, command: list[str], folder: Path) -> float:
    """CPU seconds of a start on a cluster, which is there for it alone."""
    cluster.start()
    with (folder / "start.log").open("w") as log:
        environment = os.environ | cluster.environment
        start = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(start.pid, 0)
    cluster.stop()
    if status:
        sys.exit((folder / "start.log").read_text()[-3000:])
    return _seconds(used)


def _reap() -> bool:
    try:
        return bool(os.wait())
    except ChildProcessError:
        return False


def _seconds(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


def measured(folder: Path, stack: int) -> tuple[int, float]:
    """How many jobs the measures are, and the CPU seconds of these."""
    for name in MEASURES:
        shutil.rmtree(folder / "results/cost" / name, ignore_errors=True)
    cluster = Cluster(Path(tempfile.mkdtemp(dir=folder)) / "cluster")
    resources = f"train:stack={stack}"
    words = ["--profile", "slurm", "--configfile", "tiny.yaml", "--set-resources", resources, "--", *TABLES]
    seconds = seconds_on_nodes(cluster, [sys.executable, "-m", "snakemake", *words], folder)
    return cluster.completed().count("JobState=COMPLETED"), seconds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("seeds", type=int, help="networks of each of the three tasks")
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    seeds, found = parser.parse_args().seeds, {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        workflow.copy_sources(folder)
        configure(folder, seeds)
        workflow.start(folder, "results/cost/tables/history.parquet", "--cores", "2", afresh=True)
        print("| a job for | jobs | CPU seconds on the nodes | a job |\n| --- | --- | --- | --- |")
        for stack in (1, STACK):
            jobs, seconds = found[stack] = measured(folder, stack)
            whom = "each measure of a network" if stack == 1 else f"a measure of up to {stack} networks of a task"
            print(f"| {whom} | {jobs} | {seconds:.0f} | {seconds / jobs:.1f} |", flush=True)
    (single, spent), (stacked, less) = found[1], found[STACK]
    a_start = (spent - less) / (single - stacked)
    a_measure = (spent - single * a_start) / single
    print(f"\nA job's start takes {a_start:.1f} s, a network's measure {a_measure:.2f} s. The paper's networks:")
    for stack, jobs in PAPER.items():
        print(f"{jobs} jobs, {jobs * a_start + PAPER[1] * a_measure:.0f} CPU seconds, with stacks of {stack}")


if __name__ == "__main__":
    main()
