"""The schema `realtime`: connection pool, named queries of queries.sql, statements as a user."""

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
    """A closed pool. Statements, and so policies, have five seconds."""
    waits = "-c statement_timeout=5s -c lock_timeout=5s"
    return pools.pool(url, size=10, timeout=5, row_factory=dict_row, options=waits)


async def run(connection: Connection, query: str, **parameters: Any) -> AsyncCursor[DictRow]:
    return await connection.execute(QUERIES[query], parameters)


async def as_user(connection: Connection, claims: Claims, topic: str, headers: dict[str, str]) -> None:
    """Run the rest of the transaction as the user. Raises psycopg.Error for a role that cannot be set."""
    await run(
        connection,
        "as_user",
        role=claims["role"],
        topic=topic,
        claims=json.dumps(claims),
        headers=json.dumps(headers),
    )
