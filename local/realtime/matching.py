"""Whose filters a changed row passes.

Patterns are clients' own programs. They have a tenth of a second together; when that is over, those of each
client half a second alone, and the channels of one whose patterns take longer end. Clocks count what a busy
machine does elsewhere as well: a channel must not end for that.
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
    """Those whose filters the row passes, by what may be told of it. Channels of slow patterns are shut."""
    filters = {one for _, subscription in wanting for one in subscription.filters}
    yes = await _passing(connection, facts, (one for one in filters if one.operator not in PATTERNS))
    likely = [(channel, asked) for channel, asked in wanting if _plain(asked) <= yes]
    try:
        yes |= await _matching(connection, facts, likely, TOGETHER)
    except psycopg.errors.QueryCanceled:
        yes |= await _matching_one_by_one(connection, facts, likely)
    return [(channel, asked) for channel, asked in likely if yes.issuperset(asked.filters)]


async def _matching_one_by_one(connection: Connection, facts: Facts, wanting: Wanting) -> set[Filter]:
    yes = set[Filter]()
    for client in {channel.connection for channel, _ in wanting}:
        own = [(channel, asked) for channel, asked in wanting if channel.connection is client]
        try:
            yes |= await _matching(connection, facts, own, ALONE)
        except psycopg.errors.QueryCanceled:
            for channel, asked in own:
                if _patterns(asked):
                    channel.shut(TOO_SLOW)
    return yes


async def _matching(connection: Connection, facts: Facts, wanting: Wanting, within: str) -> set[Filter]:
    """The patterns that the row passes. Raises QueryCanceled."""
    patterns = {one for _, asked in wanting for one in _patterns(asked)}
    if not patterns:
        return set()
    async with connection.transaction():
        await run(connection, "limit_time", within=within)
        return await _passing(connection, facts, patterns)


async def _passing(connection: Connection, facts: Facts, filters: Iterable[Filter]) -> set[Filter]:
    row = {**facts.change.old, **facts.change.new}
    types = {column["name"]: column["type"] for column in facts.table.columns}
    known = facts.tellable(set(row) & set(types))
    asked = [one for one in filters if one.column in known]
    if not asked:
        return set()
    found = await run(
        connection,
        "pass_filters",
        operators=[one.operator for one in asked],
        types=[types[one.column] for one in asked],
        values=[row[one.column] for one in asked],
        expected=[one.value for one in asked],
        negated=[one.negated for one in asked],
    )
    return {one for one, line in zip(asked, await found.fetchall(), strict=True) if line["passes"]}


def _plain(asked: Subscription) -> set[Filter]:
    return {one for one in asked.filters if one.operator not in PATTERNS}


def _patterns(asked: Subscription) -> set[Filter]:
    return set(asked.filters) - _plain(asked)
