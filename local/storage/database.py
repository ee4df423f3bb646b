"""The storage schema: transactions in which a caller's policies decide."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request

from local import queries
from local.storage.callers import Caller
from local.storage.errors import access_denied

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]

QUERIES = queries.named(Path(__file__).parent / "queries.sql")
SERVICE = "service_role"


def pool(url: str) -> Pool:
    """Closed: open it with `async with`."""
    return AsyncConnectionPool(
        url,
        min_size=1,
        max_size=10,
        timeout=10,
        open=False,
        check=AsyncConnectionPool.check_connection,
        kwargs={"row_factory": dict_row, "autocommit": True, "options": "-c statement_timeout=30s"},
    )


@dataclass(frozen=True)
class Transaction:
    """Runs as its caller, except in what is asked with `trusted`."""

    connection: Connection
    caller: Caller

    async def rows(self, query: str, *, trusted: bool = False, **parameters: Any) -> list[DictRow]:
        if not trusted or self.caller.role == SERVICE:
            cursor = await self.connection.execute(QUERIES[query], parameters)
            return await cursor.fetchall() if cursor.description else []
        await self.connection.execute(QUERIES["role"], {"role": SERVICE})
        found = await (await self.connection.execute(QUERIES[query], parameters)).fetchall()
        await self.connection.execute(QUERIES["role"], {"role": self.caller.role})
        return found

    async def row(self, query: str, *, trusted: bool = False, **parameters: Any) -> DictRow | None:
        return next(iter(await self.rows(query, trusted=trusted, **parameters)), None)

    async def changed(self, query: str, **parameters: Any) -> int:
        """How many rows a statement touched, as the caller."""
        return (await self.connection.execute(QUERIES[query], parameters)).rowcount


@asynccontextmanager
async def transaction(
    pool: Pool, caller: Caller, request: Request, operation: str, *, undone: bool = False
) -> AsyncIterator[Transaction]:
    """`undone` takes everything back at the end: for asking whether something would be allowed."""
    scope = {
        "role": caller.role,
        "claims": json.dumps(caller.claims),
        "sub": caller.owner or "",
        "method": request.method,
        "path": request.url.path,
        "operation": operation,
    }
    async with pool.connection() as connection, connection.transaction(force_rollback=undone):
        try:
            await connection.execute(QUERIES["scope"], scope)
        except (psycopg.errors.InvalidParameterValue, psycopg.errors.InsufficientPrivilege) as error:
            raise access_denied("the token's role may not be taken here") from error
        yield Transaction(connection, caller)
