"""The schema `auth`: connection pool, named queries of queries.sql, rows as dataclasses."""

from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool

from local import pools, queries
from local.auth.bodies import loads

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]
Row = TypeVar("Row")


QUERIES = queries.named(Path(__file__).parent / "queries.sql")


def pool(url: str) -> Pool:
    """A closed pool: open it with `async with`. Connections are in autocommit mode."""
    return pools.pool(url, size=10, timeout=5, configure=_configure, row_factory=dict_row)


async def _configure(connection: Connection) -> None:
    set_json_loads(loads, connection)


async def run(connection: Connection, query: str, **parameters: Any) -> AsyncCursor[DictRow]:
    return await connection.execute(QUERIES[query], parameters)


async def first(connection: Connection, cls: type[Row], query: str, **parameters: Any) -> Row | None:
    row = await (await run(connection, query, **parameters)).fetchone()
    return None if row is None else _record(cls, row)


async def only(connection: Connection, cls: type[Row], query: str, **parameters: Any) -> Row:
    """The row of a statement that always returns one."""
    row = await first(connection, cls, query, **parameters)
    if row is None:
        raise LookupError(f"{query} returned no row")
    return row


async def every(connection: Connection, cls: type[Row], query: str, **parameters: Any) -> list[Row]:
    return [_record(cls, row) async for row in await run(connection, query, **parameters)]


def _record(cls: type[Row], row: DictRow) -> Row:
    return cls(**{field.name: row[field.name] for field in fields(cls)})  # type: ignore[arg-type]
