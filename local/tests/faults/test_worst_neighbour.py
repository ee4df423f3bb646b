"""While one client does its worst within its limits, another one's requests are answered within a second.

A kind of abuse is a function of the abuser's client, in ABUSES; a kind of honest request is one of the
neighbour's, in HONEST. Each abuse runs on ABUSERS threads for SECONDS, over and over.
"""

import itertools
import json
import multiprocessing
import os
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.waiting import until

SECONDS = min(60, 2 * int(os.environ.get("SOAK_ROUNDS", "1")))
ABUSERS = 24
PATIENCE = 1.0 if "SOAK_ROUNDS" in os.environ else 8.0
"""Seconds within which the neighbour is answered, beyond what it waits when all is quiet."""
TRIES = 3
MEMORY = 600 << 20
"""Bytes that REST may have taken at the end of it all."""
SCHEMA = Path(__file__).with_name("neighbour.sql")

Send = Callable[[httpx.Client], httpx.Response]


@pytest.fixture(scope="module")
def tables(stack: Stack) -> Iterator[psycopg.Connection]:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute(SCHEMA.read_bytes())
        with client(stack, sign_up(stack)) as http:
            until(lambda: http.get("/rest/v1/neighbour_tags?limit=0").status_code == httpx.codes.OK)
        yield connection
        connection.execute("drop table neighbour_links, neighbour_films, neighbour_tags, neighbour_notes")


def sign_up(stack: Stack) -> str:
    """A new user's access token."""
    account = {"email": f"neighbour-{uuid.uuid4().hex}@example.com", "password": uuid.uuid4().hex}
    headers = {"apikey": stack.anon_key}
    response = httpx.post(f"{stack.url}/auth/v1/signup", json=account, headers=headers).raise_for_status()
    access: str = response.json()["access_token"]
    return access


def client(stack: Stack, access: str) -> httpx.Client:
    headers = {"apikey": stack.anon_key, "authorization": f"Bearer {access}"}
    return httpx.Client(base_url=stack.url, headers=headers, timeout=60)


# What the abuser does

CHAIN = "title,neighbour_tags(" + "neighbour_films(neighbour_tags(" * 2 + "name" + ")" * 5
JSON, CSV = {"content-type": "application/json"}, {"content-type": "text/csv"}
MANY_PATTERNS = f"({','.join(f'body.match.x*z{n}$' for n in range(99))})"
MANY_ROWS = json.dumps([{"body": "x" * 500, "n": n} for n in range(9_999)]).encode()
MANY_KEYS = b"{" + b",".join(b'"k%d":1' % n for n in range(700_000)) + b"}"
MANY_LINES = b"body\n" + b"x\n" * 4_000_000
MANY_FIELDS = b"body,n\n" + (b"x" * 500 + b",1\n") * 9_999


def hang_up(http: httpx.Client) -> httpx.Response:
    with suppress(httpx.TimeoutException):
        return http.get(f"/rest/v1/neighbour_films?select={CHAIN}", timeout=0.2)
    return httpx.Response(httpx.codes.OK)


def send_slowly(http: httpx.Client) -> httpx.Response:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b" "
            time.sleep(0.1)

    return http.post("/rest/v1/neighbour_notes", content=chunks(), headers=JSON)


def read_slowly(http: httpx.Client) -> httpx.Response:
    with http.stream("GET", "/rest/v1/neighbour_films?select=body&limit=700") as response:
        for _ in itertools.islice(response.iter_raw(65536), 20):
            time.sleep(0.1)
        return httpx.Response(response.status_code)


ABUSES: dict[str, Send] = {
    "slow patterns": lambda http: http.get(
        "/rest/v1/neighbour_films", params={"select": "id", "or": MANY_PATTERNS}
    ),
    "related tables in related tables": lambda http: http.get(f"/rest/v1/neighbour_films?select={CHAIN}"),
    "large answers": lambda http: http.get("/rest/v1/neighbour_films?select=body"),
    "large answers as CSV": lambda http: http.get(
        "/rest/v1/neighbour_films?select=body", headers={"accept": "text/csv"}
    ),
    "parentheses": lambda http: http.get(f"/rest/v1/neighbour_tags?or={'(and' * 3000}{')' * 3000}"),
    "conditions": lambda http: http.get(f"/rest/v1/neighbour_tags?or=({','.join(['id.eq.1'] * 3999)})"),
    "many rows": lambda http: http.post("/rest/v1/neighbour_notes", content=MANY_ROWS, headers=JSON),
    "many keys": lambda http: http.post("/rest/v1/neighbour_notes", content=MANY_KEYS, headers=JSON),
    "many lines": lambda http: http.post("/rest/v1/neighbour_notes", content=MANY_LINES, headers=CSV),
    "many fields": lambda http: http.post("/rest/v1/neighbour_notes", content=MANY_FIELDS, headers=CSV),
    "hanging up": hang_up,
    "sending slowly": send_slowly,
    "reading slowly": read_slowly,
}

