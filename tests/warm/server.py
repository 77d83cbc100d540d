"""The process that has loaded modules: `server.py SOCKET MODULE...`; for each connection it forks a program.

`MODULE:NAME` is a module of which something is to be called, which keeps what it finds.

With it come the three streams, and a line of JSON: the folder, the environment, the words. The first of these is a
script if `script` is true, and Snakemakes that it starts are forked of the process whose socket is `starts`; else they
are those of `python -m snakemake`, for which `python` is where Python is. Back go the number of the process and its
exit status.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import socket
import subprocess
import sys
from pathlib import Path

CLIENT = Path(__file__).with_name("client.py")


def forked(listening: socket.socket) -> dict:
    """Fork for each connection, until the input ends as whoever started this does; in the fork, what it is to do."""
    while True:
        ready, _, _ = select.select([listening, sys.stdin], [], [])
        if sys.stdin in ready:
            os._exit(0)
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            return followed(connection)
        connection.close()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def followed(connection: socket.socket) -> dict:
    """Fork once more, and tell the program's number and how it ended; in the program, what it is to do."""
    _, streams, *_ = socket.recv_fds(connection, 1, 3)
    line = connection.makefile("rw")
    order = json.loads(line.readline())
    child = os.fork()
    if child:
        for stream in (0, 1, 2, *streams):  # whoever reads what the program prints waits until nobody holds them
            os.close(stream)
        print(child, file=line, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=line, flush=True)
        os._exit(0)
    line.close()
    connection.close()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    return order


def become(order: dict) -> None:
    """Do what Python does before it runs a program, and run it."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.path[:0] = filter(None, order["environment"].get("PYTHONPATH", "").split(os.pathsep))
    if order.get("script"):
        fork_starts(order["starts"])
        script, *sys.argv[1:] = order["words"]
        sys.path.insert(0, str(Path(script).resolve().parent))
        sys.argv[0] = script
        runpy.run_path(script, run_name="__main__")
    else:
        sys.path.insert(0, order["folder"])
        sys.argv[1:] = order["words"]
        sys.executable = order["python"]
        sys.modules["snakemake.workflow"].Workflow._rundir = os.getcwd()  # all that it reads when it is loaded
        runpy.run_module("snakemake", run_name="__main__", alter_sys=True)


def fork_starts(at: str) -> None:
    """Have `python -m snakemake`, wherever this program starts it, run by the process of starts.

    As in `warm.takes`, not with other variables of Python's, which it reads but once.
    """
    begin, own = subprocess.Popen.__init__, of_python(os.environ)

    def forked(process: subprocess.Popen, command: list[str], *rest, **options) -> None:
        if command[:3] == [sys.executable, "-m", "snakemake"] and of_python(options.get("env") or os.environ) == own:
            command = [sys.executable, "-S", "-E", CLIENT, at, *command[2:]]
        begin(process, command, *rest, **options)

    subprocess.Popen.__init__ = forked


def of_python(environment: dict[str, str]) -> dict[str, str]:
    """Its own variables, but for PYTHONPATH, which a fork follows."""
    return {name: value for name, value in environment.items() if name.startswith("PYTHON") and name != "PYTHONPATH"}


def end() -> None:
    """The last that Python does at the end, but for clearing up what was loaded, which takes long in a fork."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(STATUS[0])


STATUS = [0]

if __name__ == "__main__":
    del sys.path[0]  # the folder of this file
    atexit.register(end)  # before others, and so called after them
    for words in sys.argv[2:]:
        name, _, once = words.partition(":")
        module = importlib.import_module(name)
        if once:
            getattr(module, once)()
    gc.freeze()
    order = forked(socket.socket(fileno=int(sys.argv[1])))
    try:
        become(order)
    except SystemExit as ended:
        STATUS[0] = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        raise
    except BaseException:
        STATUS[0] = 1
        raise
