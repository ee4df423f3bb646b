"""Requests that no client of ours sends get an answer, which is no fault of the server's."""

import socket
from urllib.parse import urlsplit

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


@pytest.mark.parametrize(
    "chunks",
    [
        b"5;" + b"a" * 6000 + b"\r\nhello\r\n0\r\n\r\n",
        b"f" * 20 + b"\r\nhello\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhelloXX0\r\n\r\n",
        b"5\r\nhello\r\n0\r\nno trailer\r\n\r\n",
    ],
    ids=["long extension", "large size", "sign", "no line end", "trailer"],
)
@pytest.mark.parametrize("path", ["/auth/v1/signup", "/storage/v1/object/list/avatars", "/rest/v1/genres"])
def test_body_that_is_not_in_valid_chunks_is_refused(stack: Stack, path: str, chunks: bytes) -> None:
    url = urlsplit(stack.url)
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: {url.netloc}",
        f"apikey: {stack.anon_key}",
        "Content-Type: application/json",
        "Transfer-Encoding: chunked",
        "Connection: close",
    )
    with socket.create_connection((url.hostname or "", url.port or 80), timeout=60) as client:
        client.sendall("\r\n".join([*lines, "", ""]).encode() + chunks)
        assert client.recv(65536).startswith(b"HTTP/1.1 400 Bad Request\r\n")


@pytest.mark.parametrize("path", ["a" * 300 + ".js", "a/" * 3000, "%ff" * 100, "é" * 150, "a%00b"])
@pytest.mark.parametrize("accept", ["text/html", "*/*"])
def test_path_that_no_file_can_have_is_not_found(stack: Stack, path: str, accept: str) -> None:
    response = httpx.get(f"{stack.url}/{path}", headers={"Accept": accept})
    assert response.status_code in (200, 400, 404)
