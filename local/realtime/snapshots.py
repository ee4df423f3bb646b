"""Whether a transaction that was streamed can be seen yet.

A commit is streamed once it is in the log, and seen by others a moment later: who asks for the row in between
finds none, or the one before.
"""

import asyncio

from local.realtime.database import Connection, run

EPOCH = 2**32
WITHIN = 5.0
AGAIN = 0.001
"""Both in seconds."""


async def until_seen(connection: Connection, transaction: int) -> None:
    """Raises TimeoutError."""
    async with asyncio.timeout(WITHIN):
        while not sees(await _snapshot(connection), transaction):
            await asyncio.sleep(AGAIN)


async def _snapshot(connection: Connection) -> str:
    row = await (await run(connection, "snapshot")).fetchone()
    assert row
    return str(row["snapshot"])


def sees(snapshot: str, transaction: int) -> bool:
    """`snapshot` as PostgreSQL writes it, xmin:xmax:those that run; `transaction` without its epoch."""
    _, end, running = snapshot.split(":")
    xmax = int(end)
    whole = xmax + (transaction - xmax + EPOCH // 2) % EPOCH - EPOCH // 2
    return whole < xmax and str(whole) not in running.split(",")
