"""How a script runs: checked against the plan, on one thread, its output in its log, its problem in one sentence."""

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
from lowrank.core.fingerprint import check
from lowrank.core.problems import Problem, Stopped

UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS)


@contextlib.contextmanager
def job(snakemake) -> Iterator[dict]:
    """The settings of a job, while all that it prints goes into its log; exit status 1 if it has a problem.

    One thread, whatever the machine: the last bits of a singular value depend on the number of threads.
    """
    screen, log = os.dup(sys.stderr.fileno()), snakemake.log[0]
    settings = json.loads(snakemake.params.job)
    try:
        _print_into(log)
        check(settings["code"], settings["roots"])
        from threadpoolctl import threadpool_limits  # only now: what is wrong with a package belongs into the log

        with threadpool_limits(1):
            yield settings
    except Problem as problem:
        _fail(screen, f"{problem}")
    except Stopped as stopped:
        sys.exit(f"{stopped}")
    except MemoryError as error:
        _fail(screen, f"there is not enough memory: {error}".rstrip(": "))
    except OSError as error:
        if error.errno not in UNWRITABLE:
            raise
        _fail(screen, f"cannot write {error.filename or log}: {error.strerror}")


def told_to_stop() -> Callable[[], bool]:
    """Whether SIGTERM came: once this was asked, it does not end the job; before, there is nothing to save."""
    told = []

    def stopping() -> bool:
        signal.signal(signal.SIGTERM, lambda *_: told.append(True))
        return bool(told)

    return stopping


def _fail(screen: int, sentence: str) -> None:
    """Say what is wrong, on the screen first: a disk that is full may not take it into the log."""
    os.write(screen, f"{sentence}\n".encode())
    with contextlib.suppress(OSError):
        print(sentence)
    sys.exit(1)


def _print_into(log: str) -> None:
    """Let all that is printed, by whatever library, go into the file, line by line, after what others may add.

    The first line tells the machine; on a full disk there is none.
    """
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    open(log, "w").close()
    sys.excepthook = sys.__excepthook__  # tracebacks are printed, and all that is printed is in the log
    with open(log, "a") as file:
        with contextlib.suppress(OSError):
            os.write(file.fileno(), f"machine: {hardware.described()}\n".encode())
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
            stream.reconfigure(line_buffering=True)


def _tell_the_log_too(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback before the log is open, and into the log: a script's imports may fail."""
    sys.__excepthook__(kind, error, trace)
    log = Path(__main__.snakemake.log[0])
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("".join(traceback.format_exception(kind, error, trace)), encoding="utf-8")


if hasattr(__main__, "snakemake"):  # this is a job: the first import of its script
    sys.excepthook = _tell_the_log_too
    surroundings.begin_again(sys.argv)
