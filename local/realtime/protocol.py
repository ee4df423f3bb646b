"""uvicorn's WebSockets with three additions.

The connection of a client that does not read can be cut: a close frame would wait for the queued frames.
Pings and fragments, which the application never sees, are counted.
A handshake that cannot be read is answered: uvicorn would leave its client waiting.
"""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidMessage
from websockets.frames import Frame
from websockets.http11 import Request

from local.rates import Rate

FRAMES_PER_SECOND = 1000
"""Pings, pongs and fragments of a connection."""


UNREADABLE = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 60\r\nConnection: close\r\n\r\n"
    b"A WebSocket is opened by GET, with lines of up to 8192 bytes"
)


class Protocol(WebSocketsSansIOProtocol):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.small_frames = Rate(FRAMES_PER_SECOND)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if isinstance(self.conn.handshake_exc, InvalidMessage) and not self.transport.is_closing():
            self.transport.write(UNREADABLE)
            self.transport.close()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.handshake_initiated and hasattr(self, "scope"):
            self.scope["state"]["abort"] = self.transport.abort

    def handle_ping(self) -> None:
        super().handle_ping()
        self._count()

    def handle_pong(self, event: Frame) -> None:
        super().handle_pong(event)
        self._count()

    def handle_cont(self, event: Frame) -> None:
        super().handle_cont(event)
        self._count()

    def _count(self) -> None:
        if not self.small_frames.take():
            self.transport.abort()
