"""The subscriptions whose filters a changed row matches.

Patterns are expressions of clients, and may be slow. All different ones together have a tenth of a second.
If they take longer, those of each network address are matched alone, for as long as the address has time
left: a quarter of a second, of which a fortieth comes back each second. Channels with patterns of an address
that takes longer are closed. An address always has a tenth of a second, because wall-clock time includes
other load of the machine; patterns that others use too are matched once.
"""

import time
from collections.abc import Iterable

import psycopg

from local.rates import Rates
from local.realtime.database import Connection, run
from local.realtime.filters import PATTERNS, Filter
from local.realtime.interfaces import Listener
from local.realtime.rows import Facts
from local.realtime.subscriptions import Subscription

Wanting = list[tuple[Listener, Subscription]]

TOGETHER, LEAST, MOST = 100.0, 100.0, 600.0
"""Milliseconds of all patterns; of those of an address alone, at least; of all addresses, divided."""
TIME = 25
"""Milliseconds of each second that the patterns of an address may take; ten seconds' worth at once."""
TOO_SLOW = "The patterns of a filter take too long"


def times() -> Rates:
    """The time that each address has left, in milliseconds."""
    return Rates(TIME)


async def passed(connection: Connection, facts: Facts, wanting: Wanting, left: Rates) -> Wanting:
    """The matching subscriptions, by the columns that may be sent. Closes channels with slow patterns."""
    filters = {one for _, subscription in wanting for one in subscription.filters}
    yes = await _passing(connection, facts, (one for one in filters if one.operator not in PATTERNS))
    likely = [(channel, subscription) for channel, subscription in wanting if _plain(subscription) <= yes]
    try:
        yes |= await _matching(connection, facts, _patterns(likely), TOGETHER)
    except psycopg.errors.QueryCanceled:
        yes |= await _matching_by_address(connection, facts, likely, left)
    return [
        (channel, subscription) for channel, subscription in likely if yes.issuperset(subscription.filters)
    ]


async def _matching_by_address(
    connection: Connection, facts: Facts, wanting: Wanting, left: Rates
) -> set[Filter]:
    by_address: dict[str, Wanting] = {}
    for channel, subscription in wanting:
        if subscription.has_patterns:
            by_address.setdefault(channel.address, []).append((channel, subscription))
    yes, matched = set[Filter](), set[Filter]()
    for address, own in by_address.items():
        rate, start, patterns = left.of(address), time.monotonic(), _patterns(own)
        within = max(LEAST, min(rate.rest(), MOST / len(by_address)))
        try:
            yes |= await _matching(connection, facts, patterns - matched, within)
            matched |= patterns
        except psycopg.errors.QueryCanceled:
            for channel in {channel for channel, _ in own}:
                channel.shut(TOO_SLOW)
        rate.spend((time.monotonic() - start) * 1000)
    return yes


async def _matching(
    connection: Connection, facts: Facts, patterns: set[Filter], milliseconds: float
) -> set[Filter]:
    """The patterns that the row matches. Raises QueryCanceled."""
    if not patterns:
        return set()
    async with connection.transaction():
        await run(connection, "limit_time", within=f"{milliseconds:.0f}ms")
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


def _patterns(wanting: Wanting) -> set[Filter]:
    return {one for _, subscription in wanting for one in subscription.filters if one.operator in PATTERNS}
