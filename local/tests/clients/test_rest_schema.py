"""REST reloads its schema when the database changes, without a notification by the client."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.waiting import until

PATIENCE = 30


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{stack.url}/rest/v1", headers={"apikey": stack.anon_key}) as client:
        yield client


@pytest.fixture
def connection(stack: Stack) -> Iterator[psycopg.Connection]:
    """As postgres, whose migrations change the schema."""
    drop = "drop table if exists watched cascade; drop function if exists watched_sum"
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute(drop)
        yield connection
        connection.execute(drop)


def test_tables_and_functions_are_there_once_they_are_made(
    http: httpx.Client, connection: psycopg.Connection
) -> None:
    def status(path: str) -> int:
        return http.get(path).status_code

    assert status("/watched") == 404
    connection.execute("create table watched (id int primary key)")
    until(lambda: status("/watched") == 401, PATIENCE)
    connection.execute("grant select, insert on watched to anon")
    until(lambda: status("/watched") == 200, PATIENCE)
    connection.execute("alter table watched add name text")
    until(lambda: status("/watched?select=name") == 200, PATIENCE)
    connection.execute("create table watched_part (watched_id int references watched)")
    connection.execute("grant select on watched_part to anon")
    until(lambda: status("/watched?select=name,watched_part(*)") == 200, PATIENCE)
    connection.execute("drop table watched_part")
    until(lambda: status("/watched?select=name,watched_part(*)") == 400, PATIENCE)
    connection.execute("create function watched_sum(a int) returns int language sql immutable as 'select a'")
    connection.execute("grant execute on function watched_sum to anon")
    until(lambda: status("/rpc/watched_sum?a=1") == 200, PATIENCE)
    connection.execute("drop function watched_sum")
    until(lambda: status("/rpc/watched_sum?a=1") == 404, PATIENCE)
    connection.execute("create view watched_view as select id from watched")
    connection.execute("grant select on watched_view to anon")
    until(lambda: status("/watched_view") == 200, PATIENCE)
    connection.execute("drop table watched cascade")
    until(lambda: (status("/watched"), status("/watched_view")) == (404, 404), PATIENCE)


@pytest.mark.embedded
def test_temporary_tables_are_none_of_its_business(connection: psycopg.Connection) -> None:
    connection.execute("listen pgrst")
    connection.execute("create temporary table watched_here (id int); drop table watched_here")
    assert [*connection.notifies(timeout=0.5, stop_after=1)] == []
    connection.execute("create table watched (id int)")
    assert [event.payload for event in connection.notifies(timeout=10, stop_after=1)] == ["reload schema"]
