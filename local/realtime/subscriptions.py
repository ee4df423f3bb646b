"""Which changes of tables a channel asked for."""

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg

from local.realtime import filters
from local.realtime.database import Pool, run
from local.realtime.filters import Filter, FilterError
from local.realtime.messages import written
from local.realtime.pgoutput import Change

if TYPE_CHECKING:
    from local.realtime.channel import Channel

EVENTS = ("INSERT", "UPDATE", "DELETE")
ANY = "*"
UNABLE = "Unable to subscribe to changes with given parameters"
LONGEST_LIST = 100
"""Values in an `in` filter."""


class SubscriptionError(Exception):
    """Nothing can be heard so; the message is for the client."""


@dataclass(frozen=True)
class Subscription:
    id: int
    """The same for the same request, so that clients know theirs."""
    event: str
    schema: str
    table: str
    filters: tuple[Filter, ...] = ()
    columns: frozenset[str] | None = None
    """Those to send, besides the primary key; None for all."""

    def wants(self, change: Change) -> bool:
        return (
            self.event in (ANY, change.kind)
            and self.schema in (ANY, change.relation.schema)
            and self.table in (ANY, change.relation.table)
        )


@dataclass
class Subscribers:
    by_channel: "dict[Channel, tuple[Subscription, ...]]" = field(default_factory=dict)

    def wanting(self, change: Change) -> "list[tuple[Channel, Subscription]]":
        return [
            (channel, subscription)
            for channel, subscriptions in self.by_channel.items()
            for subscription in subscriptions
            if subscription.wants(change)
        ]


def request_id(asked: dict[str, Any]) -> int:
    return zlib.crc32(written(sorted(asked.items(), key=lambda pair: pair[0])).encode()) >> 5


def read(asked: dict[str, Any]) -> Subscription:
    """Raises SubscriptionError."""
    event, columns = asked.get("event"), asked.get("select")
    schema, table, text = (asked.get(name) for name in ("schema", "table", "filter"))
    if isinstance(columns, str):
        raise SubscriptionError("Error parsing `select` params: expected a list of column name strings")
    if not all(value is None or isinstance(value, str) for value in (schema, table, text)) or (
        schema is None and table is None
    ):
        raise SubscriptionError(
            "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to"
        )
    try:
        found = filters.read(text or "")
    except FilterError as error:
        raise SubscriptionError(f"Error parsing `filter` params: {error}") from error
    wanted = (
        frozenset(name for name in columns if isinstance(name, str)) if isinstance(columns, list) else None
    )
    if (found or wanted) and ANY in (schema or "public", table or ANY):
        raise SubscriptionError("A filter or a selection of columns takes one schema and one table.")
    return Subscription(
        request_id(asked),
        event.upper() if isinstance(event, str) and event.upper() in EVENTS else ANY,
        schema or "public",
        table or ANY,
        found,
        wanted or None,
    )


async def check(pool: Pool, subscription: Subscription, role: str) -> None:
    """Raises SubscriptionError when nothing is published there, or a filter does not fit its column."""
    where = {"schema": subscription.schema, "table": subscription.table}
    told = ", ".join(
        f"{name}: {value}"
        for name, value in (
            ("event", subscription.event),
            *where.items(),
            ("filters", [tuple(one) for one in subscription.filters]),
            ("select", sorted(subscription.columns) if subscription.columns else None),
        )
    )
    try:
        async with pool.connection() as connection:
            tables = await (await run(connection, "published", **where)).fetchall()
            if not tables:
                raise SubscriptionError(
                    f"{UNABLE}. Please check Realtime is enabled for the given connect parameters: [{told}]"
                )
            for one in subscription.filters:
                await run(
                    connection,
                    "check_filter",
                    oid=tables[0]["oid"],
                    role=role,
                    longest=LONGEST_LIST,
                    **one._asdict(),
                )
    except psycopg.Error as error:
        why = error.diag.message_primary or "the database does not answer"
        check = f"An exception happened so please check your connect parameters: [{told}]. Exception: {why}"
        raise SubscriptionError(f"{UNABLE}. {check}") from error
