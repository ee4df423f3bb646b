"""A server that restarted or closed its connections while idle: the next queries succeed."""

import asyncio
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from local.auth import database as auth
from local.functions import callers as functions
from local.realtime import database as realtime
from local.storage import database as storage
from local.temporary_stack import Stack
from local.tests.waiting import until

MINE = "pg_stat_activity where application_name = 'test_pools'"


def hang_up(stack: Stack) -> None:
    with psycopg.connect(stack.admin_database_url, autocommit=True) as admin:
        admin.execute(f"select pg_terminate_backend(pid) from {MINE}")
        until(lambda: admin.execute(f"select count(*) from {MINE}").fetchone() == (0,))


@pytest.mark.parametrize("pool", [auth.pool, storage.pool, realtime.pool, functions.pool])
def test_connections_that_were_all_lost_are_replaced_at_once(
    stack: Stack, pool: Callable[[str], Any]
) -> None:
    async def all_at_once(opened: Any) -> set[int]:
        """The server's processes behind as many connections as the pool may have."""
        together = asyncio.Barrier(opened.max_size)

        async def one() -> int:
            async with opened.connection(timeout=60) as connection:
                await together.wait()
                return int(connection.info.backend_pid)

        return {*await asyncio.gather(*(one() for _ in range(opened.max_size)))}

    async def lose_all() -> None:
        async with pool(f"{stack.database_url}?application_name=test_pools") as opened:
            before = await all_at_once(opened)
            hang_up(stack)
            async with opened.connection(timeout=60) as connection:
                assert connection.info.backend_pid not in before
            after = await all_at_once(opened)
            assert len(after) == opened.max_size and not after & before

    asyncio.run(lose_all())
