"""A Storage server that a test may end as it likes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.temporary_stack import Stack
from local.tests.faults.storage_server import Server, started


@pytest.fixture
def server(stack: Stack, tmp_path: Path) -> Iterator[Server]:
    if "storage" in stack.elsewhere:
        pytest.skip("our own storage is off here, and its rows are another server's")
    with started(Server(stack, tmp_path / "files")) as storage_server:
        yield storage_server
        storage_server.restart()
