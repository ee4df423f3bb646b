"""Resumable uploads by tus-js-client, which sends the length when its stream has ended."""

import subprocess

import pytest

from local.tests.clients.storage.conftest import PRIVATE, User, ann, buckets, url, user
from tests.clients.drivers.javascript import FOLDER
from tests.conftest import Stack
from tools import node

__all__ = ["ann", "buckets", "url", "user"]


@pytest.mark.parametrize("size", [1, 999, 3001])
def test_tus_js_client_uploads_a_stream(ann: User, stack: Stack, size: int) -> None:
    content = bytes(range(256)) * 12
    token = ann.bearer["authorization"].removeprefix("Bearer ")
    node.install(FOLDER, "supabase-js")
    words = (stack.url, token, PRIVATE, ann.path("stream"))
    done = subprocess.run(
        [node.NODE, FOLDER / "stream.mjs", *words], cwd=FOLDER, input=content[:size], capture_output=True
    )
    assert (done.stdout, done.returncode) == (b"done\n", 0), done.stderr.decode()
    assert ann.storage.from_(PRIVATE).download(ann.path("stream")) == content[:size]
