"""The door of the gateway: limits connections, per address and in all, and proxies them to Caddy.

Caddy limits what a connection may do, not how many there are. It listens on a Unix socket that only the owner
can open, and reads the client's address from the PROXY protocol, version 1.

python -m local.gateway.door PORT SOCKET EACH ALL COMMAND...    EACH is 0 behind a proxy: all have its address
"""

import asyncio
import resource
import signal
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import cast

import uvloop

from local.shares import FullError, Shares

SPARE = 200
"""File descriptors for other things than connections."""
STARTS_WITHIN, LOOK_EVERY = 60.0, 0.02
DROPPED = 8 << 20
"""Bytes that a client may still send after its response was complete."""
LINGER, READS_WITHIN = 1.0, 10.0
"""Seconds that a client has to read the end of a response, and seconds in which it must read some of it."""
BODY = b'{"code":"too_many_connections","message":"Too many connections from this address"}'
REFUSAL = (
    b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\nAccess-Control-Allow-Origin: *\r\n"
    b"Retry-After: 5\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)
)


class Side(asyncio.Protocol):
    """One side of a proxied connection; received bytes are written to the other side."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.other: Side | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Bytes for a closed side are read and dropped: unread, they would reset the connection."""
        if self.other and self.other.transport:
            self.other.transport.write(data)

    def pause_writing(self) -> None:
        if self.other and self.other.transport:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other and self.other.transport:
            self.other.transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        if self.other:
            self.other.end()

    def end(self) -> None:
        """The other side is closed."""
        if self.transport:
            self.transport.close()


class Inner(Side):
    """The side of Caddy."""

    def eof_received(self) -> None:
        """Caddy closes both directions at once."""


class Client(Side):
    def __init__(self, door: "Door") -> None:
        super().__init__()
        self.door, self.address, self.admitted = door, "", False
        self.unsent, self.early, self.sends_no_more = 0, b"", False
        self.dropped = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert self.transport
        peer = transport.get_extra_info("peername")
        if peer is None:
            return self.transport.abort()
        self.address = peer[0]
        try:
            self.door.shares.take(self.door.counting_key(self.address))
        except FullError:
            return self.door.refuse(self)
        self.admitted = True
        self.door.keep(self.door.connect(self, peer))

    def data_received(self, data: bytes) -> None:
        """Bytes are kept until Caddy is connected. uvloop may read once more after `pause_reading`."""
        if (self.other and self.other.transport) or not self.admitted:
            return super().data_received(data)
        if self.other:
            return self._drop(len(data))
        self.early += data
        if self.transport:
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """The client sends no more, but may still wait for a response."""
        self.sends_no_more = True
        if self.other and self.other.transport:
            self.other.transport.write_eof()
            return True
        return self.admitted and self.other is None

    def end(self) -> None:
        """Let the client read the last bytes of Caddy, for a limited time."""
        if self.transport is None:
            return
        if self.sends_no_more:
            self.transport.close()
        else:
            self.transport.resume_reading()
            self.transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER, self._close)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.door.refused.discard(self)
        if self.admitted:
            self.door.shares.give(self.door.counting_key(self.address))

    def _drop(self, size: int) -> None:
        """Drop bytes after the response: unread, they would reset the connection. Above DROPPED, abort."""
        self.dropped += size
        if self.dropped > DROPPED and self.transport:
            self.transport.abort()

    def _close(self) -> None:
        """Close when all is sent, or the client reads nothing."""
        if self.transport:
            left = self.transport.get_write_buffer_size()
            if left and left != self.unsent:
                self.unsent = left
                asyncio.get_running_loop().call_later(READS_WITHIN, self._close)
            else:
                self.transport.abort() if left else self.transport.close()


class Door:
    def __init__(self, socket: Path, each: int, all_together: int) -> None:
        self.socket, self.counts_addresses = str(socket), each > 0
        self.shares = Shares(each or all_together, all_together)
        self.tasks: set[asyncio.Task[None]] = set()
        self.refused: set[Client] = set()

    def counting_key(self, address: str) -> str:
        return address if self.counts_addresses else ""

    async def connect(self, client: Client, peer: tuple[str, int]) -> None:
        """Open a connection to Caddy for this client."""
        try:
            _, inner = await asyncio.get_running_loop().create_unix_connection(Inner, self.socket)
        except OSError:
            if client.transport:
                client.transport.abort()
            return
        assert inner.transport
        if client.transport is None:
            return inner.transport.abort()
        family, own = ("TCP6", "::1") if ":" in peer[0] else ("TCP4", "127.0.0.1")
        port = client.transport.get_extra_info("sockname")[1]
        line = f"PROXY {family} {peer[0]} {own} {peer[1]} {port}\r\n".encode()
        inner.transport.write(line + client.early)
        inner.other, client.other, client.early = client, inner, b""
        if client.sends_no_more:
            inner.transport.write_eof()
        client.transport.resume_reading()

    def refuse(self, client: Client) -> None:
        """Respond with the reason and close; at once, without it, if many are being refused already."""
        assert client.transport
        client.transport.write(REFUSAL)
        if len(self.refused) >= SPARE // 4:
            client.transport.abort()
            return
        self.refused.add(client)
        client.transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER, client.transport.abort)

    def keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


async def serve(port: int, socket: Path, each: int, all_together: int, command: Sequence[str]) -> int:
    """Serve until the command ends, or a signal arrives."""
    socket.unlink(missing_ok=True)
    caddy = await asyncio.create_subprocess_exec(*command)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end, caddy)
    await _listening(socket, caddy)
    door = Door(socket, each, min(all_together, _most()))
    server = await loop.create_server(lambda: Client(door), "127.0.0.1", port, backlog=1024)
    async with server:
        return await caddy.wait()


def _end(caddy: asyncio.subprocess.Process) -> None:
    if caddy.returncode is None:
        caddy.terminate()


async def _listening(socket: Path, caddy: asyncio.subprocess.Process) -> None:
    end = asyncio.get_running_loop().time() + STARTS_WITHIN
    while caddy.returncode is None and asyncio.get_running_loop().time() < end:
        try:
            _, writer = await asyncio.open_unix_connection(str(socket))
        except OSError:
            await asyncio.sleep(LOOK_EVERY)
        else:
            return writer.close()


def _most() -> int:
    """Connections for which there are file descriptors: each needs two here, and two in Caddy."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return (hard - SPARE) // 2


def main() -> int:
    port, socket, each, all_together, *command = sys.argv[1:]
    return uvloop.run(serve(int(port), Path(socket), int(each), int(all_together), command))


if __name__ == "__main__":
    raise SystemExit(main())
