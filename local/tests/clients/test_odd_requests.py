"""Requests that no client of ours sends get an answer, which is no fault of the server's."""

import httpx
import pytest

from local.temporary_stack import Stack

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@pytest.mark.parametrize(
    "path",
    [
        "/auth/v1/health",
        "/auth/v1/nothing",
        "/storage/v1/object/list/avatars",
        "/storage/v1/nothing",
        "/realtime/v1/nothing",
        "/functions/v1/hello",
        "/rest/v1/genres",
        "/docs",
        "/status",
        "/",
    ],
)
def test_websocket_where_there_is_none_is_refused(stack: Stack, path: str) -> None:
    headers = {**UPGRADE, "apikey": stack.anon_key}
    assert 200 <= httpx.get(stack.url + path, headers=headers).status_code < 500


@pytest.mark.parametrize("path", ["a" * 300 + ".js", "a/" * 3000, "%ff" * 100, "é" * 150, "a%00b"])
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_path_that_no_file_can_have_is_not_found(stack: Stack, path: str, accept: str) -> None:
    response = httpx.get(f"{stack.url}/{path}", headers={"Accept": accept})
    assert response.status_code in (200, 400, 404)
