"""Clients at other network addresses of this machine: to the gateway each is a caller of its own."""

import itertools
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx

from local.temporary_stack import Stack

_numbers = itertools.count(2)


def some_address() -> str:
    """One that no other test uses in this run."""
    number = next(_numbers)
    return f"127.7.{number // 250}.{number % 250 + 1}"


def client(stack: Stack, address: str, token: str = "") -> httpx.Client:
    """By default with the anon key."""
    token = token or stack.anon_key
    transport = httpx.HTTPTransport(local_address=address)
    key = {"apikey": token, "Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=stack.url, headers=key, transport=transport, timeout=60)


def line(stack: Stack, address: str) -> socket.socket:
    return socket.create_connection(
        ("127.0.0.1", stack.settings.port), timeout=60, source_address=(address, 0)
    )


@contextmanager
def lines(stack: Stack, address: str, count: int, first: bytes = b"") -> Iterator[list[socket.socket]]:
    """`count` connections at once, each of which has sent `first`."""
    with ExitStack() as opened:
        started = []
        for _ in range(count):
            one = opened.enter_context(line(stack, address))
            with suppress(OSError):
                one.sendall(first)
            started.append(one)
        yield started


def head(stack: Stack, method: str, path: str, length: int, **headers: str) -> bytes:
    """The beginning of a request whose body is yet to come."""
    environment = {
        "Host": "127.0.0.1",
        "apikey": stack.anon_key,
        "Authorization": f"Bearer {stack.anon_key}",
        "Content-Type": "application/json",
        "Content-Length": str(length),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    fields = "".join(f"{name}: {value}\r\n" for name, value in environment.items())
    return f"{method} {path} HTTP/1.1\r\n{fields}\r\n".encode()


def first_bytes(one: socket.socket, seconds: float = 60) -> bytes:
    """What came until the server closed or said all of one answer's head; empty if nothing came in time."""
    one.settimeout(seconds)
    with suppress(OSError):
        return one.recv(65536)
    return b""
