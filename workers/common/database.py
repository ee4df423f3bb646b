"""Postgres: a pool of connections that know vectors, and the named queries beside a module."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from pgvector.psycopg import register_vector
from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool

from workers.common.errors import AwayError

CONNECT_WITHIN = 10
"""Seconds after which a database that does not answer is away."""

Pool = ConnectionPool[Connection[tuple[Any, ...]]]


def pool(url: str, size: int) -> Pool:
    """At most `size` connections, made when asked for, in autocommit: who means a transaction begins one.

    Where one is lost, as when the server was started anew, all idle ones are replaced: the pool would try
    them one by one, and wait ever longer between.
    """

    def still_there(connection: Connection[tuple[Any, ...]]) -> None:
        try:
            ConnectionPool.check_connection(connection)
        except OperationalError:
            made.drain()
            raise

    made: Pool = ConnectionPool(
        url,
        min_size=0,
        max_size=size,
        timeout=CONNECT_WITHIN,
        reconnect_timeout=CONNECT_WITHIN,
        kwargs={"autocommit": True},
        configure=register_vector,
        check=still_there,
        open=True,
    )
    return made


class DatabaseAwayError(AwayError):
    """The database does not answer."""


@contextmanager
def connected(url: str) -> Iterator[Connection[tuple[Any, ...]]]:
    """One connection as the pool's are, for a command. Raises DatabaseAwayError, also if it is lost."""
    try:
        with Connection.connect(url, autocommit=True, connect_timeout=CONNECT_WITHIN) as connection:
            register_vector(connection)
            yield connection
    except OperationalError as error:
        raise DatabaseAwayError(str(error).strip()) from error


@cache
def query(module: str, name: str) -> bytes:
    """The text of NAME.sql beside a module, given by its `__file__`."""
    return Path(module).with_name(f"{name}.sql").read_bytes()


def rarity_limit(connection: Connection[Any]) -> int:
    """How many raters an item may have and still be rare: no model derives anything of such an item."""
    row = connection.execute("select private.rarity_limit()").fetchone()
    assert row
    return int(row[0])
