"""Postgres: a pool of connections that know vectors, and the named queries beside a module."""

from functools import cache
from pathlib import Path
from typing import Any

from pgvector.psycopg import register_vector
from psycopg import Connection
from psycopg_pool import ConnectionPool

CONNECT_WITHIN = 10.0
"""Seconds after which a database that does not answer is away."""

Pool = ConnectionPool[Connection[tuple[Any, ...]]]


def pool(url: str, size: int) -> Pool:
    """At most `size` connections, made when asked for, in autocommit: who means a transaction begins one."""
    return ConnectionPool(
        url,
        min_size=0,
        max_size=size,
        timeout=CONNECT_WITHIN,
        reconnect_timeout=CONNECT_WITHIN,
        kwargs={"autocommit": True},
        configure=register_vector,
        check=ConnectionPool.check_connection,
        open=True,
    )


@cache
def query(module: str, name: str) -> bytes:
    """The text of NAME.sql beside a module, given by its `__file__`."""
    return Path(module).with_name(f"{name}.sql").read_bytes()
