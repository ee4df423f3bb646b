"""Postgres: connections with the type `vector`, pooled or single."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pgvector.psycopg import register_vector
from psycopg import Connection, Cursor, OperationalError
from psycopg_pool import ConnectionPool

from workers.common.errors import AwayError, WorkerError

CONNECT_WITHIN = 10
"""Seconds after which a database that does not respond is away."""

Pool = ConnectionPool[Connection[tuple[Any, ...]]]


def pool(url: str, size: int) -> Pool:
    """A pool of at most `size` connections in autocommit, opened on demand.

    When one is found lost, for example after a restart of the server, all idle ones are closed: the pool
    would check them one by one, with growing waits between.
    """

    def check(connection: Connection[tuple[Any, ...]]) -> None:
        try:
            ConnectionPool.check_connection(connection)
        except OperationalError:
            connections.drain()
            raise

    connections: Pool = ConnectionPool(
        url,
        min_size=0,
        max_size=size,
        timeout=CONNECT_WITHIN,
        reconnect_timeout=CONNECT_WITHIN,
        kwargs={"autocommit": True},
        configure=register_vector,
        check=check,
        open=True,
    )
    return connections


class DatabaseAwayError(AwayError):
    """The database does not answer."""


class NoRowError(WorkerError):
    """The database returned no row where there is always one."""


@contextmanager
def connected(url: str) -> Iterator[Connection[tuple[Any, ...]]]:
    """One connection like those of a pool, for a command. Raises DatabaseAwayError, also if it is lost."""
    try:
        with Connection.connect(url, autocommit=True, connect_timeout=CONNECT_WITHIN) as connection:
            register_vector(connection)
            yield connection
    except OperationalError as error:
        raise DatabaseAwayError(str(error).strip()) from error


def only_row(cursor: Cursor[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The row of a statement that returns one. Raises NoRowError."""
    row = cursor.fetchone()
    if row is None:
        raise NoRowError
    return row


def rarity_limit(connection: Connection[Any]) -> int:
    """The most raters that a rare item has: no model derives anything from such an item."""
    return int(only_row(connection.execute("select private.rarity_limit()"))[0])
