"""Connection pools that survive a restart of the server, and that no single caller can empty."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import psycopg_pool
from psycopg_pool import AsyncConnectionPool

from local.shares import FullError, Turns, holder

Connection = psycopg.AsyncConnection[Any]
Check = Callable[[Connection], Awaitable[None]]
WAITING, ALL_WAITING = 200, 2000
"""Requests that wait for a connection: of one caller, of all."""


class FairPool(AsyncConnectionPool[Any]):
    """A caller has at most half of the connections; further requests wait for the caller's own."""

    turns: Turns | None = None

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[Any]:
        """Raises PoolTimeout, also if too many requests of the caller wait."""
        who, within = holder.get(), self.timeout if timeout is None else timeout
        if self.turns is None or not who:
            async with super().connection(within) as connection:
                yield connection
            return
        turn = self.turns.of(who, within)
        try:
            await turn.__aenter__()
        except (FullError, TimeoutError) as error:
            raise psycopg_pool.PoolTimeout("the caller has its share of connections") from error
        try:
            async with super().connection(within) as connection:
                yield connection
        finally:
            await turn.__aexit__(None, None, None)


def pool(
    url: str,
    *,
    size: int,
    timeout: float,
    least: int = 1,
    check: Check = AsyncConnectionPool.check_connection,
    configure: Check | None = None,
    **options: Any,
) -> AsyncConnectionPool[Any]:
    """A closed pool: open it with `async with`. Connections are in autocommit mode.

    `timeout` in seconds. `check` raises OperationalError for a lost connection. Then, as after a restart of
    the server, all idle connections are replaced: the pool would try them one by one, with growing waits.
    """

    async def still_there(connection: Connection) -> None:
        try:
            await check(connection)
        except psycopg.OperationalError:
            # If libpq has not noticed the loss yet, the pool would take the connection back.
            await connection.close()
            await fair_pool.drain()
            raise

    fair_pool = FairPool(
        url,
        min_size=least,
        max_size=size,
        timeout=timeout,
        open=False,
        check=still_there,
        configure=configure,
        kwargs={"autocommit": True, **options},
    )
    fair_pool.turns = Turns(max(1, size // 2), WAITING, ALL_WAITING)
    return fair_pool
