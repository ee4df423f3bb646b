"""Pools of connections that outlive a restart of their server."""

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

Connection = psycopg.AsyncConnection[Any]
Check = Callable[[Connection], Awaitable[None]]


def pool(
    url: str,
    *,
    size: int,
    timeout: float,
    least: int = 1,
    check: Check = AsyncConnectionPool.check_connection,
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

    made: AsyncConnectionPool[Any] = AsyncConnectionPool(
        url,
        min_size=least,
        max_size=size,
        timeout=timeout,
        open=False,
        check=still_there,
        kwargs={"autocommit": True, **options},
    )
    return made
