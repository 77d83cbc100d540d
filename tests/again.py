"""A plugin of pytest for `make test-again`: every chosen test many times in a row, beside busy loops, counted."""

import os
import signal
import subprocess
import sys
from collections import Counter

import pytest

# ends with the tests, however they end
BUSY = [sys.executable, "-c", "import os\nwhile os.getppid() == int(os.sys.argv[1]): pass", str(os.getpid())]


def pytest_addoption(parser) -> None:
    parser.addoption("--times", type=int, default=1, help="how many times each test runs")
    parser.addoption("--busy", type=int, default=0, help="how many busy loops run beside the tests")


@pytest.fixture
def repetition(request) -> int:
    """Which of the runs of a test this is."""
    return request.param


def pytest_generate_tests(metafunc) -> None:
    metafunc.fixturenames.append("repetition")
    times = metafunc.config.getoption("times")
    metafunc.parametrize("repetition", range(times), indirect=True, ids=[f"again{n}" for n in range(times)])


class Runs:
    """The busy loops, and how often each test passed, failed or was skipped."""

    def __init__(self, config):
        self.config, self.busy, self.loops, self.outcomes = config, config.getoption("busy"), [], {}

    def pytest_sessionstart(self) -> None:
        """Start the loops; ctrl-C ends the runs with their counts, in a shell's background, too, and so does `kill`."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
        self.loops = [subprocess.Popen(BUSY) for _ in range(self.busy)]

    def pytest_runtest_logreport(self, report) -> None:
        if report.failed:
            message = f"\n{report.nodeid}, {report.when}:\n{report.longreprtext}\n"
            self.config.get_terminal_writer().write(message, flush=True)  # not only when all have run
        if report.when == "call" or not report.passed:
            name, _, parameters = report.nodeid.partition("[")
            parameters = [p for p in parameters.rstrip("]").split("-") if not p.startswith("again")]
            name += f"[{'-'.join(parameters)}]" if parameters else ""
            outcome = report.outcome if report.when == "call" else {"failed": "error"}.get(report.outcome, "skipped")
            self.outcomes.setdefault(name, Counter())[outcome] += 1

    def pytest_terminal_summary(self, terminalreporter) -> None:
        terminalreporter.section(f"each test, beside {self.busy} busy loops")
        for name, outcomes in self.outcomes.items():
            counts = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in sorted(outcomes))
            terminalreporter.write_line(f"{counts:>24}   {name}")

    def pytest_unconfigure(self) -> None:
        for loop in self.loops:
            loop.kill()
            loop.wait()


def pytest_configure(config) -> None:
    if not hasattr(config, "workerinput"):  # with pytest-xdist once, not by each of its workers
        config.pluginmanager.register(Runs(config), "runs")
