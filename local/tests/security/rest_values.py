"""A table of every kind of value that the REST server is tried with, for the tests of one module."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg

from local.temporary_stack import Stack
from local.tests.waiting import until

HERE = Path(__file__).parent
TYPES = (
    "smallint", "int4", "bigint", "real", "float8", "double precision", "numeric", "money", "bool", "text",
    "varchar", "character varying", "bpchar", "name", "bytea", "date", "time", "time with time zone",
    "timestamp", "timestamptz", "interval", "uuid", "json", "jsonb", "inet", "cidr", "macaddr", "varbit",
    "point", "int4range", "tstzrange", "int4multirange", "_int4", "_int8", "_text", "_numeric", "_float4",
    "_timestamptz", "_date", "_jsonb", "_json", "rest_mood", "rest_pair", "_rest_pair", "rest_word",
    "tsvector", "xml", "oid", "regclass", "regtype", "tid",
)  # fmt: skip


@contextmanager
def table(stack: Stack) -> Iterator[psycopg.Connection]:
    """The table, read by the API; a connection as the superuser, with the settings of the API's."""
    options = "-c timezone=UTC -c datestyle=ISO,MDY -c search_path=public,extensions"
    with psycopg.connect(stack.admin_database_url, autocommit=True, options=options) as connection:
        dropped = (HERE / "rest_values_drop.sql").read_bytes()
        connection.execute(dropped + (HERE / "rest_values.sql").read_bytes())
        until(lambda: code(stack) == "")
        yield connection
        connection.execute(dropped)
        until(lambda: code(stack) == "PGRST205")


def code(stack: Stack) -> str:
    """Why the API does not read the table, empty where it does."""
    headers = {"apikey": stack.anon_key}
    response = httpx.get(f"{stack.url}/rest/v1/rest_values?limit=0", headers=headers)
    return "" if response.is_success else str(response.json()["code"])


def rows() -> bytes:
    """What fills the table again."""
    script = (HERE / "rest_values.sql").read_text()
    return script[script.index("insert into") : script.index("create function")].encode()


def columns(connection: psycopg.Connection) -> list[str]:
    query = "select attname from pg_attribute where attrelid = 'rest_values'::regclass and attnum > 0"
    return [name for (name,) in connection.execute(query).fetchall()]
