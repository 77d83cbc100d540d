"""In Python's place: `client.py SOCKET SCRIPT WORD...` has the script run by the process that listens there."""

import contextlib
import json
import os
import signal
import socket
import sys

at, *words = sys.argv[1:]
if words[:1] == [] or words[0].startswith("-"):
    os.execv(sys.executable, [sys.executable, *words])
with socket.socket(socket.AF_UNIX) as server, server.makefile("rw") as line:
    server.connect(at)
    socket.send_fds(server, [b"\n"], [0, 1, 2])
    order = {"folder": os.getcwd(), "words": words, "environment": dict(os.environ), "script": True}
    print(json.dumps(order), file=line, flush=True)
    process = int(line.readline())
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _: os.kill(process, number))
    status = int(line.readline())
if status < 0:
    with contextlib.suppress(OSError):  # SIGKILL has but one way
        signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
sys.exit(status)
