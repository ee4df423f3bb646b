"""Connections to functions that receive the response while the request is still being sent.

httpx reads nothing until it has sent the whole body. A function that responds while it reads, as an echo
does, waits for its response to be read, and httpx for its body to be read: a socket buffers only 200 KB.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import httpcore
import httpx

EARLY, LATER = 12 << 20, 256 << 10
"""Buffered bytes of a response: while the request is sent, more than the largest body; and afterwards."""


class Stream(asyncio.Protocol, httpcore.AsyncNetworkStream):
    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.buffer, self.most = bytearray(), EARLY
        self.arrived, self.writable = asyncio.Event(), asyncio.Event()
        self.writable.set()
        self.ended = self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.arrived.set()
        if len(self.buffer) > self.most and self.transport:
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        self.ended = True
        self.arrived.set()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self.ended = self.lost = True
        self.arrived.set()
        self.writable.set()

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.most = LATER
        while not self.buffer and not self.ended:
            self.arrived.clear()
            await _within(timeout, self.arrived, httpcore.ReadTimeout)
        received = bytes(self.buffer[:max_bytes])
        del self.buffer[:max_bytes]
        if len(self.buffer) <= self.most and self.transport and not self.is_closed():
            self.transport.resume_reading()
        return received

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer and self.transport and not self.is_closed():
            self.transport.write(buffer)
            await _within(timeout, self.writable, httpcore.WriteTimeout)
        if self.is_closed():
            raise httpcore.WriteError("the function has ended")

    def is_closed(self) -> bool:
        """Whether the connection is closed; uvloop refuses its use before it calls `connection_lost`."""
        return self.lost or (self.transport is not None and self.transport.is_closing())

    async def aclose(self) -> None:
        if self.transport:
            self.transport.abort()

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            return bool(self.buffer) or self.ended
        return None


class Backend(httpcore.AsyncNetworkBackend):
    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            async with asyncio.timeout(timeout):
                _, stream = await asyncio.get_running_loop().create_unix_connection(Stream, path)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return stream


def client(socket: Path, timeout: httpx.Timeout) -> httpx.AsyncClient:
    """A client for one function. The number of concurrent calls is limited before."""
    transport = httpx.AsyncHTTPTransport()
    transport._pool = httpcore.AsyncConnectionPool(
        uds=str(socket), max_connections=None, max_keepalive_connections=0, network_backend=Backend()
    )
    return httpx.AsyncClient(transport=transport, timeout=timeout)


async def _within(timeout: float | None, event: asyncio.Event, late: type[Exception]) -> None:
    try:
        async with asyncio.timeout(timeout):
            await event.wait()
    except TimeoutError as error:
        raise late() from error
