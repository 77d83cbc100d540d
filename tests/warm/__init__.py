"""Python programs without the seconds that loading packages takes: each is a fork of a process that has loaded them.

What is loaded are packages of others, never the project, of which each test has its own; and none of it has run. All
else is as in a process of its own: folder, words, environment, path, streams, exit status.
"""

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from .server import of_python

HERE = Path(__file__).parent
OF_STARTS = (
    *(f"snakemake.{name}" for name in ("cli", "linting.rules", "profiles", "scheduling", "script", "storage")),
    *("snakemake.executors.dryrun", "snakemake.executors.local", "snakemake.report.html_reporter"),
    *("argparse_dataclass", "difflib", "encodings.utf_8_sig", "graphlib", "mimetypes", "nbformat", "packaging.version"),
    *("platformdirs", "pyarrow.parquet", "pydantic.dataclasses", "requests", "safetensors.numpy", "smart_open", "yte"),
    # Plugins, for which Snakemake looks through all packages; of loggers, tests have their own.
    *(
        f"snakemake_interface_{kind}_plugins.registry:{kind.capitalize()}PluginRegistry"
        for kind in ("executor", "report", "scheduler", "storage")
    ),
)
OF_JOBS = (
    *("torch", "pandas", "pyarrow.parquet", "safetensors.numpy", "snakemake.script", "threadpoolctl"),
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_pdf", "seaborn"),
    *("numpy.polynomial", "pyarrow.pandas_compat"),
)


class Server:
    """A process that has loaded modules, from which programs are forked, any number at a time."""

    def __init__(self, *modules: str):
        self.folder = Path(tempfile.mkdtemp(prefix="warm"))
        self.at = str(self.folder / "socket")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(self.at)
            listening.listen()
            command = [sys.executable, HERE / "server.py", str(listening.fileno()), *modules]
            one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # as Snakemake has its jobs load numpy
            # without PYTHONPATH, which each fork follows for itself
            environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | one_thread
            self.process = subprocess.Popen(
                command, env=environment, pass_fds=[listening.fileno()], stdin=subprocess.PIPE
            )
        atexit.register(self.end)

    def python(self) -> str:
        """A program that is to Snakemake as Python is: a script that it is given runs as a fork, its own starts too."""
        program = self.folder / "python"
        if not program.exists():
            words = f"'{sys.executable}' -S -E '{HERE / 'client.py'}' '{self.at}' '{starts().at}'"
            # Bash, since others drop variables such as `BASH_FUNC_module%%`.
            program.write_text(f'#!/bin/bash\nexec {words} "$@"\n')
            program.chmod(0o755)
        return str(program)

    def end(self) -> None:
        self.process.communicate()  # the end of its input ends it
        shutil.rmtree(self.folder)


@cache
def starts() -> Server:
    """The one for starts of Snakemake, shared by all tests of a worker."""
    return Server(*OF_STARTS)


@cache
def jobs() -> Server:
    """The one for their jobs."""
    return Server(*OF_JOBS)


def snakemake(folder: Path, words: list[str], environment: dict[str, str], timeout: float) -> tuple[int, str]:
    """The exit status of `python -m snakemake`, and all that it and its jobs print; TimeoutExpired."""
    python = sys.executable if {"-n", "--dry-run"} & set(words) else jobs().python()  # without jobs, none is loaded
    order = {"folder": str(folder), "words": words, "environment": environment, "python": python}
    with tempfile.TemporaryFile() as output, socket.socket(socket.AF_UNIX) as server, server.makefile("rw") as line:
        server.connect(starts().at)
        server.settimeout(timeout)
        with open(os.devnull) as nothing:
            socket.send_fds(server, [b"\n"], [nothing.fileno(), output.fileno(), output.fileno()])
        print(json.dumps(order), file=line, flush=True)
        process = int(line.readline())
        try:
            status = int(line.readline())
        except TimeoutError:
            os.kill(process, signal.SIGKILL)
            raise subprocess.TimeoutExpired(words, timeout) from None
        output.seek(0)
        return status, output.read().decode()


def takes(environment: dict[str, str]) -> bool:
    """Whether a fork can have this environment: Python reads its own variables but once, when it begins.

    PYTHONPATH, of these, can be followed later.
    """
    return of_python(os.environ) == of_python(environment)
