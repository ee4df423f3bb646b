"""Rows that say which request wrote them, written while something is killed: none twice, none half."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg

from local.temporary_stack import Stack
from local.tests.waiting import until

SCHEMA = Path(__file__).with_name("counted.sql")
ROWS = 3
"""Rows that each request writes: all or none."""
WRITERS = 6

Write = Callable[[httpx.Client, str], httpx.Response]


def counted_table(stack: Stack) -> psycopg.Connection:
    """The table, seen by REST, and not one before it of the same name; a connection that commits."""
    connection = psycopg.connect(stack.database_url, autocommit=True)
    connection.execute(SCHEMA.read_bytes())
    mark = f"mark_{uuid.uuid4().hex}"
    connection.execute(f"alter table public.counted add column {mark} boolean".encode())
    with client(stack) as http:
        address = f"/rest/v1/counted?select={mark}&limit=0"
        until(lambda: http.get(address).status_code == httpx.codes.OK)
    return connection


def client(stack: Stack) -> httpx.Client:
    key = stack.service_role_key
    headers = {"apikey": key, "authorization": f"Bearer {key}"}
    return httpx.Client(base_url=stack.url, headers=headers, timeout=120)


def insert(http: httpx.Client, request: str) -> httpx.Response:
    rows = [{"request": request, "n": n} for n in range(ROWS)]
    return http.post("/rest/v1/counted", json=rows, headers={"x-request-id": request})


class Traffic:
    """Writers that never repeat a request, and the response to each."""

    def __init__(self, stack: Stack, write: Write) -> None:
        self._stack, self._write = stack, write
        self._ended = threading.Event()
        self.answers: dict[str, httpx.Response | None] = {}

    def during(self, disturb: Callable[[], None]) -> None:
        """Until it is over, and as many more were answered well as there are writers."""
        self._ended.clear()
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(self._run) for _ in range(WRITERS)]
            try:
                until(lambda: self.well > WRITERS)
                disturb()
                enough = self.well + WRITERS
                until(lambda: self.well > enough)
            finally:
                self._ended.set()
            for writer in writers:
                writer.result()

    @property
    def well(self) -> int:
        return sum(response is not None and response.is_success for response in [*self.answers.values()])

    @property
    def failed(self) -> list[httpx.Response]:
        return [
            response for response in self.answers.values() if response is not None and not response.is_success
        ]

    def _run(self) -> None:
        with client(self._stack) as http:
            while not self._ended.is_set():
                request = str(uuid.uuid4())
                try:
                    self.answers[request] = self._write(http, request)
                except httpx.TransportError:
                    self.answers[request] = None

    def check(self, connection: psycopg.Connection) -> Counter[str]:
        """Rows of each request: all of what was answered well, all or none of what was not."""
        rows = connection.execute("select request::text, count(*) from counted group by request").fetchall()
        counts = Counter[str](dict(rows))
        assert set(counts) <= set(self.answers)
        assert set(counts.values()) == {ROWS}
        answered_well = {name for name, response in self.answers.items() if response and response.is_success}
        assert answered_well <= set(counts)
        return counts
