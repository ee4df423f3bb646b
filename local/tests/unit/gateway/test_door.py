"""The door: limits of connections, the client's address, and complete responses."""

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import pytest

from local.gateway import service as gateway
from local.settings import Settings
from local.tests.echo import echo
from local.tests.unit.gateway.conftest import ANON, KEYS, serving, settings_of
from local.tests.waiting import until

MOST = 5


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A gateway for five connections of an address and eight in all."""
    at = replace(settings_of(tmp_path_factory.mktemp("narrow")), connections_each=MOST, connections=MOST + 3)
    with echo("platform") as platform:
        with serving(at, dict.fromkeys(("platform", "rest", "rest_admin"), platform), ()) as client:
            client.close()
            yield at


def line(at: Settings, address: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", at.port), timeout=60, source_address=(address, 0))


def get(one: socket.socket, path: str = "/auth/v1/user") -> tuple[int, dict[str, str]]:
    one.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\napikey: {ANON}\r\nConnection: close\r\n\r\n".encode())
    response = b"".join(iter(lambda: one.recv(65536), b""))
    return int(response.split()[1]), json.loads(response.partition(b"\r\n\r\n")[2])


@contextmanager
def open_connections(at: Settings, address: str, count: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as opened:
        yield [opened.enter_context(line(at, address)) for _ in range(count)]


def test_a_part_learns_which_address_a_connection_comes_from(narrow: Settings) -> None:
    for address in ("127.0.0.1", "127.0.0.9", "127.9.8.7"):
        with line(narrow, address) as one:
            status, body = get(one)
        assert (status, body["X-Forwarded-For"]) == (200, address)


def test_an_address_has_its_connections_and_another_has_its_own(narrow: Settings) -> None:
    with open_connections(narrow, "127.0.1.1", MOST) as opened:
        for _ in range(3):
            with line(narrow, "127.0.1.1") as one:
                assert get(one)[0] == 429
        with line(narrow, "127.0.1.2") as other:
            assert get(other)[0] == 200
        assert get(opened[0])[0] == 200
    until(lambda: status_of(narrow, "127.0.1.1") == 200)


def status_of(at: Settings, address: str) -> int:
    with line(at, address) as one:
        return get(one)[0]


def test_connections_of_all_addresses_are_limited(narrow: Settings) -> None:
    with open_connections(narrow, "127.0.2.1", 4), open_connections(narrow, "127.0.2.2", 4):
        until(lambda: status_of(narrow, "127.0.2.3") == 429)
    until(lambda: status_of(narrow, "127.0.2.3") == 200)


def test_the_refusal_says_why(narrow: Settings) -> None:
    with open_connections(narrow, "127.0.3.1", MOST), line(narrow, "127.0.3.1") as one:
        response = b"".join(iter(lambda: one.recv(4096), b""))
    head, _, body = response.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 429 ") and b"Retry-After" in head
    assert json.loads(body)["code"] == "too_many_connections"


def test_behind_a_proxy_all_have_the_proxy_s_address(tmp_path_factory: pytest.TempPathFactory) -> None:
    at = settings_of(tmp_path_factory.mktemp("proxied"))
    at = replace(at, connections_each=2, connections=20, behind_proxy=True)
    with echo("platform") as platform:
        with serving(at, dict.fromkeys(("platform", "rest", "rest_admin"), platform), ()):
            with open_connections(at, "127.0.0.1", 10), line(at, "127.0.0.1") as one:
                assert get(one)[0] == 200


@contextmanager
def large(size: int) -> Iterator[str]:
    """A part that answers with so many bytes, and reads as many."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                received = b""
                while b"\r\n\r\n" not in received:
                    received += connection.recv(65536)
                left = size - len(received.partition(b"\r\n\r\n")[2])
                while left > 0:
                    left -= len(connection.recv(1 << 20))
                connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
                for _ in range(size >> 20):
                    connection.sendall(b"x" * (1 << 20))

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_large_bodies_go_both_ways_without_being_kept(tmp_path_factory: pytest.TempPathFactory) -> None:
    at, size = settings_of(tmp_path_factory.mktemp("large")), 64 << 20
    with large(size) as storage:
        addresses = dict.fromkeys(("platform", "rest", "rest_admin"), storage)
        with serving(at, addresses, ()) as client:
            pieces = (b"y" * (1 << 20) for _ in range(size >> 20))
            head = {"apikey": ANON, "content-length": str(size)}
            with client.stream("POST", "/storage/v1/object/a/b", content=pieces, headers=head) as response:
                door = next(
                    one for one in psutil.Process().children() if "local.gateway.door" in one.cmdline()
                )
                assert sum(len(piece) for piece in response.iter_raw()) == size
                assert door.memory_info().rss < 100 << 20


def test_the_door_ends_with_caddy_and_caddy_with_the_door(tmp_path: Path) -> None:
    at = settings_of(tmp_path)
    addresses = dict.fromkeys(("platform", "rest", "rest_admin"), "http://127.0.0.1:1")
    for name, signal in (("door", "terminate"), ("caddy", "kill")):
        command = gateway.command(at, addresses)
        process = subprocess.Popen(command, env=gateway.environment(at, KEYS), stderr=subprocess.DEVNULL)
        door = psutil.Process(process.pid)
        until(lambda door=door: door.children() and _answers(at))  # type: ignore[misc]
        (caddy,) = door.children()
        getattr(door if name == "door" else caddy, signal)()
        process.wait(60)
        until(lambda caddy=caddy: not caddy.is_running())  # type: ignore[misc]


def _answers(at: Settings) -> bool:
    try:
        return httpx.get(f"{at.url}/nowhere").status_code == 404
    except httpx.HTTPError:
        return False
