"""uvicorn's WebSockets, with what ASGI lacks: ending a connection whose client does not read.

To close one, all that waits must be sent first, which such a client never lets happen.
"""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request


class Protocol(WebSocketsSansIOProtocol):
    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.handshake_initiated and hasattr(self, "scope"):
            self.scope["state"]["abort"] = self.transport.abort
