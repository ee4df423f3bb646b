"""Unit tests start no process: those that do are in tests/tools, tests/workers or local/tests."""

import os
import subprocess
from typing import NoReturn

import pytest


class ProcessError(Exception):
    """A unit test started a process: move it to tests/tools, tests/workers or local/tests."""


def refuse(*_: object, **__: object) -> NoReturn:
    raise ProcessError(ProcessError.__doc__)


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess.Popen, "__init__", refuse)
    for name in ("fork", "posix_spawn", "system"):
        monkeypatch.setattr(os, name, refuse)


@pytest.fixture
def stack() -> NoReturn:
    refuse()
