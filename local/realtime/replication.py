"""Logical replication from a temporary slot, streamed over libpq by psycopg.pq.

The slot is dropped with its connection: after a reconnect the commits in between are missing.
"""

import asyncio
import os
import secrets
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection, pq

from local.realtime.pgoutput import EPOCH, Change, Reader

PUBLICATIONS = ("supabase_realtime", "supabase_realtime_messages_publication")
EPOCH_SECONDS = EPOCH.timestamp()
STATUS_AFTER = 1.0
"""Seconds between two status updates, which let Postgres delete old log."""


class Follower:
    def __init__(self, connection: pq.abc.PGconn) -> None:
        self.connection = connection
        self.reader = Reader()
        self.position = 0
        self.told_at = 0.0

    async def changes(self) -> AsyncIterator[Change]:
        """Changes in commit order while the connection is open. Raises psycopg.OperationalError."""
        while True:
            size, data = self.connection.get_copy_data(1)
            if size < 0:
                raise psycopg.OperationalError("replication ended")
            if size == 0:
                await readable(self.connection.socket)
                self.connection.consume_input()
                continue
            message = bytes(data)
            if message[:1] == b"w":
                if change := self.reader.read(message[25:]):
                    yield change
                (start,) = struct.unpack(">q", message[1:9])
                self._reached(start)
            else:
                end, _, reply_now = struct.unpack(">qqB", message[1:18])
                self._reached(end, at_once=bool(reply_now))

    def _reached(self, position: int, at_once: bool = False) -> None:
        self.position = max(self.position, position)
        now = time.monotonic()
        if at_once or now - self.told_at >= STATUS_AFTER:
            self.told_at = now
            at = int((time.time() - EPOCH_SECONDS) * 1e6)
            places = (self.position,) * 3
            self.connection.put_copy_data(b"r" + struct.pack(">qqqqB", *places, at, 0))
            self.connection.flush()


@asynccontextmanager
async def following(url: str) -> AsyncIterator[Follower]:
    """A follower of all later commits. Raises psycopg.Error."""
    slot = f"realtime_{os.getpid()}_{secrets.token_hex(4)}"
    names = ",".join(f'"{name}"' for name in PUBLICATIONS)
    options = f"proto_version '1', publication_names '{names}'"
    connection = await AsyncConnection.connect(
        url, autocommit=True, replication="database", application_name="realtime", connect_timeout=5
    )
    try:
        create = f"CREATE_REPLICATION_SLOT {slot} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')"
        await connection.execute(create.encode())
        await start(connection.pgconn, f"START_REPLICATION SLOT {slot} LOGICAL 0/0 ({options})")
        yield Follower(connection.pgconn)
    finally:
        await connection.close()


async def start(connection: pq.abc.PGconn, command: str) -> None:
    connection.send_query(command.encode())
    while connection.is_busy():
        await readable(connection.socket)
        connection.consume_input()
    result = connection.get_result()
    if result is None or result.status != pq.ExecStatus.COPY_BOTH:
        raise psycopg.OperationalError("replication did not start")


async def readable(socket: int) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.add_reader(socket, _finish, ready)
    try:
        await ready
    finally:
        loop.remove_reader(socket)


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
