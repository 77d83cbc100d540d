"""Submit a short job with training's resources and check that it finds what it needs."""

import json
import secrets
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from lowrank.core.errors import UserError
from lowrank.core.files import locked

from . import probe
from .findings import found
from .machine import NETWORKS
from .paths import existing
from .slurm import error_message, slurm
from .submission import TRAIN, advice, options

FOLDER = ".snakemake/doctor"


def findings(root: Path, request: dict, wait: float, poll: float = 0.5) -> Iterator[str | UserError]:
    """Yield what a job with this request finds on its node; raise UserError without an answer within `wait` seconds."""
    begun = time.monotonic()
    answer = ask(root, request, wait, poll)
    yield f"a job on {answer['host']} responded after {time.monotonic() - begun:.0f} s; it sees this folder"
    yield found(environment, answer)
    yield found(locks, answer, existing(root / NETWORKS))
    yield found(gpu, answer, request)


def ask(root: Path, request: dict, wait: float, poll: float) -> dict:
    """Submit a job and wait for its answer; in any case, cancel the job and remove its files."""
    (root / FOLDER).mkdir(parents=True, exist_ok=True)
    token = f"lowrank-doctor-{secrets.token_hex(8)}"
    with (
        tempfile.TemporaryDirectory(dir=root / FOLDER, ignore_cleanup_errors=True) as folder,
        tempfile.NamedTemporaryFile(dir=existing(root / NETWORKS)) as file,
        locked(["0"], file.name),
    ):
        try:
            submit(root, Path(folder), file.name, request, token)
            return waited(Path(folder), request, token, wait, poll)
        finally:
            slurm("scancel", "--name", token)


def submit(root: Path, folder: Path, locked: str, request: dict, token: str) -> None:
    """Submit the job to SLURM as the plugin does, with the token as its name."""
    (folder / "token").write_text(token)
    (folder / "answer").touch()  # network file systems may cache for long that a file is missing
    job = [sys.executable, "-P", probe.__file__, "job", str(folder), locked]
    submission = ["--job-name", token, "--output", str(folder / "log"), "--export=ALL", "-D", str(root)]
    command = ["sbatch", "--parsable", *submission, *options(request), "--wrap", shlex.join(job)]
    process = slurm(*command, environment={probe.VARIABLE: token})
    if process.returncode:
        fix = advice(error_message(process), TRAIN, request) or "ask the cluster's administrators why"
        raise UserError(f"SLURM rejected a job with the resources of {TRAIN} ({error_message(process)}): {fix}")


def waited(folder: Path, request: dict, token: str, wait: float, poll: float) -> dict:
    """Wait for the job's answer; raise UserError if it is late or the job ended without one."""
    end = time.monotonic() + wait
    gone = False
    while not (answer := _answer(folder, token)):
        if gone:
            raise UserError(_gone(folder))
        squeue = slurm("squeue", "-h", "--name", token, "-o", "%T %r")
        gone = squeue.returncode == 0 and not squeue.stdout.strip()
        if time.monotonic() > end and not gone:
            raise UserError(_late(squeue.stdout.strip() or error_message(squeue), request, wait))
        time.sleep(poll)
    return answer


def _answer(folder: Path, token: str) -> dict | None:
    """Return the answer once it is complete and the job has read the token."""
    try:
        answer = json.loads((folder / "answer").read_text())
    except ValueError:
        return None
    return answer if answer["token"] == token else None


def _late(state: str, request: dict, wait: float) -> str:
    longer = f"wait longer with make doctor WAIT={5 * wait:.0f}"
    fix = advice(state, TRAIN, request)
    late = f"a job like {TRAIN} has not responded within {wait:g} s, SLURM says {state}"
    return f"{late}: {fix}, or {longer}" if fix else f"{late}: {longer}"


def _gone(folder: Path) -> str:
    log = folder / "log"
    lines = log.read_text(errors="replace").split("\n") if log.exists() else []
    last = next((line for line in reversed(lines) if line.strip()), "no log was written")
    fix = f"the nodes must see {folder.parent} and {sys.executable}: move the project to a folder that is shared"
    return f"a job like {TRAIN} ended without a response ({last}): {fix}"


def environment(answer: dict) -> str:
    """Check that a variable set here reached the job."""
    if answer["environment"] != answer["token"]:
        advice = "ask the cluster's administrators why sbatch --export=ALL is ignored"
        raise UserError(
            f"the environment does not reach jobs on {answer['host']}, so they could not find the plan: {advice}"
        )
    return "the environment reaches the job"


def locks(answer: dict, folder: Path) -> str:
    """Check that a lock held here is seen as held by the job."""
    host, lock = answer["host"], answer["lock"]
    if lock == "held":
        return f"file locks work between here and {host}"
    wrong = "does not see it locked" if lock == "free" else f"cannot lock it ({lock})"
    fix = "mount it with locks (NFS without nolock, Lustre with -o flock), or make results a link to where locks work"
    raise UserError(
        f"{host} {wrong} when a file in {folder} is locked here, so that two jobs may train one network: {fix}"
    )


def gpu(answer: dict, request: dict) -> str:
    """Check that torch works on the node, with a GPU if the job requests one."""
    host, torch = answer["host"], answer["gpu"]
    if "error" in torch:
        raise UserError(f"torch cannot be used on {host} ({torch['error']}): rm -r .venv, then make .venv/ready there")
    name = f"torch {torch['version']}"
    if torch["device"]:
        return f"{name} sees {torch['device']} on {host}"
    if not (request.get("gpu") or request.get("gpu_model")):
        return f"{name} on {host}; {TRAIN} requests no GPU, so training runs on the CPU"
    if not torch["cuda"]:
        raise UserError(f"{name} is built without CUDA and cannot use the GPU of {host}: install one with CUDA")
    fix = f"run nvidia-smi in a job there, its driver must be one for CUDA {torch['cuda']}"
    raise UserError(f"{name} sees no GPU on {host}, although {TRAIN} requests one: {fix}")
