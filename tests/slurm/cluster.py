"""A SLURM of its own on loopback: as real as its jobs, up within seconds, gone without a trace."""

import contextlib
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from processes import PATIENCE, await_end, wait

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "squeue", "srun", "scontrol", "sinfo", "scancel")
MISSING = [name for name in PROGRAMS if not shutil.which(name)]

CONFIG = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
SlurmdParameters=config_overrides
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
MessageTimeout=100
BatchStartTimeout=300
UnkillableStepTimeout=300
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.txt
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=bf_interval=2,sched_interval=2,batch_sched_delay=0,sched_min_interval=0
MinJobAge=600
KillWait=2
JobRequeue=1
ReturnToService=2
SlurmdTimeout={silence}
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
OverTimeLimit=0
GresTypes=gpu
{nodes}
PartitionName=main Nodes={names} Default=YES PriorityTier=1 DefMemPerCPU=10
PartitionName=urgent Nodes={names} PriorityTier=10 DefMemPerCPU=10
"""
NODE = "NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs={cpus} RealMemory=4000 Gres=gpu:4"


class Cluster:
    """Some nodes and a controller, in one folder; all commands of a test get its `environment`."""

    def __init__(self, folder: Path, nodes: int = 1, cpus: int = 4, silence: int = 600):
        """Nodes that do not answer for `silence` seconds are taken for lost: on a busy machine they do not for long."""
        self.folder, self.host = folder, socket.gethostname()
        self.names = [f"n{number}" for number in range(1, nodes + 1)]
        ports = free_ports(1 + nodes)
        for name in ("state", "bin", *(f"spool-{name}" for name in self.names)):
            (folder / name).mkdir(parents=True)
        gpus = [folder / f"gpu{number}" for number in range(4)]
        for device in gpus:
            os.mknod(device, 0o666 | 0o020000, os.makedev(1, 3))
        (folder / "gres.conf").write_text("".join(f"Name=gpu File={device}\n" for device in gpus))
        lines = [
            NODE.format(name=name, host=self.host, port=port, cpus=cpus)
            for name, port in zip(self.names, ports[1:], strict=True)
        ]
        config = CONFIG.format(
            host=self.host,
            port=ports[0],
            folder=folder,
            nodes="\n".join(lines),
            names=",".join(self.names),
            silence=silence,
        )
        (folder / "slurm.conf").write_text(config)
        srun = folder / "bin/srun"  # a job's Snakemake drops SLURM_CONF
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {shutil.which("srun")} "$@"\n')
        srun.chmod(0o755)
        self.environment = {
            "SLURM_CONF": f"{folder}/slurm.conf",
            "PATH": f"{folder / 'bin'}:{Path(os.sys.executable).parent}:{os.environ['PATH']}",
        }

    def start(self) -> None:
        """Controller and nodes; ready when all nodes are idle."""
        self.start_controller()
        for name in self.names:
            self.start_node(name)
        wait(lambda: self.states() == {"idle"}, lambda: f"nodes are {self.states()}: {self.logs()}")

    def start_controller(self) -> None:
        self("slurmctld")

    def start_node(self, name: str) -> None:
        self("slurmd", "-N", name)

    def lose(self, name: str) -> None:
        """End a node without its saying anything: its daemon, and what it started, from the top."""
        jobs = self("squeue", "-h", "-o", "%A", "-w", name).split()
        daemon = int((self.folder / f"slurmd-{name}.pid").read_text())
        os.kill(daemon, signal.SIGSTOP)
        lost = [daemon]
        # stopped first, all of them, and killed then: none may tell the controller of another's end
        while found := [pid for pid in self.processes() if pid not in lost and _is_of(pid, name, jobs)]:
            for pid in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGSTOP)
            lost += found
        for pid in lost:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill(self, daemon: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End `slurmctld` or `slurmd-n1`."""
        pid = int((self.folder / f"{daemon}.pid").read_text())
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
        await_end(pid)

    def stop(self) -> None:
        """End all jobs, then all daemons, and what is left of them."""
        with contextlib.suppress(subprocess.CalledProcessError, AssertionError):
            self("scancel", "--user", "root")
            wait(lambda: not self.jobs(), lambda: "jobs do not end", 15)
        for pidfile in self.folder.glob("*.pid"):
            with contextlib.suppress(ValueError, FileNotFoundError, AssertionError):
                self.kill(pidfile.stem, signal.SIGTERM)
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def processes(self) -> Iterator[int]:
        """What still runs for this cluster, by its environment."""
        mark = f"SLURM_CONF={self.folder}/slurm.conf".encode()
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                is_other = entry.name.isdigit() and int(entry.name) != os.getpid()
                if is_other and mark in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)

    def __call__(self, *command: str) -> str:
        """What a command of SLURM prints."""
        process = subprocess.run(
            command,
            env=os.environ | self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert process.returncode == 0, f"{command}: {process.stdout}{process.stderr}"
        return process.stdout

    def states(self) -> set[str]:
        """Of the nodes."""
        return set(self("sinfo", "-h", "-N", "-o", "%T").split())

    def jobs(self, states: str = "PENDING,RUNNING,COMPLETING") -> list[str]:
        """The numbers of the jobs in some states."""
        return self("squeue", "-h", "-o", "%A", "-t", states).split()

    def asked_for_gpus(self) -> dict[str, bool]:
        """Whether each job, ended ones too, asked for a GPU."""
        described = self("scontrol", "show", "job", "--oneliner").splitlines()
        return {line.split()[0].removeprefix("JobId="): "TresPerJob=gres:gpu:1" in line for line in described}

    def remember(self, job: str) -> None:
        """Wait until what the controller knows of a job is on its disk, which it writes some seconds later."""
        mark = f"remembered-{time.monotonic_ns()}"
        self("scontrol", "update", f"JobId={job}", f"AdminComment={mark}")
        saved = self.folder / "state/job_state"
        wait(lambda: mark.encode() in saved.read_bytes(), lambda: f"{saved} is not written")

    def ended(self, job: str) -> str:
        """How a job ended, as soon as it has: COMPLETED, TIMEOUT, ..."""
        found = wait(lambda: re.search(rf"^JobId={job} .*JobState=(\w+)", self.completed(), re.M), self.queue)
        return found[1]

    def queue(self) -> str:
        return self("squeue", "--states=all", "-o", "%A %T %r %S %j")

    def completed(self) -> str:
        """A line for each job that has ended."""
        path = self.folder / "completed.txt"
        return path.read_text() if path.exists() else ""

    def logs(self) -> str:
        return "\n".join(path.read_text()[-2000:] for path in self.folder.glob("*.log"))


def _is_of(pid: int, node: str, jobs: list[str]) -> bool:
    """Whether a process belongs to a node: a job's own daemon, or what the job runs there."""
    with contextlib.suppress(OSError):
        of_jobs = any(f"slurmstepd: [{job}." in Path(f"/proc/{pid}/cmdline").read_text() for job in jobs)
        return of_jobs or f"SLURMD_NODENAME={node}" in Path(f"/proc/{pid}/environ").read_text().split("\0")
    return False


def free_ports(count: int) -> list[int]:
    """Ports that nothing listens on, each given out once: below those that the system gives, for each worker its own.

    A port that the system chooses is free again until a daemon takes it, and it may give it to another worker.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    found = []
    while len(found) < count:
        port = 10_000 + 1_000 * worker + next(_PORTS) % 1_000
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("", port))
            found.append(port)
    return found


_PORTS = itertools.count()
