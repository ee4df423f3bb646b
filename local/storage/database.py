"""Transactions on the schema `storage` in which the caller's policies decide.

Statements of a batch, and the beginning of the transaction, are sent together:
an upload has five round trips.
"""

import json
import select
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import psycopg
from psycopg import AsyncClientCursor, AsyncConnection
from psycopg.pq import TransactionStatus
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request

from local import pools, queries
from local.storage.callers import Caller
from local.storage.errors import access_denied

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]

QUERIES = queries.named(Path(__file__).parent / "queries.sql")
SERVICE = "service_role"
ROLES = ("anon", "authenticated", SERVICE)
"""Roles that exist; a token may name others."""
SECRET = ("authorization", "apikey", "cookie", "x-signature")
"""Headers that policies cannot read."""


def pool(url: str) -> Pool:
    """Closed: open it with `async with`."""
    return pools.pool(
        url,
        size=10,
        timeout=10,
        check=check_open,
        row_factory=dict_row,
        cursor_factory=AsyncClientCursor,
        options="-c statement_timeout=30s",
    )


async def check_open(connection: Connection) -> None:
    """Raises OperationalError if the server closed the connection: then its socket is readable."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise psycopg.OperationalError("the server hung up")


class Outcome(Enum):
    ROLLED_BACK = "rolled back"
    """Or never begun, or not ended yet."""
    COMMITTED = "committed"
    UNKNOWN = "unknown"
    """The connection was lost before the server responded to COMMIT."""


@dataclass(frozen=True)
class Statement:
    query: str
    parameters: dict[str, Any] = field(default_factory=dict)
    trusted: bool = False
    """Runs as the service role, which no policy restricts."""


@dataclass
class Transaction:
    """Runs as its caller, except for `trusted` statements."""

    cursor: AsyncClientCursor[DictRow]
    caller: Caller
    scope: dict[str, str]
    begun: bool = False
    outcome: Outcome = Outcome.ROLLED_BACK

    async def batch(self, *batch: Statement) -> list[list[DictRow]]:
        """The rows of each statement; all are sent together and run in this order."""
        if not self.begun:
            self.begun = True
            opening = [b"begin", self._bound("scope", self.scope)]
            if self.caller.role in ROLES:
                return await self._run(opening, batch)
            await self._take_role(opening)
        return await self._run([], batch)

    async def rows(self, query: str, *, trusted: bool = False, **parameters: Any) -> list[DictRow]:
        return (await self.batch(Statement(query, parameters, trusted)))[0]

    async def row(self, query: str, *, trusted: bool = False, **parameters: Any) -> DictRow | None:
        return next(iter(await self.rows(query, trusted=trusted, **parameters)), None)

    async def changed(self, query: str, **parameters: Any) -> int:
        """The number of rows that the statement changed, as the caller."""
        await self.batch(Statement(query, parameters))
        return self.cursor.rowcount

    async def commit(self) -> None:
        if not self.begun:
            return
        self.outcome = Outcome.UNKNOWN
        try:
            await self.cursor.execute("commit")
        except psycopg.Error:
            if self.cursor.connection.info.transaction_status != TransactionStatus.UNKNOWN:
                self.outcome = Outcome.ROLLED_BACK
            raise
        if self.cursor.statusmessage != "COMMIT":
            self.outcome = Outcome.ROLLED_BACK
            raise psycopg.InternalError("the transaction had failed before")
        self.outcome = Outcome.COMMITTED

    async def roll_back(self) -> None:
        if self.begun:
            await self.cursor.execute("rollback")

    async def _take_role(self, opening: list[bytes]) -> None:
        try:
            await self._run(opening, ())
        except (psycopg.errors.InvalidParameterValue, psycopg.errors.InsufficientPrivilege) as error:
            raise access_denied("the token's role may not be taken here") from error

    async def _run(self, opening: list[bytes], batch: tuple[Statement, ...]) -> list[list[DictRow]]:
        """The rows of each statement of the batch, after the statements of `opening`."""
        statements, positions = list(opening), []
        for each in batch:
            past = each.trusted and self.caller.role != SERVICE
            statements += [self._bound("role", {"role": SERVICE})] if past else []
            positions.append(len(statements))
            statements.append(self._bound(each.query, each.parameters))
            statements += [self._bound("role", {"role": self.caller.role})] if past else []
        await self.cursor.execute(b";\n".join(statements))
        results = [await self._result()]
        while self.cursor.nextset():
            results.append(await self._result())
        return [results[position] for position in positions]

    async def _result(self) -> list[DictRow]:
        return await self.cursor.fetchall() if self.cursor.description else []

    def _bound(self, query: str, parameters: dict[str, Any]) -> bytes:
        return self.cursor.mogrify(QUERIES[query].rstrip(b";"), parameters).encode()


@asynccontextmanager
async def transaction(
    pool: Pool, caller: Caller, request: Request, operation: str, *, undone: bool = False
) -> AsyncIterator[Transaction]:
    """A transaction of the caller. `undone` rolls it back at the end, to check whether a write is allowed."""
    scope = {
        "role": caller.role,
        "claims": json.dumps(caller.claims),
        "sub": caller.owner or "",
        "headers": json.dumps({k: v for k, v in request.headers.items() if k not in SECRET}),
        "method": request.method,
        "path": request.url.path,
        "operation": operation,
    }
    async with pool.connection() as connection, AsyncClientCursor(connection, row_factory=dict_row) as cursor:
        tx = Transaction(cursor, caller, scope)
        try:
            yield tx
        except BaseException:
            with suppress(psycopg.Error):
                await tx.roll_back()
            raise
        await (tx.roll_back() if undone else tx.commit())
