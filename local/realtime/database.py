"""The realtime schema: a pool, the named queries of queries.sql, and statements as a user."""

import json
from pathlib import Path
from typing import Any

from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from local import pools, queries
from local.realtime.tokens import Claims

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]

QUERIES = queries.named(Path(__file__).parent / "queries.sql")


def pool(url: str) -> Pool:
    """Closed: open it. A policy has five seconds."""
    waits = "-c statement_timeout=5s -c lock_timeout=5s"
    return pools.pool(url, size=10, timeout=5, row_factory=dict_row, options=waits)


async def run(connection: Connection, query: str, **parameters: Any) -> AsyncCursor[DictRow]:
    return await connection.execute(QUERIES[query], parameters)


async def as_user(connection: Connection, claims: Claims, topic: str, headers: dict[str, str]) -> None:
    """For the rest of the transaction. Raises psycopg.Error when the role may not be taken."""
    await run(
        connection,
        "as_user",
        role=claims["role"],
        topic=topic,
        claims=json.dumps(claims),
        headers=json.dumps(headers),
    )
