"""The process that has loaded modules: `server.py SOCKET MODULE...`; for each connection it forks a program.

`MODULE:NAME` is a module in which a function is to be called, and which keeps what that finds.

With a connection come the three streams, and a line of JSON: the folder, the environment, the words. The first of these
is a script if `script` is true, and Snakemakes that it starts are forked from the process whose socket is `starts`;
else they are those of `python -m snakemake`, for which `python` is where Python is. Back go the number of the process
and its exit status.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import weakref
from pathlib import Path

CLIENT = Path(__file__).with_name("client.py")


def forked(listening: socket.socket) -> dict:
    """Fork a program for each connection, and tell its number and how it ended; in the fork, return what it is to do.

    This ends when its input does, which it does when whoever started it ends.
    """
    ended, ends = socket.socketpair()
    for end in (ended, ends):
        end.setblocking(False)
    signal.set_wakeup_fd(ends.fileno())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    asking = {}  # for each program that runs, who is to be told of its end
    while True:
        ready, _, _ = select.select([listening, ended, sys.stdin], [], [])
        if sys.stdin in ready:
            os._exit(0)
        if ended in ready:
            ended.recv(1024)
            tell_ends(asking)
        if listening in ready and (asked := received(listening)):
            connection, streams, line = asked
            child = os.fork()
            if child == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for other in (listening, ended, ends, connection, *asking.values()):
                    other.close()
                for number, stream in enumerate(streams):
                    os.dup2(stream, number)
                    os.close(stream)
                return json.loads(line)
            asking[child] = connection
            tell(connection, child)
            for stream in streams:  # whoever reads what the program prints waits until nobody holds them
                os.close(stream)


def received(listening: socket.socket) -> tuple[socket.socket, list[int], str] | None:
    """A connection, its streams and its line; None if whoever asked is gone, or stands still while all others wait."""
    connection, _ = listening.accept()
    connection.settimeout(60)
    streams = []
    with contextlib.suppress(OSError), connection.makefile() as lines:
        _, streams, *_ = socket.recv_fds(connection, 1, 3)
        if (line := lines.readline()).endswith("\n"):
            return connection, streams, line
    connection.close()
    for stream in streams:
        os.close(stream)


def tell_ends(asking: dict[int, socket.socket]) -> None:
    """Tell how each program that has ended did so."""
    for child in list(asking):
        number, status = os.waitpid(child, os.WNOHANG)
        if number:
            with asking.pop(child) as connection:
                tell(connection, os.waitstatus_to_exitcode(status))


def tell(connection: socket.socket, number: int) -> None:
    with contextlib.suppress(ConnectionError):  # whoever asked may be gone
        connection.sendall(f"{number}\n".encode())


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

    def forked(process: subprocess.Popen, args, *rest, **options) -> None:
        snakemake = isinstance(args, list) and args[:3] == [sys.executable, "-m", "snakemake"]
        if snakemake and of_python(options.get("env") or os.environ) == own:
            args = [sys.executable, "-S", "-E", CLIENT, at, *args[2:]]
        begin(process, args, *rest, **options)

    subprocess.Popen.__init__ = forked


def of_python(environment: dict[str, str]) -> dict[str, str]:
    """Its own variables, but for PYTHONPATH, which a fork follows."""
    return {name: value for name, value in environment.items() if name.startswith("PYTHON") and name != "PYTHONPATH"}


def end() -> None:
    """The last that Python does, but for clearing up what is loaded or still open, which takes long in a fork."""
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
    for finalizer in list(weakref.finalize._registry):  # PyTorch's take 30 ms in every fork
        finalizer.atexit = False
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
