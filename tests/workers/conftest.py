"""A catalogue for a test, and the workers as processes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from local.settings import ROOT
from tests.conftest import Stack
from tests.workers.catalogue import Catalogue, catalogue

Start = Callable[..., subprocess.Popen[str]]


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for the process; returns its output, after asserting that it succeeded silently."""
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    return out


@pytest.fixture
def films(stack: Stack) -> Iterator[Catalogue]:
    with catalogue(stack.database_url) as created:
        yield created


@pytest.fixture
def start(stack: Stack) -> Iterator[Start]:
    """Starts `python -m workers …` with the stack's environment and the given changes."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str, **changes: str) -> subprocess.Popen[str]:
        environment = {**os.environ, **stack.environment, "SEARCH_URL": stack.part_url("search"), **changes}
        process = subprocess.Popen(
            [sys.executable, "-m", "workers", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
