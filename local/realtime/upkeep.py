"""The partitions of realtime.messages: one a day, created ahead, dropped after three days."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import psycopg
from psycopg import sql

from local.realtime.database import Pool, run

log = logging.getLogger(__name__)

KEPT, AHEAD = timedelta(days=3), timedelta(days=3)
EVERY = 3600.0
NAME = "messages_%Y_%m_%d"
DAY = timedelta(days=1)


def missing(today: date, present: Iterable[str]) -> list[date]:
    days = [today + n * DAY for n in range(AHEAD.days + 1)]
    return [day for day in days if f"{day:{NAME}}" not in set(present)]


def stale(today: date, present: Iterable[str]) -> list[str]:
    """The partitions whose messages are all past retention."""
    return sorted(name for name in present if name < f"{today - KEPT:{NAME}}")


async def keep(pool: Pool, today: date) -> None:
    async with pool.connection() as connection:
        present = [row["name"] for row in await (await run(connection, "partitions")).fetchall()]
        for day in missing(today, present):
            bounds = (sql.Literal(day.isoformat()), sql.Literal((day + DAY).isoformat()))
            create = sql.SQL(
                "create table realtime.{} partition of realtime.messages for values from ({}) to ({})"
            )
            await connection.execute(create.format(sql.Identifier(f"{day:{NAME}}"), *bounds))
        for name in stale(today, present):
            await connection.execute(sql.SQL("drop table realtime.{}").format(sql.Identifier(name)))


async def run_forever(pool: Pool) -> None:
    while True:
        try:
            await keep(pool, datetime.now(UTC).date())
        except psycopg.Error as error:
            log.warning("partitions not kept", extra={"fields": {"error": type(error).__name__}})
        await asyncio.sleep(EVERY)
