"""Clients as an app makes them: URL and key, nothing else."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psycopg
import pytest
from supabase import Client, ClientOptions, create_client

from local.temporary_stack import Stack
from local.tests.waiting import until

HERE = Path(__file__).parent
REST_TABLES = ("directors", "films", "actors", "castings", "notes")


@pytest.fixture
def connect(stack: Stack) -> Iterator[Callable[..., Client]]:
    """Makes a client as an app on another device would."""
    with ExitStack() as connections:

        def make(key: str = stack.anon_key) -> Client:
            http = connections.enter_context(httpx.Client())
            options = ClientOptions(auto_refresh_token=False, httpx_client=http)
            return create_client(stack.url, key, options)

        yield make


@pytest.fixture
def anon(connect: Callable[..., Client]) -> Client:
    return connect()


@pytest.fixture
def service(stack: Stack, connect: Callable[..., Client]) -> Client:
    return connect(stack.service_role_key)


@pytest.fixture
def sign_up(connect: Callable[..., Client]) -> Callable[[], tuple[Client, str]]:
    """Makes a signed-in client and its user id."""

    def make() -> tuple[Client, str]:
        client = connect()
        address = f"viewer-{uuid.uuid4().hex}@example.com"
        user = client.auth.sign_up({"email": address, "password": uuid.uuid4().hex}).user
        assert user
        return client, user.id

    return make


@pytest.fixture
def viewer(sign_up: Callable[[], tuple[Client, str]]) -> tuple[Client, str]:
    return sign_up()


@pytest.fixture
def other_viewer(sign_up: Callable[[], tuple[Client, str]]) -> tuple[Client, str]:
    return sign_up()


@pytest.fixture
def database(stack: Stack) -> Iterator[psycopg.Connection]:
    """What is written is committed at once."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def rest_schema(stack: Stack) -> Iterator[psycopg.Connection]:
    """Tables and functions to try REST with, for one module; a connection as the superuser."""
    with psycopg.connect(stack.admin_database_url, autocommit=True) as connection:
        connection.execute((HERE / "rest_drop.sql").read_bytes() + (HERE / "rest_schema.sql").read_bytes())
        until(lambda: rest_codes(stack) == {""})
        yield connection
        connection.execute((HERE / "rest_drop.sql").read_bytes())
        until(lambda: rest_codes(stack) == {"PGRST202", "PGRST205"})


@pytest.fixture
def rest_rows(rest_schema: psycopg.Connection) -> None:
    """In those tables, the rows that every test begins with."""
    rest_schema.execute((HERE / "rest_rows.sql").read_bytes())


@pytest.fixture(scope="module")
def realtime_schema(stack: Stack) -> Iterator[None]:
    """A published table, policies for private channels, and a function that sends to topics."""
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute((HERE / "realtime_schema.sql").read_bytes())
        until(lambda: status(stack, "/realtime_letters?limit=0") == httpx.codes.OK)
        yield
        connection.execute((HERE / "realtime_drop.sql").read_bytes())
        until(lambda: status(stack, "/realtime_letters?limit=0") == httpx.codes.NOT_FOUND)


def status(stack: Stack, path: str) -> int:
    """The status of a request to REST as the service role."""
    headers = {"apikey": stack.service_role_key}
    return httpx.get(f"{stack.url}/rest/v1{path}", headers=headers).status_code


def rest_codes(stack: Stack) -> set[str]:
    """Why those tables are not read and one of those functions is not called, empty where they are.

    Until the schema is read again, a dropped table gives 404 too, with the code of the database.
    """
    headers = {"apikey": stack.anon_key}
    with httpx.Client(base_url=f"{stack.url}/rest/v1", headers=headers) as http:
        paths = [f"/rest_{table}?limit=0" for table in REST_TABLES]
        responses = [http.get(path) for path in (*paths, "/rpc/rest_add?a=1")]
        return {"" if response.is_success else response.json()["code"] for response in responses}


def rows(request: object) -> list[dict[str, str]]:
    """What a request answers, as the list of rows that it is."""
    return list(request.execute().data)  # type: ignore[attr-defined]
