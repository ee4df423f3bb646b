"""Whether a streamed transaction is visible yet.

A commit is streamed once it is in the log, and becomes visible a moment later: a query in between returns the
earlier row, or none.
"""

import asyncio

from local.realtime.database import Connection, run

EPOCH = 2**32
WITHIN = 5.0
AGAIN = 0.001
"""Interval and limit of polling, in seconds."""


async def until_seen(connection: Connection, transaction: int) -> None:
    """Wait until the transaction is visible. Raises TimeoutError."""
    async with asyncio.timeout(WITHIN):
        while not sees(await _snapshot(connection), transaction):
            await asyncio.sleep(AGAIN)


async def _snapshot(connection: Connection) -> str:
    row = await (await run(connection, "snapshot")).fetchone()
    assert row
    return str(row["snapshot"])


def sees(snapshot: str, transaction: int) -> bool:
    """Whether a snapshot, xmin:xmax:running ids, includes the transaction, an id without epoch."""
    _, end, running = snapshot.split(":")
    xmax = int(end)
    whole = xmax + (transaction - xmax + EPOCH // 2) % EPOCH - EPOCH // 2
    return whole < xmax and str(whole) not in running.split(",")
