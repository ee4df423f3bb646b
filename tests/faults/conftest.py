"""A Storage server that a test may end as it likes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Stack
from tests.faults.storage_server import BUCKET, Server


@pytest.fixture
def server(stack: Stack, tmp_path: Path) -> Iterator[Server]:
    if "storage" in stack.elsewhere:
        pytest.skip("our own storage is off here, and its rows are another server's")
    made = Server(stack, tmp_path / "files")
    made.start()
    made.http.post("/bucket", json={"name": BUCKET}).raise_for_status()
    yield made
    made.restart()
    made.http.post(f"/bucket/{BUCKET}/empty").raise_for_status()
    made.http.delete(f"/bucket/{BUCKET}").raise_for_status()
    made.kill()
    made.http.close()
