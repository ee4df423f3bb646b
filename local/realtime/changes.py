"""Changes of tables, sent to the subscribers that may see them.

The row is selected as the subscriber, so that the policies decide. A deleted row cannot be selected: of
tables with row level security only its primary key is sent.
"""

import json
import logging
from typing import Any

import psycopg

from local.realtime import matching, snapshots
from local.realtime.database import Connection, Pool, as_user, run
from local.realtime.interfaces import Listener
from local.realtime.pgoutput import Change, Row
from local.realtime.rows import LARGEST, MAY_NOT, NO_KEY, POLICY_FAILED, Facts, Table, withheld
from local.realtime.subscriptions import Subscribers, Subscription
from local.realtime.tokens import Claims

log = logging.getLogger(__name__)


class Dispatcher:
    def __init__(self, pool: Pool, subscribers: Subscribers) -> None:
        self.pool, self.subscribers = pool, subscribers
        self.times = matching.times()

    async def dispatch(self, change: Change) -> bool:
        """Send the change. False if the database failed; then no subscriber has received it."""
        wanting = self.subscribers.wanting(change)
        if not wanting:
            return True
        try:
            async with self.pool.connection() as connection:
                payloads = await self._decide(connection, change, wanting)
        except psycopg.Error as error:
            fields = {"table": change.relation.table, "error": type(error).__name__}
            log.warning("change not sent", extra={"fields": fields})
            return False
        for channel, ids, data in payloads:
            if channel in self.subscribers.by_channel:
                channel.receive_change({"ids": ids, "data": data})
        return True

    async def _decide(
        self, connection: Connection, change: Change, wanting: list[tuple[Listener, Subscription]]
    ) -> list[tuple[Listener, list[int], dict[str, Any]]]:
        """Channels, subscription ids and data, by the claims of now: they may change meanwhile."""
        users = {channel: channel.claims for channel, _ in wanting}
        table = await describe(
            connection, change.relation.oid, sorted({claims["role"] for claims in users.values()})
        )
        if table is None:
            return []
        facts = await weigh(connection, change, table)
        if table.secured and change.kind != "DELETE":
            await snapshots.until_seen(connection, change.transaction)
        verdicts: dict[str, str | None] = {}
        recipients: dict[tuple[Listener, frozenset[str] | None], list[int]] = {}
        for channel, subscription in await matching.passed(connection, facts, wanting, self.times):
            user = json.dumps(users[channel], sort_keys=True)
            if user not in verdicts:
                verdicts[user] = await verdict(connection, facts, users[channel])
            if verdicts[user] is not None:
                recipients.setdefault((channel, subscription.columns), []).append(subscription.id)
        return [
            (channel, ids, self._data(facts, users[channel], columns, verdicts))
            for (channel, columns), ids in recipients.items()
        ]

    def _data(
        self, facts: Facts, claims: Claims, columns: frozenset[str] | None, verdicts: dict[str, str | None]
    ) -> dict[str, Any]:
        error = verdicts[json.dumps(claims, sort_keys=True)]
        return withheld(facts.change, error) if error else facts.payload(claims["role"], columns)


async def describe(connection: Connection, oid: int, roles: list[str]) -> Table | None:
    """The table, None if it was dropped."""
    columns = await (await run(connection, "describe", oid=oid, roles=roles)).fetchall()
    return Table(columns, columns[0]["secured"]) if columns else None


async def weigh(connection: Connection, change: Change, table: Table) -> Facts:
    size = sum(len(value or "") for row in (change.new, change.old) for value in row.values())
    new, old = [await cast(connection, row, table) for row in (change.new, change.old)]
    return Facts(change, table, new, old, size > LARGEST)


async def cast(connection: Connection, row: Row, table: Table) -> dict[str, Any]:
    """The row as JSON: Postgres casts each text to its type."""
    types = {column["name"]: column["type"] for column in table.columns}
    names = [name for name in row if name in types]
    cursor = await run(
        connection,
        "cast_row",
        names=names,
        values=[row[name] for name in names],
        types=[types[name] for name in names],
    )
    cells = await cursor.fetchone()
    return (cells and cells["row"]) or {}


async def verdict(connection: Connection, facts: Facts, claims: Claims) -> str | None:
    """The error to send instead of the row, "" to send the row, None to send nothing."""
    table, key = facts.table, facts.table.key
    if facts.change.kind == "DELETE":
        return ""
    if not key:
        return NO_KEY
    if not set(key) <= table.readable(claims["role"]):
        return MAY_NOT
    if not table.secured:
        return ""
    relation, row = facts.change.relation, facts.change.new
    try:
        async with connection.transaction(force_rollback=True):
            await as_user(connection, claims, "", {})
            cursor = await run(
                connection, "is_visible", oid=relation.oid, names=key, values=[row.get(name) for name in key]
            )
            line = await cursor.fetchone()
            return "" if line and line["visible"] else None
    except psycopg.Error as error:
        if connection.broken:
            raise
        log.info("policy failed", extra={"fields": {"table": relation.table, "sqlstate": error.sqlstate}})
        return POLICY_FAILED
