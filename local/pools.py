"""Pools of connections that outlive a restart of their server, and that no single caller can empty."""

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
"""Requests of one caller that wait for a connection, and of all."""


class FairPool(AsyncConnectionPool[Any]):
    """A caller has at most half of the connections; what it wants beyond them waits for its own."""

    turns: Turns | None = None

    @asynccontextmanager
    async def connection(self, timeout: float | None = None) -> AsyncIterator[Any]:
        """Raises PoolTimeout, also where too many requests of the caller wait."""
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
    """Closed: open it with `async with`. Outside a transaction each statement stands alone.

    `timeout` in seconds. `check` raises OperationalError for a connection that is lost. Where one is, as when
    the server was started anew, all idle ones are replaced: the pool would try them one by one, and wait ever
    longer between.
    """

    async def still_there(connection: Connection) -> None:
        try:
            await check(connection)
        except psycopg.OperationalError:
            # Not closed, it would go back into the pool where libpq has not noticed yet.
            await connection.close()
            await made.drain()
            raise

    made = FairPool(
        url,
        min_size=least,
        max_size=size,
        timeout=timeout,
        open=False,
        check=still_there,
        configure=configure,
        kwargs={"autocommit": True, **options},
    )
    made.turns = Turns(max(1, size // 2), WAITING, ALL_WAITING)
    return made
