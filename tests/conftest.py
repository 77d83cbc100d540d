"""The tiny run of the whole workflow: made once, and copied for every test that changes it.

With pytest-xdist the workers share it: the first one to ask for it makes it, the others wait.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from threadpoolctl import threadpool_limits

import workflow
from once import once

# `make test` hands these down, and the makes that tests start would speak as parts of it.
for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
    os.environ.pop(name, None)


@pytest.fixture(scope="session", autouse=True)
def one_thread_of_blas() -> Iterator[None]:
    """As in every job; and workers that share the cores would else wait for each other's threads."""
    with threadpool_limits(1, user_api="blas"):
        yield


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Path:
    """The tiny run, complete; not to be changed."""

    def make(folder: Path) -> None:
        workflow.copy_sources(folder)
        workflow.run(folder)

    return once(tmp_path_factory, "finished", make)


@pytest.fixture(scope="session")
def finished_small(tmp_path_factory, finished) -> Path:
    """The same for one network alone, romo/g0.9/seed0, for tests that run jobs; not to be changed."""

    def make(folder: Path) -> None:
        workflow.copy(finished, folder)
        shutil.rmtree(folder / "resources")
        tasks = {"flipflop": None, "mante": None, "linear_z0.5": None}
        workflow.configure(folder, seeds=[0], tasks=tasks, sentiment=None)
        workflow.run(folder)

    return once(tmp_path_factory, "small", make)


@pytest.fixture
def one_thread():
    """One thread for numpy, as in every job; training sets torch's, and a test that does leaves no trace."""
    before = torch.get_num_threads()
    with threadpool_limits(1, user_api="blas"):
        yield
    torch.set_num_threads(before)


@pytest.fixture
def project(finished, tmp_path) -> Path:
    """A copy of the tiny run."""
    return workflow.copy(finished, tmp_path / "project")


@pytest.fixture
def small(finished_small, tmp_path) -> Path:
    """A copy of the run of one network."""
    return workflow.copy(finished_small, tmp_path / "small")
