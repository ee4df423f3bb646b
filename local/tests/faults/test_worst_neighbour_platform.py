"""One stranger takes all that its limits allow of each thing that can be held: another client is served.

The stranger has a network address of its own. A short round each; `make soak` goes on for a minute.
"""

import json
import os
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress

import httpx
import psutil
import psycopg
import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from local import services
from local.bounds import BODIES
from local.functions.app import CALLS
from local.temporary_stack import Stack
from local.tests.faults import strangers
from local.tests.faults.strangers import client, first_bytes, head, lines, some_address
from local.tests.waiting import until

pytestmark = pytest.mark.own("auth", "storage", "realtime")

SOAK = bool(os.environ.get("SOAK_ROUNDS"))
SECONDS = 60.0 if SOAK else 3.0
WITHIN = 1.0 if SOAK else 8.0
"""Seconds that the middle one of a neighbour's requests may take; where it takes as long without a stranger,
three times that. In a short round they only must not wait for the stranger's end."""
PASSWORD = "correct horse battery"
BUCKET = "neighbours"

VALUES = "[" + "[]," * 330_000 + "[]]"
"""990 KB of JSON."""
Attack = Callable[[Stack, str], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def neighbour(stack: Stack) -> Iterator["Neighbour"]:
    with client(stack, "127.0.0.1") as http:
        new_neighbour = Neighbour(stack, http)
        new_neighbour.act_all()
        yield new_neighbour
        new_neighbour.clean()


class Neighbour:
    """Signs in, stores, calls and reads, one after the other."""

    def __init__(self, stack: Stack, http: httpx.Client) -> None:
        self.stack, self.http = stack, http
        self.email = f"{uuid.uuid4()}@example.com"
        self.service = {"apikey": stack.service_role_key, "Authorization": f"Bearer {stack.service_role_key}"}
        bucket = {"name": BUCKET, "public": True}
        http.post("/storage/v1/bucket", json=bucket, headers=self.service).raise_for_status()
        created = http.post("/auth/v1/signup", json={"email": self.email, "password": PASSWORD})
        self.token = {"Authorization": f"Bearer {created.raise_for_status().json()['access_token']}"}

    def sign_in(self) -> None:
        body = {"email": self.email, "password": PASSWORD}
        self.http.post("/auth/v1/token?grant_type=password", json=body).raise_for_status()

    def upload(self) -> None:
        headers = {**self.service, "x-upsert": "true", "content-type": "text/plain"}
        path = f"/storage/v1/object/{BUCKET}/a+b.txt"
        self.http.post(path, content=b"x" * 1000, headers=headers).raise_for_status()
        assert self.http.get(path.replace("/object/", "/object/public/", 1)).content == b"x" * 1000

    def call(self) -> None:
        response = self.http.post("/functions/v1/hello", json={"name": "+ & 🎬"})
        assert response.raise_for_status().json() == {"message": "Hello + & 🎬!"}

    def read(self) -> None:
        self.http.get("/rest/v1/genres?limit=1", headers=self.token).raise_for_status()

    def who(self) -> None:
        self.http.get("/auth/v1/user", headers=self.token).raise_for_status()

    def act_all(self) -> dict[str, float]:
        took = {}
        for act in (self.sign_in, self.upload, self.call, self.read, self.who):
            start = time.monotonic()
            act()
            took[act.__name__] = time.monotonic() - start
        return took

    def act_for(self, seconds: float) -> dict[str, float]:
        """The middle of how long each took."""
        rounds, end = [self.act_all()], time.monotonic() + seconds
        while time.monotonic() < end or len(rounds) < 3:
            rounds.append(self.act_all())
        return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}

    def clean(self) -> None:
        for path in (f"/storage/v1/bucket/{BUCKET}/empty", f"/storage/v1/bucket/{BUCKET}"):
            self.http.request("POST" if path.endswith("empty") else "DELETE", path, headers=self.service)


