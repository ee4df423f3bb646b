"""A catalogue to work on, and the workers as processes."""

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
    """What it said; that it ended well."""
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    return out


@pytest.fixture
def films(stack: Stack) -> Iterator[Catalogue]:
    with catalogue(stack.database_url) as made:
        yield made


@pytest.fixture
def start(stack: Stack) -> Iterator[Start]:
    """Starts `python -m workers …` with the stack's environment, changed as asked."""
    started: list[subprocess.Popen[str]] = []

    def run(*words: str, **changed: str) -> subprocess.Popen[str]:
        own = {**os.environ, **stack.environment, "SEARCH_URL": stack.part_url("search"), **changed}
        process = subprocess.Popen(
            [sys.executable, "-m", "workers", *words],
            cwd=ROOT,
            env=own,
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
