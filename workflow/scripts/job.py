"""Run a script as a job: code checked against the plan, products on one thread, output in the log, clear errors."""

import contextlib
import errno
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import __main__
import surroundings
from lowrank.core import hardware
from lowrank.core.errors import Stopped, UserError
from lowrank.core.fingerprint import check

UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)


@contextlib.contextmanager
def job(snakemake) -> Iterator[dict]:
    """Yield a job's settings, sending its output to the log; exit with status 1 on a UserError.

    Products use one thread on every machine: the last bits of a singular value depend on the number of threads.
    """
    screen, log = os.dup(sys.stderr.fileno()), snakemake.log[0]
    settings = json.loads(snakemake.params.job)
    try:
        _print_into(log, snakemake.threads)
        check(settings["code"], settings["roots"])
        from threadpoolctl import threadpool_limits  # imported late, so that errors in a package go into the log

        with threadpool_limits(1):
            yield settings
    except UserError as error:
        _fail(screen, f"{error}")
    except Stopped as stopped:
        sys.exit(f"{stopped}")
    except MemoryError as error:
        _fail(screen, f"not enough memory: {error}".rstrip(": "))
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        _fail(screen, f"cannot write {error.filename or log}: {error.strerror}")


def told_to_stop() -> Callable[[], bool]:
    """Return a function that tells whether SIGTERM arrived; its first call stops SIGTERM from ending the job.

    Before the first call there is nothing to save.
    """
    signalled = []

    def stopping() -> bool:
        signal.signal(signal.SIGTERM, lambda *_: signalled.append(True))
        return bool(signalled)

    return stopping


def _fail(screen: int, sentence: str) -> None:
    """Print an error, to the screen first, since a full disk may not accept it in the log."""
    os.write(screen, f"{sentence}\n".encode())
    with contextlib.suppress(OSError):
        print(sentence)
    sys.exit(1)


def _print_into(log: str, cores: int) -> None:
    """Redirect all output, of any library, to the log, line by line, appending to what others write.

    The first lines name the machine and how many of its cores the job has; on a full disk they are missing.
    """
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    open(log, "w").close()
    sys.excepthook = sys.__excepthook__  # print tracebacks as usual: output goes to the log
    with open(log, "a") as file:
        with contextlib.suppress(OSError):
            os.write(file.fileno(), f"machine: {hardware.described()}\ncores: {cores}\n".encode())
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
            stream.reconfigure(line_buffering=True)


def _tell_the_log_too(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback raised before the log is open, such as by a script's imports, and write it to the log."""
    sys.__excepthook__(kind, error, trace)
    log = Path(__main__.snakemake.log[0])
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("".join(traceback.format_exception(kind, error, trace)), encoding="utf-8")


if hasattr(__main__, "snakemake"):  # this is a job, and `job` the first import of its script
    sys.excepthook = _tell_the_log_too
    surroundings.begin_again(sys.argv)
