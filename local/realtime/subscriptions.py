"""Subscriptions of channels to changes of tables."""

import json
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from local import documents
from local.realtime import filters
from local.realtime.database import Connection, Pool, run
from local.realtime.filters import PATTERNS, Filter, FilterError
from local.realtime.interfaces import Listener
from local.realtime.messages import as_json, is_sendable
from local.realtime.pgoutput import Change

EVENTS = ("INSERT", "UPDATE", "DELETE")
ANY = "*"
UNABLE = "Unable to subscribe to changes with given parameters"
PATTERN_WITHIN = "250ms"
"""Time in which Postgres must have read a pattern, which it may do for each change."""
LONGEST_LIST = 100
"""Values in an `in` filter."""
MOST = 100
MOST_FILTERS, LONGEST_FILTERS = 200, 10_000
"""Filters of a channel, which the database checks one by one while the client joins, and their characters."""
"""Limit of subscriptions of a channel, and of filters of a subscription."""


class SubscriptionError(Exception):
    """The subscription is invalid; the message is for the client."""


@dataclass(frozen=True)
class Subscription:
    id: int
    """A hash of the request, by which clients recognise their subscriptions."""
    event: str
    schema: str
    table: str
    filters: tuple[Filter, ...] = ()
    columns: frozenset[str] | None = None
    """The columns to send with the primary key; None for all."""

    @property
    def has_patterns(self) -> bool:
        return any(one.operator in PATTERNS for one in self.filters)

    def wants(self, change: Change) -> bool:
        return (
            self.event in (ANY, change.kind)
            and self.schema in (ANY, change.relation.schema)
            and self.table in (ANY, change.relation.table)
        )


@dataclass
class Subscribers:
    by_channel: dict[Listener, tuple[Subscription, ...]] = field(default_factory=dict)

    def wanting(self, change: Change) -> list[tuple[Listener, Subscription]]:
        return [
            (channel, subscription)
            for channel, subscriptions in self.by_channel.items()
            for subscription in subscriptions
            if subscription.wants(change)
        ]


def request_id(request: dict[str, Any]) -> int:
    return zlib.crc32(as_json(sorted(request.items(), key=lambda pair: pair[0])).encode()) >> 5


def read_all(request: tuple[dict[str, Any], ...]) -> tuple[Subscription, ...]:
    """Parse the subscriptions of a join. Raises SubscriptionError."""
    if len(request) > MOST:
        raise SubscriptionError(f"A channel has at most {MOST} subscriptions")
    texts = [text for one in request if isinstance(text := one.get("filter"), str)]
    if sum(map(len, texts)) > LONGEST_FILTERS:
        raise SubscriptionError(f"The filters of a channel have at most {LONGEST_FILTERS} characters")
    subscriptions = tuple(read(one) for one in request)
    if sum(len(one.filters) for one in subscriptions) > MOST_FILTERS:
        raise SubscriptionError(f"A channel has at most {MOST_FILTERS} filters")
    return subscriptions


def read(request: dict[str, Any]) -> Subscription:
    """Parse one subscription. Raises SubscriptionError."""
    if not all(is_sendable(text) for text in documents.texts(request)):
        raise SubscriptionError("A subscription holds characters that are not UTF-8, or NUL")
    event, columns = request.get("event"), request.get("select")
    schema, table, text = (request.get(name) for name in ("schema", "table", "filter"))
    if isinstance(columns, str):
        raise SubscriptionError(
            "Error parsing `select` params: expected a list of column name strings, "
            'e.g. select: ["col1", "col2"]'
        )
    if not all(value is None or isinstance(value, str) for value in (schema, table, text)) or (
        schema is None and table is None
    ):
        raise SubscriptionError(
            "No subscription params provided. Please provide at least a `schema` or `table` to subscribe to"
        )
    try:
        parsed = filters.read(text or "")
    except FilterError as error:
        raise SubscriptionError(f"Error parsing `filter` params: {error}") from error
    wanted = (
        frozenset(name for name in columns if isinstance(name, str)) if isinstance(columns, list) else None
    )
    if len(parsed) > MOST:
        raise SubscriptionError(f"A subscription has at most {MOST} filters")
    if ANY in (schema or "public", table or ANY):
        if parsed:
            raise SubscriptionError("A filter takes one schema and one table")
        if wanted:
            raise SubscriptionError(
                "Column selection is not supported for wildcard subscriptions. "
                "Provide an explicit schema and table name."
            )
    return Subscription(
        request_id(request),
        event.upper() if isinstance(event, str) and event.upper() in EVENTS else ANY,
        schema or "public",
        table or ANY,
        parsed,
        wanted or None,
    )


async def check(pool: Pool, subscription: Subscription, role: str) -> None:
    """Raises SubscriptionError for an unpublished table, and for a filter that does not fit its column."""
    where = {"schema": subscription.schema, "table": subscription.table}
    shown = _in_elixir_notation(subscription)
    try:
        async with pool.connection() as connection:
            tables = await (await run(connection, "published", **where)).fetchall()
            if not tables:
                raise SubscriptionError(
                    f"{UNABLE}. Please check Realtime is enabled for the given connect parameters: [{shown}]"
                )
            for one in subscription.filters:
                await _check_filter(connection, tables[0]["oid"], role, one)
            names = sorted(subscription.columns or ())
            await run(connection, "check_selection", oid=tables[0]["oid"], role=role, names=names)
    except psycopg.Error as error:
        check = f"An exception happened so please check your connect parameters: [{shown}]."
        raise SubscriptionError(f"{UNABLE}. {check} Exception: {_exception(error)}") from error


async def _check_filter(connection: Connection, oid: int, role: str, one: Filter) -> None:
    """Raises psycopg.Error, and SubscriptionError for a pattern that is slow to read."""
    parameters = {"oid": oid, "role": role, "longest": LONGEST_LIST, **one._asdict()}
    if one.operator not in PATTERNS:
        await run(connection, "check_filter", **parameters)
        return
    try:
        async with connection.transaction():
            await run(connection, "limit_time", within=PATTERN_WITHIN)
            await run(connection, "check_filter", **parameters)
    except psycopg.errors.QueryCanceled as error:
        raise SubscriptionError("A pattern takes too long") from error


def _in_elixir_notation(subscription: Subscription) -> str:
    """The subscription in the notation of the real server, which is written in Elixir."""
    filters = ", ".join(f"{{{_listed(one)}}}" for one in subscription.filters)
    columns = f"[{_listed(sorted(subscription.columns))}]" if subscription.columns else "nil"
    return (
        f"event: {subscription.event}, schema: {subscription.schema}, table: {subscription.table}, "
        f"filters: [{filters}], select: {columns}"
    )


def _listed(words: Iterable[str | bool]) -> str:
    return ", ".join(json.dumps(word, ensure_ascii=False) for word in words)


def _exception(error: psycopg.Error) -> str:
    """The error in the real server's notation."""
    if error.sqlstate is None:
        return "the database does not answer"
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
    return f"{error.diag.severity} {error.sqlstate} ({name}) {error.diag.message_primary}"
