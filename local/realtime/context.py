"""State that all connections share: settings, connection pool, topics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, cast

import psycopg
from starlette.requests import HTTPConnection

from local.rates import Rate, Rates
from local.realtime import database, upkeep
from local.realtime.changes import Dispatcher
from local.realtime.database import run
from local.realtime.feed import Feed
from local.realtime.holdings import Holdings
from local.realtime.interfaces import Outbox
from local.realtime.joins import Join
from local.realtime.limits import Limits
from local.realtime.messages import Unreadable, parse
from local.realtime.settings import Settings
from local.realtime.subscriptions import Subscribers
from local.realtime.tokens import Refused
from local.realtime.topics import Topics

FOLLOWS_WITHIN = 5.0
"""Seconds that the start waits for the feed: a long transaction can delay a replication slot."""


@dataclass(frozen=True)
class Realtime:
    settings: Settings
    pool: database.Pool
    joins: Rate
    broadcasts: Rates
    """Rates of broadcasts by HTTP, by caller."""
    connections: set[Outbox] = field(default_factory=set)
    holdings: Holdings = field(default_factory=lambda: Holdings(Limits()))
    topics: Topics = field(default_factory=Topics)
    subscribers: Subscribers = field(default_factory=Subscribers)
    follows: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while the feed receives commits."""

    async def replay(self, join: Join) -> list[dict[str, Any]]:
        """Earlier messages of a private topic, oldest first. Raises Refused."""
        if join.replay is None:
            return []
        parameters = {"topic": join.topic, "since": join.replay.since, "limit": join.replay.limit}
        try:
            async with self.pool.connection() as connection:
                rows = await (await run(connection, "replayed", **parameters)).fetchall()
        except psycopg.Error as error:
            raise Refused("UnableToReplayMessages", "Realtime was unable to replay messages") from error
        readable = []
        for row in reversed(rows):
            with suppress(Unreadable):
                readable.append(message(row, replayed=True))
        return readable


def message(row: dict[str, Any], **meta: Any) -> dict[str, Any]:
    """A row of realtime.messages as the payload that clients receive. Raises Unreadable."""
    meta["id"] = str(row["id"])
    return {"type": "broadcast", "event": row["event"], "payload": parse(row["payload"]), "meta": meta}


@asynccontextmanager
async def open_realtime(settings: Settings) -> AsyncIterator[Realtime]:
    pool = database.pool(settings.database_url)
    await pool.open(wait=True, timeout=10)
    limits = settings.limits
    rates = Rate(limits.project_joins_per_second), Rates(limits.messages_per_second)
    holdings = Holdings(limits)
    realtime = Realtime(settings, pool, *rates, holdings=holdings, topics=Topics(holdings.presences))
    dispatcher = Dispatcher(pool, realtime.subscribers)
    feed = Feed(settings.database_url, realtime.topics, dispatcher, realtime.follows)
    tasks = [asyncio.create_task(feed.run()), asyncio.create_task(upkeep.run_forever(pool))]
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(realtime.follows.wait(), FOLLOWS_WITHIN)
        yield realtime
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await pool.close()


def realtime_of(connection: HTTPConnection) -> Realtime:
    return cast(Realtime, connection.state.realtime)
