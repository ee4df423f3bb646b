"""The replication feed: rows of realtime.messages to their topics, changes of tables to their subscribers.

A joined channel receives each commit once. After an interruption changes may be missing: all channels are
closed with an error, so that their clients join again.
"""

import asyncio
import logging

import psycopg

from local.realtime import replication
from local.realtime.changes import Dispatcher
from local.realtime.messages import Unreadable, parse
from local.realtime.pgoutput import Change, Row
from local.realtime.topics import Topics

log = logging.getLogger(__name__)

LONGEST_WAIT = 5.0
"""Seconds between two attempts to connect."""
MESSAGES = ("realtime", "messages")
WAITING_CHANGES = 1000
"""Changes that may wait for their policies to be checked; then reading the feed stops until one is done."""


class Feed:
    def __init__(self, url: str, topics: Topics, dispatcher: Dispatcher, follows: asyncio.Event) -> None:
        """`follows` is set while the feed is connected."""
        self.url, self.topics, self.dispatcher, self.follows = url, topics, dispatcher, follows
        self.changes = asyncio.Queue[Change](WAITING_CHANGES)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow())
            tasks.create_task(self._dispatch())

    async def _follow(self) -> None:
        wait = 0.1
        while True:
            try:
                async with replication.following(self.url) as follower:
                    wait = 0.1
                    self.topics.interrupt()
                    self.follows.set()
                    async for change in follower.changes():
                        await self._route(change)
            except psycopg.Error as error:
                fields = {"error": type(error).__name__, "sqlstate": error.sqlstate}
                log.warning("feed interrupted", extra={"fields": fields})
            except Exception:
                log.exception("feed interrupted")
            self.follows.clear()
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def _route(self, change: Change) -> None:
        if (change.relation.schema, change.relation.table) == MESSAGES:
            self._publish(change.new)
        elif self.dispatcher.subscribers.wanting(change):
            await self.changes.put(change)

    async def _dispatch(self) -> None:
        while True:
            change = await self.changes.get()
            try:
                sent = await self.dispatcher.dispatch(change)
            except Exception:
                log.exception("change not sent")
                sent = False
            if not sent:
                for channel, _ in self.dispatcher.subscribers.wanting(change):
                    channel.interrupt()

    def _publish(self, row: Row) -> None:
        topic, event, payload, message_id = (row.get(name) for name in ("topic", "event", "payload", "id"))
        if topic is None or event is None or payload is None or message_id is None:
            return
        try:
            document = parse(payload)
        except Unreadable as error:
            log.warning("message skipped", extra={"fields": {"id": message_id, "error": str(error)}})
            return
        content = {"type": "broadcast", "event": event, "payload": document, "meta": {"id": message_id}}
        self.topics.publish(topic, row.get("private") == "t", content, message_id)
