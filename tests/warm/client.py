"""In Python's place: `client.py SOCKET STARTS SCRIPT WORD...` has the script run by the process that listens there.

`client.py STARTS snakemake WORD...` has a start of Snakemake run by that of starts.
"""

import contextlib
import json
import os
import signal
import socket
import sys

at, starts, *words = sys.argv[1:]
order = {"folder": os.getcwd(), "words": words, "environment": dict(os.environ)}
if starts == "snakemake":
    order["python"] = sys.executable
elif words[:1] == [] or words[0].startswith("-"):
    os.execv(sys.executable, [sys.executable, *words])
else:
    order |= {"script": True, "starts": starts}
with socket.socket(socket.AF_UNIX) as server, server.makefile("rw") as line:
    server.connect(at)
    socket.send_fds(server, [b"\n"], [0, 1, 2])
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
