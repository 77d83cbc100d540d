"""A start of the workflow on a cluster that goes on while its test disturbs it."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from cluster import Cluster

from gate import Gate
from processes import PATIENCE, wait

TARGET = "results/tiny/tables/spectrum.parquet"  # networks are trained and measured on the cluster, gathered here
EPOCHS = 40

# Snakemake as it is, but that it asks for its jobs every 3 s (the plugin asks less and less often, up to minutes), and
# not at all while a test says so: ctrl-C cancels no job that is just being asked for. RemoteExecutor._wait_for_jobs
# takes it out of the list that `cancel` reads (snakemake-interface-executor-plugins 9.4.0).
SNAKEMAKE = """
import asyncio
from pathlib import Path
from snakemake.cli import main
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor

async def sleep(self):
    await asyncio.sleep(3)
    while Path("gate/asks-nothing").exists():
        Path("gate/sleeps").touch()
        await asyncio.sleep(0.2)

RemoteExecutor.sleep = sleep
main()
"""


class Started:
    """`snakemake --profile slurm` in a project; its output goes into a file."""

    def __init__(self, project: Path, cluster: Cluster, *args: str):
        self.project, self.cluster, self.gate = project, cluster, Gate(project)
        self.log = project.parent / f"start-{len(list(project.parent.glob('start-*')))}.log"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("LOWRANK_", "SLURM_"))}
        command = [sys.executable, "-c", SNAKEMAKE, *(args or [TARGET])]
        with self.log.open("w") as file:
            self.process = subprocess.Popen(
                [*command, "--profile", "slurm", "--configfile", "tiny.yaml"],
                cwd=project,
                env=inherited | cluster.environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                preexec_fn=lambda: signal.signal(
                    signal.SIGINT, signal.SIG_DFL
                ),  # tests in a shell's background ignore it
            )

    def __enter__(self) -> "Started":
        return self

    def __exit__(self, *_) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    @contextlib.contextmanager
    def asking_nothing(self) -> Iterator[None]:
        """While it does not ask for its jobs; it begins when it sleeps."""
        asks_nothing, sleeps = self.project / "gate/asks-nothing", self.project / "gate/sleeps"
        asks_nothing.touch()
        try:
            wait(sleeps.exists, lambda: f"it does not sleep: {self.output}")
            yield
        finally:
            asks_nothing.unlink()

    @property
    def output(self) -> str:
        return self.log.read_text()

    def ended(self) -> int:
        """Its exit status, when it has ended."""
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"does not end: {self.output}\n{self.cluster('squeue')}") from None

    def succeeds(self) -> None:
        assert self.ended() == 0, self.output

    def training(self, seed: int = 0) -> int:
        """The process that trains the network of a seed, or its stack, as soon as it waits at the gate."""
        return wait(lambda: next(self._waits(seed), None), lambda: f"{seed} is not trained: {self.output}")

    def _waits(self, seed: int) -> Iterator[int]:
        yield from (pid for pid in self.gate.waiting() if _logs_of(pid, seed))

    def job(self, seed: int = 0) -> str:
        """The cluster's number of the job that trains the network of a seed."""
        (folder,) = self.project.glob(f".snakemake/slurm_logs/rule_train/romo_0.9_{seed}_*")
        return max((path.stem for path in folder.glob("*.log")), key=int)


def _logs_of(pid: int, seed: int) -> bool:
    """Whether a training process is that of a seed: its log, where its output goes, is named by it."""
    with contextlib.suppress(OSError):
        return f"/seed{seed}-" in os.readlink(f"/proc/{pid}/fd/1")
    return False


def doctor(project: Path, cluster: Cluster) -> tuple[int, list[str]]:
    """What `make doctor` ends with and says."""
    process = subprocess.run(
        [sys.executable, "workflow/scripts/doctor.py"],
        cwd=project,
        env=os.environ | cluster.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert process.stderr == ""
    return process.returncode, process.stdout.splitlines()


def results(project: Path) -> dict[str, bytes]:
    """All networks and what was made of them, by path; other files are remains that should not be there."""
    return {str(path.relative_to(project)): path.read_bytes() for path in _files(project)}


def written(project: Path) -> dict[str, int]:
    """Which file stands at the path of each network: one that is written again is another, of another number."""
    found = (path for path in _files(project) if path.suffix == ".safetensors")
    return {str(path.relative_to(project)): path.stat().st_ino for path in found}


def remains(project: Path) -> list[str]:
    """What a finished run should not leave: states, temporary files, damaged ones."""
    odd = (path for path in (project / "results").rglob("*") if path.suffix in (".state", ".tmp", ".damaged"))
    return [str(path.relative_to(project)) for path in odd]


def _files(project: Path) -> Iterator[Path]:
    yield from sorted((project / "results/networks").rglob("*.safetensors"))
    yield from sorted((project / "results").rglob("*.parquet"))
