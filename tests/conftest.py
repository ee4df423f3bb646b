"""One stack of its own for the whole run, beside a developer's and never touching it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local import throwaway
from local.settings import ROOT, Settings, StackError
from local.throwaway import Stack

__all__ = ["Stack"]


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A running stack with an empty catalogue: migrations only. Tests may put functions beside ours."""
    directory = ROOT / ".local-test"
    os.environ["FUNCTIONS_DIR"] = str(copied(Settings.functions, directory / "functions"))
    try:
        with throwaway.running(directory) as running:
            yield running
    except StackError as error:
        pytest.exit(str(error), returncode=1)


def copied(source: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return target


@pytest.fixture
def db(stack: Stack) -> Iterator[psycopg.Connection]:
    """A connection as postgres whose work is rolled back."""
    with psycopg.connect(stack.database_url) as connection:
        yield connection
        connection.rollback()
