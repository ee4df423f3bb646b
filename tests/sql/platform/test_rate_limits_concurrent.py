"""Rate limits under concurrent writes: exact, and no write waits for another."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest

from tests.conftest import Stack
from tests.sql.platform.rate_limits import limit


class Requests:
    """Requests of one user, each in its own transaction and connection."""

    def __init__(self, url: str) -> None:
        self.url, self.user = url, uuid4()

    def connect(self) -> psycopg.Connection:
        connection = psycopg.connect(self.url)
        connection.execute("set lock_timeout = '60s'")
        connection.commit()
        return connection

    def begin(self, connection: psycopg.Connection) -> bool:
        """Whether the write is admitted; its transaction stays open."""
        claims = json.dumps({"role": "authenticated", "sub": str(self.user)})
        connection.execute("select set_config('request.jwt.claims', %s, true)", [claims])
        connection.execute("set local role authenticated")
        try:
            connection.execute("select private.count_request()")
        except psycopg.Error as error:
            assert error.sqlstate == "PGRST", error
            connection.rollback()
            return False
        return True

    def send(self, connection: psycopg.Connection) -> bool:
        admitted = self.begin(connection)
        connection.commit()
        return admitted


@pytest.fixture
def requests(stack: Stack) -> Iterator[Requests]:
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        yield Requests(stack.database_url)
        admin.execute("delete from private.rate_limits")
        admin.execute("truncate private.rate_slots")


def committed(stack: Stack, requests: int, seconds: int = 3600) -> None:
    with psycopg.connect(stack.database_url) as admin:
        limit(admin, "authenticated", requests, seconds)


def test_concurrent_writes_are_admitted_exactly_to_the_limit(stack: Stack, requests: Requests) -> None:
    committed(stack, 100)

    def client(_: int) -> int:
        with closing(requests.connect()) as connection:
            return sum(requests.send(connection) for _ in range(5))

    with ThreadPoolExecutor(64) as clients:
        assert sum(clients.map(client, range(64))) == 100


def test_no_window_admits_more_than_the_limit_as_time_passes(stack: Stack, requests: Requests) -> None:
    """A trigger records each taken slot: any eleven consecutive ones span at least a window."""
    committed(stack, 10, 1)
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        admin.execute("create table private.test_taken (slot int, taken_at timestamptz)")
        admin.execute(
            "create function private.test_keep() returns trigger language plpgsql security definer as "
            "$$begin insert into private.test_taken values (new.slot, new.taken_at); return null; end$$"
        )
        admin.execute(
            "create trigger test_keep after insert or update on private.rate_slots "
            "for each row execute function private.test_keep()"
        )
        try:

            def client(_: int) -> int:
                with closing(requests.connect()) as connection:
                    return sum(requests.send(connection) for _ in range(300))

            with ThreadPoolExecutor(16) as clients:
                admitted = sum(clients.map(client, range(16)))
            times = [row[0] for row in admin.execute("select taken_at from private.test_taken order by 1")]
        finally:
            admin.execute("drop table private.test_taken")
            admin.execute("drop function private.test_keep() cascade")
    assert len(times) == admitted > 10
    gaps = [(later - earlier).total_seconds() for earlier, later in zip(times, times[10:], strict=False)]
    assert min(gaps) >= 1


def test_open_transaction_does_not_block_other_writes(stack: Stack, requests: Requests) -> None:
    committed(stack, 2)
    with closing(requests.connect()) as held, closing(requests.connect()) as other:
        assert requests.begin(held)
        assert requests.send(other)
        assert not requests.send(other)
        held.commit()
        assert not requests.send(other)


def test_rollback_frees_the_rate_slot(stack: Stack, requests: Requests) -> None:
    committed(stack, 1)
    with closing(requests.connect()) as held, closing(requests.connect()) as other:
        assert requests.begin(held)
        assert not requests.send(other)
        held.rollback()
        assert requests.send(other)
        assert not requests.send(held)
