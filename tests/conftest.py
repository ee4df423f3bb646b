"""One stack of its own for the whole run, beside a developer's and never touching it."""

from collections.abc import Iterator

import psycopg
import pytest

from local import throwaway
from local.settings import ROOT, StackError
from local.throwaway import Stack

__all__ = ["Stack"]


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A running stack with an empty catalogue: migrations only."""
    try:
        with throwaway.running(ROOT / ".local-test") as running:
            yield running
    except StackError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture
def db(stack: Stack) -> Iterator[psycopg.Connection]:
    """A connection as postgres whose work is rolled back."""
    with psycopg.connect(stack.database_url) as connection:
        yield connection
        connection.rollback()
