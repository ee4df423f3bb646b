"""The gateway serves HTTP/1.1 only: 250 requests on one HTTP/2 connection would exceed its limits."""

import socket
from contextlib import suppress

import pytest

from tests.conftest import Stack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
UPGRADE = (
    b"Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
    b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
)


def response(stack: Stack, request: bytes) -> bytes:
    received = b""
    with socket.create_connection(("127.0.0.1", stack.settings.port), timeout=60) as connection:
        with suppress(ConnectionError):
            connection.sendall(request)
            while piece := connection.recv(65536):
                received += piece
    return received


def test_gateway_does_not_serve_http_2(stack: Stack) -> None:
    received = response(stack, PREFACE)
    assert received == b"" or received.startswith((b"HTTP/1.1 4", b"HTTP/1.1 505"))


@pytest.mark.parametrize(
    "path", ["/rest/v1/", "/auth/v1/health", "/storage/v1/status", "/functions/v1/hello", "/"]
)
def test_gateway_does_not_upgrade_to_http_2(stack: Stack, path: str) -> None:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n".encode()
    received = response(stack, head + UPGRADE + b"\r\n")
    assert received.startswith(b"HTTP/1.1 ")
    assert not received.startswith(b"HTTP/1.1 101")