@contextmanager
def repeating(act: Callable[[], None], threads: int) -> Iterator[None]:
    """So many at it all the time; what is refused is only tried again."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.is_set():
            with suppress(httpx.HTTPError, OSError, WebSocketException):
                act()

    running = [threading.Thread(target=go_on, daemon=True) for _ in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in running:
            thread.join(60)


@contextmanager
def idle_sockets(stack: Stack, address: str) -> Iterator[None]:
    with lines(stack, address, stack.settings.connections_each + 100):
        yield


@contextmanager
def slow_bodies(stack: Stack, address: str, method: str, path: str, count: int = 210) -> Iterator[None]:
    with lines(stack, address, count, head(stack, method, path, 1000) + b"{") as opened:

        def drip() -> None:
            for one in opened:
                with suppress(OSError):
                    one.sendall(b" ")
            time.sleep(0.2)

        with repeating(drip, 1):
            yield


def slow_calls(stack: Stack, address: str) -> AbstractContextManager[None]:
    return slow_bodies(stack, address, "POST", "/functions/v1/hello")


def slow_sign_ins(stack: Stack, address: str) -> AbstractContextManager[None]:
    return slow_bodies(stack, address, "POST", "/auth/v1/token?grant_type=password")


def slow_uploads(stack: Stack, address: str) -> AbstractContextManager[None]:
    return slow_bodies(stack, address, "POST", f"/storage/v1/object/{BUCKET}/{uuid.uuid4()}")


@contextmanager
def guesses(stack: Stack, address: str) -> Iterator[None]:
    with client(stack, address) as http:

        def guess() -> None:
            body = {"email": f"{uuid.uuid4()}@example.com", "password": "x" * 60}
            http.post("/auth/v1/token?grant_type=password", json=body)

        with repeating(guess, 24):
            yield


@contextmanager
def pages(stack: Stack, address: str) -> Iterator[None]:
    with client(stack, address) as http, repeating(lambda: _closed(http.get("/")), 8):
        yield


@contextmanager
def listings(stack: Stack, address: str) -> Iterator[None]:
    """Each takes a connection to the database for as long as it lasts."""
    with client(stack, address, stack.service_role_key) as http:
        body = {"prefix": "", "limit": 1000}
        with repeating(lambda: _closed(http.post(f"/storage/v1/object/list/{BUCKET}", json=body)), 16):
            yield


@contextmanager
def large_calls(stack: Stack, address: str) -> Iterator[None]:
    body = json.dumps({"name": [[]] * 2_000_000}).encode()
    with client(stack, address) as http:
        with repeating(lambda: _closed(http.post("/functions/v1/hello", content=body)), 4):
            yield


@contextmanager
def chatter(stack: Stack, address: str) -> Iterator[None]:
    """Sockets that join one topic, are present with much, and send large messages to each other."""
    with ExitStack() as opened:
        sockets = [socket for _ in range(20) if (socket := _reach(stack, address))]
        for number, socket in enumerate(sockets):
            opened.callback(socket.close)
            _send(socket, "phx_join", {"config": {"presence": {"enabled": True, "key": str(number)}}})
        large = {"type": "broadcast", "event": "x", "payload": "x" * 100_000}

        def talk() -> None:
            present = {"event": "track", "payload": {"x": "x" * 50_000, "t": time.time()}}
            for socket in sockets:
                _send(socket, "broadcast", large)
                _send(socket, "presence", present)
            time.sleep(0.05)

        with repeating(talk, 1):
            yield


@contextmanager
def values_in_messages(stack: Stack, address: str) -> Iterator[None]:
    """Messages of the largest size that hold as many values as they can; who is closed connects again."""
    text = f'{{"topic": "phoenix", "event": "heartbeat", "ref": "1", "payload": {{"a": {VALUES}}}}}'

    def talk() -> None:
        if socket := _reach(stack, address):
            with closing(socket):
                for _ in range(20):
                    socket.send(text)

    with repeating(talk, 20):
        yield


@contextmanager
def values_in_bodies(stack: Stack, address: str) -> Iterator[None]:
    bodies = {
        "/auth/v1/signup": '{"data": {"a": %s}}',
        "/storage/v1/object/list/avatars": '{"prefix": "", "x": %s}',
        "/realtime/v1/api/broadcast": '{"messages": %s}',
    }
    with client(stack, address) as http:

        def post() -> None:
            for path, body in bodies.items():
                _closed(http.post(path, content=body % VALUES, headers={"content-type": "application/json"}))

        with repeating(post, 8):
            yield


def _reach(stack: Stack, address: str) -> ClientConnection | None:
    url = f"{stack.url.replace('http', 'ws', 1)}/realtime/v1/websocket?apikey={stack.anon_key}"
    with suppress(WebSocketException, OSError):
        line = strangers.line(stack, address)
        return connect(url, sock=line, compression=None, open_timeout=60, close_timeout=0.2)
    return None


def _send(socket: ClientConnection, event: str, payload: object) -> None:
    message = {"topic": "realtime:strangers", "event": event, "payload": payload, "ref": "1"}
    socket.send(json.dumps(message))


def _closed(answer: httpx.Response) -> None:
    answer.close()


ATTACKS: list[Attack] = [
    idle_sockets,
    slow_calls,
    slow_sign_ins,
    slow_uploads,
    guesses,
    pages,
    listings,
    large_calls,
    chatter,
    values_in_messages,
    values_in_bodies,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_neighbour_is_answered_while_a_stranger_does_its_worst(
    stack: Stack, neighbour: Neighbour, attack: Attack
) -> None:
    alone = neighbour.act_for(0)
    with attack(stack, some_address()):
        took = neighbour.act_for(SECONDS)
    slow = {name: (alone[name], took[name]) for name in took if took[name] > max(WITHIN, 3 * alone[name])}
    assert not slow


def test_an_address_has_so_many_connections_and_no_more(stack: Stack) -> None:
    address, most = some_address(), stack.settings.connections_each
    with lines(stack, address, most + 20) as opened:
        refusals = [response for one in opened[most:] if (response := first_bytes(one))]
        assert refusals and all(b"429 Too Many Requests" in response for response in refusals)
        assert all(b"too_many_connections" in response for response in refusals)
        with client(stack, some_address()) as other:
            assert other.get("/auth/v1/health").status_code == 200
    # What was closed can be had again.
    until(lambda: _healthy(stack, address))


def test_gateway_counts_as_running_while_its_check_is_refused(stack: Stack) -> None:
    """The check has the address of all clients of this machine."""
    health = f"{stack.url}/auth/v1/health"
    with lines(stack, "127.0.0.1", stack.settings.connections_each + 20):
        until(lambda: not services.answers(health, 200)())
        assert services.gateway_answers(health, 200)()


def _healthy(stack: Stack, address: str) -> bool:
    with client(stack, address) as http, suppress(httpx.HTTPError):
        return http.get("/auth/v1/health").status_code == 200
    return False


@pytest.mark.parametrize(
    ("path", "most"), [("/auth/v1/signup", BODIES[0]), ("/functions/v1/hello", min(BODIES[0], CALLS[0]))]
)
def test_an_address_has_so_many_bodies_on_their_way(stack: Stack, path: str, most: int) -> None:
    address = some_address()
    # Ten more than may be held: while they arrive, a probe can use one of the places.
    with lines(stack, address, most + 10, head(stack, "POST", path, 9) + b"{") as opened:
        until(lambda: _status(stack, address, path) == 429)
        with client(stack, some_address()) as other:
            assert other.post(path, json={}).status_code != 429
        for one in opened:
            one.sendall(b"        ")
        assert all(first_bytes(one) for one in opened)
    until(lambda: _status(stack, address, path) != 429)


def _status(stack: Stack, address: str, path: str) -> int:
    with client(stack, address) as http:
        return http.post(path, json={}).status_code


def test_an_address_has_so_many_sockets_of_realtime(stack: Stack) -> None:
    address = some_address()
    with ExitStack() as opened:
        attempts = [_reach(stack, address) for _ in range(302)]
        for socket in filter(None, attempts):
            opened.enter_context(socket)
        assert [socket is not None for socket in attempts] == [True] * 300 + [False] * 2
        other = _reach(stack, some_address())
        assert other
        other.close()


def test_a_large_body_costs_a_function_no_memory(stack: Stack) -> None:
    body = json.dumps({"name": [[]] * 2_000_000}).encode()
    with client(stack, some_address()) as http:
        http.post("/functions/v1/hello", json={}).raise_for_status()
        before = _memory(stack)
        for _ in range(4):
            response = http.post("/functions/v1/hello", content=body)
            assert (response.status_code, response.json()["code"]) == (413, "request_entity_too_large")
        chunks = (body[at : at + 65536] for at in range(0, len(body), 65536))
        assert http.post("/functions/v1/hello", content=chunks).status_code == 413
    assert _memory(stack) - before < 100 << 20


def _memory(stack: Stack) -> int:
    platform = psutil.Process(stack.pid("platform"))
    return sum(child.memory_info().rss for child in platform.children(recursive=True))


def test_looking_at_the_page_takes_one_connection_for_all(stack: Stack) -> None:
    """Of all who look within a few seconds, one queries the database."""
    count = "select coalesce(sum(sessions), 0) from pg_stat_database where datname = 'postgres'"
    with psycopg.connect(stack.database_url, autocommit=True) as connection:

        def sessions() -> int:
            connection.execute("select pg_stat_clear_snapshot()")
            (count_now,) = connection.execute(count).fetchone() or (0,)
            return int(count_now)

        before = sessions()
        with client(stack, some_address()) as http:
            for _ in range(100):
                http.get("/").raise_for_status()
        assert sessions() - before < 50
