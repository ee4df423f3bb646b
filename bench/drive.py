"""Run many clients in one light process: each sends its next request after the response to the last.

The clients share the machine with the servers they measure, so they do as little as possible: requests are
prepared as bytes, and of a response only the status is checked.
"""

import json
import selectors
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bench.table import percentile

ROUNDS = 5
OF_ROUNDS = (
    f"The quickest of {ROUNDS} rounds on warmed connections, and the p95 of the middle one: the machine's "
    "pace swings within seconds."
)


@dataclass
class Client:
    connection: socket.socket
    requests: Sequence[bytes]
    milliseconds: list[float] = field(default_factory=list)
    answer: bytearray = field(default_factory=bytearray)
    began: float = 0.0


@dataclass(frozen=True)
class Drive:
    milliseconds: list[list[float]]
    """Times of each client's requests, in order."""
    seconds: float
    own_share: float
    """The client's own CPU time as a share of one core."""

    def times(self, every: int = 1) -> list[float]:
        """Milliseconds of every `every`-th request, for all clients."""
        return [took for mine in self.milliseconds for took in mine[every - 1 :: every]]


class RefusedError(Exception):
    """The status of a response was not 2xx."""


def get(url: str, path: str, api_key: str, token: str) -> bytes:
    head = (
        f"GET {path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\napikey: {api_key}\r\n"
        f"Authorization: Bearer {token}\r\n\r\n"
    )
    return head.encode()


def post(url: str, path: str, api_key: str, token: str, body: object, prefer: str = "") -> bytes:
    text = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {urlsplit(url).netloc}\r\napikey: {api_key}\r\n"
        f"Authorization: Bearer {token}\r\n"
        f"Prefer: {prefer}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


def drive(url: str, requests: Sequence[Sequence[bytes]]) -> Drive:
    """Send each list of requests by a client of its own. Raises RefusedError."""
    address = urlsplit(url)
    with ExitStack() as connections:
        waiting = connections.enter_context(selectors.DefaultSelector())
        clients = []
        for mine in requests:
            connection = socket.create_connection((address.hostname, address.port))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            clients.append(Client(connections.enter_context(connection), mine))
            waiting.register(connection, selectors.EVENT_READ, clients[-1])
        began, began_cpu = time.perf_counter(), time.process_time()
        for client in clients:
            _send(client)
        while waiting.get_map():
            for key, _ in waiting.select():
                if _has_finished(key.data):
                    waiting.unregister(key.fileobj)
        seconds = time.perf_counter() - began
        own = time.process_time() - began_cpu
    return Drive([client.milliseconds for client in clients], seconds, own / seconds)


def rounds(url: str, requests: Sequence[Sequence[bytes]], every: int = 1) -> tuple[Drive, float]:
    """The fastest of ROUNDS rounds by its 95th percentile, and the middle round's; one before warms up."""
    drive(url, requests)
    done = sorted(
        (drive(url, requests) for _ in range(ROUNDS)), key=lambda one: percentile(one.times(every), 0.95)
    )
    return done[0], percentile(done[ROUNDS // 2].times(every), 0.95)


def _has_finished(client: Client) -> bool:
    """Read available bytes; after a whole response send the next request. True after the last response."""
    client.answer += client.connection.recv(1 << 18)
    if not _whole(client.answer):
        return False
    client.milliseconds.append((time.perf_counter() - client.began) * 1000)
    if client.answer[9:10] != b"2":
        raise RefusedError(client.answer.decode())
    if len(client.milliseconds) == len(client.requests):
        return True
    _send(client)
    return False


def _send(client: Client) -> None:
    client.answer = bytearray()
    client.began = time.perf_counter()
    client.connection.sendall(client.requests[len(client.milliseconds)])


def _whole(answer: bytearray) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    fields = bytes(answer[:head]).lower()
    place = fields.find(b"content-length:")
    if place < 0:
        return answer.endswith(b"\r\n0\r\n\r\n") or b"204" in fields[:15]
    length = int(fields[place + 15 :].split(b"\r\n", 1)[0])
    return len(answer) >= head + 4 + length