# What the neighbour does

HONEST: dict[str, Send] = {
    "read": lambda http: http.get("/rest/v1/neighbour_tags?limit=20"),
    "call": lambda http: http.get("/rest/v1/rpc/get_popular_items?limit=5"),
    "write": lambda http: http.post("/rest/v1/neighbour_notes", json={"body": "honest"}),
}


@dataclass
class Neighbour:
    """Sends requests in turn, and records the time of each response."""

    http: httpx.Client
    slowest: dict[str, float] = field(default_factory=dict)

    def ask(self) -> None:
        for name, send in HONEST.items():
            began = time.monotonic()
            response = send(self.http)
            took = time.monotonic() - began
            assert response.is_success, f"{name}: {response.status_code} {response.text}"
            self.slowest[name] = max(took, self.slowest.get(name, 0))

    def ask_for(self, seconds: float) -> dict[str, float]:
        self.slowest = {}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.ask()
        return self.slowest


class Abuser:
    """Does one thing on many threads of a process of its own, each with a connection of its own."""

    def __init__(self, stack: Stack, access: str, abuse: str) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._began, self._ended = spawn.Event(), spawn.Event()
        self._statuses: multiprocessing.Queue[set[int]] = spawn.Queue()
        headers = {"apikey": stack.anon_key, "authorization": f"Bearer {access}"}
        arguments = (abuse, stack.url, headers, self._began, self._ended, self._statuses)
        self._process = spawn.Process(target=act, args=arguments, daemon=True)

    def while_doing(self, watch: Callable[[], dict[str, float]]) -> tuple[dict[str, float], set[int]]:
        """What was watched from the abuser's first answer on, and the statuses of all its answers."""
        self._process.start()
        try:
            assert self._began.wait(60)
            watched = watch()
        finally:
            self._ended.set()
        statuses = set().union(*(self._statuses.get(timeout=60) for _ in range(ABUSERS)))
        self._process.join()
        return watched, statuses


def act(
    abuse: str,
    url: str,
    headers: dict[str, str],
    began: Event,
    ended: Event,
    statuses: "multiprocessing.Queue[set[int]]",
) -> None:
    """The abuser's process."""
    os.nice(19)  # an attacker's machine is not the server's

    def run(_: int) -> set[int]:
        statuses: set[int] = set()
        with httpx.Client(base_url=url, headers=headers, timeout=60) as http:
            while not ended.is_set():
                with suppress(httpx.TransportError):
                    statuses.add(ABUSES[abuse](http).status_code)
                    began.set()
        return statuses

    with ThreadPoolExecutor(ABUSERS) as pool:
        for statuses_of_one in pool.map(run, range(ABUSERS)):
            statuses.put(statuses_of_one)


EACH_RUN = ("conditions", "related tables in related tables", "many rows", "reading slowly")
"""Of each kind one: the others are played by `make soak`."""
PLAYED = [pytest.param(abuse, marks=() if abuse in EACH_RUN else pytest.mark.soak) for abuse in ABUSES]


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("abuse", PLAYED)
def test_worst_load_of_one_client_leaves_responses_to_another(stack: Stack, abuse: str) -> None:
    """What a busy machine delays once is no fault of the server: it is tried again."""
    server = stack.pid("rest") if "rest" in stack.parts else None
    with client(stack, sign_up(stack)) as http:
        neighbour = Neighbour(http)
        neighbour.ask()
        tries: list[tuple[dict[str, float], dict[str, float]]] = []
        while len(tries) < TRIES and not (tries and is_in_time(*tries[-1])):
            quiet = neighbour.ask_for(0.5)
            abuser = Abuser(stack, sign_up(stack), abuse)
            slowest, statuses = abuser.while_doing(lambda: neighbour.ask_for(SECONDS))
            assert statuses - {httpx.codes.TOO_MANY_REQUESTS}, "a limit refused all of it"
            tries.append((quiet, slowest))
    assert is_in_time(*tries[-1]), f"{abuse} ({statuses}), slowest when quiet and not: {tries}"
    if server is not None:
        assert stack.pid("rest") == server
        assert psutil.Process(server).memory_info().rss < MEMORY


def is_in_time(quiet: dict[str, float], slowest: dict[str, float]) -> bool:
    return all(took < PATIENCE + quiet[name] for name, took in slowest.items())
