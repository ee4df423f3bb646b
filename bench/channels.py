"""Measure Realtime with many sockets, compared with a bare echo server; and messages of the database."""

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

import psutil
import psycopg
from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import WebSocketException

from bench.table import Table, percentile
from local import services
from local.ports import free_port, listening
from local.sockets import PREFIX
from local.temporary_stack import Stack

SOCKETS, ROOM = 2000, 10
SECONDS, RATE = 60, 200
DATABASE_MESSAGES = 500
AT_ONCE = 50
"""Sockets that are opened concurrently."""


def measure(stack: Stack) -> list[Table]:
    return asyncio.run(measured(stack))


async def measured(stack: Stack) -> list[Table]:
    table = Table(
        "Realtime",
        f"{SOCKETS} sockets past the gateway, {RATE} messages a second in for {SECONDS} s; in rooms of "
        f"{ROOM} the {ROOM - 1} others receive each. The echo sends each back to its sender. "
        f"{DATABASE_MESSAGES} messages of `realtime.send`, one transaction each, go to one room: measured "
        "from before the call to the client.",
        ("", "received", "lost", "p50 ms", "p95 ms", "KB a socket"),
    )
    with echoing() as (url, process):
        async with AsyncExitStack() as stack_of_sockets:
            crowd = Crowd(f"{url}/websocket", rooms=False)
            table.rows.append(("bare echo", *await crowd.drive(stack_of_sockets, process)))
    async with AsyncExitStack() as sockets:
        url = f"http://localhost/realtime/v1/websocket?apikey={stack.service_role_key}"
        crowd = Crowd(url, rooms=True, socket=stack.part_url("platform").removeprefix(PREFIX))
        platform = psutil.Process(stack.pid("platform"))
        table.rows.append(("broadcast", *await crowd.drive(sockets, platform)))
        table.rows.append(("realtime.send", *await crowd.listen_to_database(stack)))
    return [table]


@contextmanager
def echoing() -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    command = [
        argument.replace("local.platform:app", "bench.echo:app")
        for argument in services.uvicorn(services.local_url(port))
    ]
    process = subprocess.Popen(command, stdout=sys.stderr)
    try:
        while not listening(port):
            time.sleep(0.05)
        yield services.local_url(port), psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


class Crowd:
    def __init__(self, url: str, rooms: bool, socket: str | None = None) -> None:
        """`socket` is the path of a Unix socket if the server listens on one instead of a port."""
        self.url, self.rooms, self.socket = url.replace("http", "ws", 1), rooms, socket
        self.run = uuid.uuid4().hex
        self.sockets: list[ClientConnection] = []
        self.times: list[float] = []

    async def drive(self, stack: AsyncExitStack, process: psutil.Process) -> tuple[float, ...]:
        before = process.memory_info().rss
        await self.open(stack)
        size = (process.memory_info().rss - before) / SOCKETS / 1000
        listeners = [asyncio.create_task(self.listen(socket)) for socket in self.sockets]
        start, total = time.perf_counter(), SECONDS * RATE
        for number in range(total):
            await asyncio.sleep(max(0, start + number / RATE - time.perf_counter()))
            place = number * 7 % SOCKETS
            await self.sockets[place].send(self.message(place, time.perf_counter()))
        expected = total * (ROOM - 1 if self.rooms else 1)
        await self.settle(expected)
        for listener in listeners:
            listener.cancel()
        return (*self.arrivals(expected), round(size, 1))

    async def open(self, stack: AsyncExitStack) -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(place: int) -> ClientConnection:
            async with gate:
                socket = await self.connected(place)
                if self.rooms:
                    await socket.send(self.frame(place, "phx_join", {"config": {"private": False}}))
                    await socket.recv()
                return socket

        self.sockets = list(await asyncio.gather(*(one(place) for place in range(SOCKETS))))
        for socket in self.sockets:
            stack.push_async_callback(socket.close)

    async def connected(self, place: int) -> ClientConnection:
        """Connect with many different addresses, since connections of one address are limited."""
        if self.socket is None:
            return await connect(self.url, compression=None, open_timeout=60)
        address = {"X-Forwarded-For": f"10.0.{place // 100}.1"}
        return await unix_connect(
            self.socket, self.url, compression=None, open_timeout=60, additional_headers=address
        )

    def frame(self, place: int, event: str, payload: object) -> str:
        topic = f"realtime:bench {self.run} {place // ROOM}"
        return json.dumps({"topic": topic, "event": event, "payload": payload, "ref": "1"})

    def message(self, place: int, at: float) -> str:
        return self.frame(place, "broadcast", {"type": "broadcast", "event": "x", "payload": {"at": at}})

    async def listen(self, socket: ClientConnection) -> None:
        try:
            async for text in socket:
                message = json.loads(text)
                if message["event"] == "broadcast":
                    self.times.append(time.perf_counter() - message["payload"]["payload"]["at"])
        except WebSocketException:
            return

    async def settle(self, expected: int) -> None:
        end = time.perf_counter() + 20
        while len(self.times) < expected and time.perf_counter() < end:
            await asyncio.sleep(0.1)

    def arrivals(self, expected: int) -> tuple[float, ...]:
        heard, milliseconds = len(self.times), [1000 * taken for taken in self.times]
        self.times.clear()
        return heard, expected - heard, percentile(milliseconds, 0.5), percentile(milliseconds, 0.95)

    async def listen_to_database(self, stack: Stack) -> tuple[float | str, ...]:
        listeners = [asyncio.create_task(self.listen(socket)) for socket in self.sockets[:ROOM]]
        topic = f"bench {self.run} 0"
        async with await psycopg.AsyncConnection.connect(stack.database_url, autocommit=True) as connection:
            for _ in range(DATABASE_MESSAGES):
                send = "select realtime.send(jsonb_build_object('at', %s::double precision), 'x', %s, false)"
                await connection.execute(send, [time.perf_counter(), topic])
                await asyncio.sleep(0.01)
        await self.settle(DATABASE_MESSAGES * ROOM)
        for listener in listeners:
            listener.cancel()
        return (*self.arrivals(DATABASE_MESSAGES * ROOM), "")
