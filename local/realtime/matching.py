"""The subscriptions whose filters a changed row matches.

Patterns are expressions of clients, and may be slow. All together have a tenth of a second. If they take
longer, the patterns of each client have half a second alone, and the channels of a client that takes longer
are closed. That limit is generous, because wall-clock time includes other load of the machine.
"""

from collections.abc import Iterable

import psycopg

from local.realtime.database import Connection, run
from local.realtime.filters import PATTERNS, Filter
from local.realtime.interfaces import Listener
from local.realtime.rows import Facts
from local.realtime.subscriptions import Subscription

Wanting = list[tuple[Listener, Subscription]]

TOGETHER, ALONE = "100ms", "500ms"
TOO_SLOW = "The patterns of a filter take too long"


async def passed(connection: Connection, facts: Facts, wanting: Wanting) -> Wanting:
    """The matching subscriptions, by the columns that may be sent. Closes channels with slow patterns."""
    filters = {one for _, subscription in wanting for one in subscription.filters}
    yes = await _passing(connection, facts, (one for one in filters if one.operator not in PATTERNS))
    likely = [(channel, subscription) for channel, subscription in wanting if _plain(subscription) <= yes]
    try:
        yes |= await _matching(connection, facts, likely, TOGETHER)
    except psycopg.errors.QueryCanceled:
        yes |= await _matching_one_by_one(connection, facts, likely)
    return [
        (channel, subscription) for channel, subscription in likely if yes.issuperset(subscription.filters)
    ]


async def _matching_one_by_one(connection: Connection, facts: Facts, wanting: Wanting) -> set[Filter]:
    yes = set[Filter]()
    for client in {channel.connection for channel, _ in wanting}:
        own = [(channel, subscription) for channel, subscription in wanting if channel.connection is client]
        try:
            yes |= await _matching(connection, facts, own, ALONE)
        except psycopg.errors.QueryCanceled:
            for channel, subscription in own:
                if _patterns(subscription):
                    channel.shut(TOO_SLOW)
    return yes


async def _matching(connection: Connection, facts: Facts, wanting: Wanting, within: str) -> set[Filter]:
    """The patterns that the row matches. Raises QueryCanceled."""
    patterns = {one for _, subscription in wanting for one in _patterns(subscription)}
    if not patterns:
        return set()
    async with connection.transaction():
        await run(connection, "limit_time", within=within)
        return await _passing(connection, facts, patterns)


async def _passing(connection: Connection, facts: Facts, filters: Iterable[Filter]) -> set[Filter]:
    row = {**facts.change.old, **facts.change.new}
    types = {column["name"]: column["type"] for column in facts.table.columns}
    known = facts.visible(set(row) & set(types))
    applicable = [one for one in filters if one.column in known]
    if not applicable:
        return set()
    cursor = await run(
        connection,
        "pass_filters",
        operators=[one.operator for one in applicable],
        types=[types[one.column] for one in applicable],
        values=[row[one.column] for one in applicable],
        expected=[one.value for one in applicable],
        negated=[one.negated for one in applicable],
    )
    return {one for one, line in zip(applicable, await cursor.fetchall(), strict=True) if line["passes"]}


def _plain(subscription: Subscription) -> set[Filter]:
    return {one for one in subscription.filters if one.operator not in PATTERNS}


def _patterns(subscription: Subscription) -> set[Filter]:
    return set(subscription.filters) - _plain(subscription)
