"""Checks of each request to the platform: a plain path, a body that arrives in time, limits of its caller."""

import asyncio
import re
import time
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local import limits, paths
from local.origins import READABLE
from local.shares import FullError, Shares, holder

PATIENCE, SLOWEST = 30.0, 1024
"""Seconds that the server waits for a body, and received bytes that extend the wait by one second."""
BODIES = 64, 512
"""Requests whose bodies are being received: of one address, and of all."""
LEGIBLE = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": ", ".join(READABLE)}


def refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    """A response with code and message in the fields of every service's clients."""
    words = {"code": code, "error_code": code, "error": code, "message": message, "msg": message}
    return JSONResponse({**words, "statusCode": str(status)}, status, {**LEGIBLE, **(headers or {})})


def unplain(path: str) -> Response:
    error = paths.KEY_REFUSED if re.match(paths.STORAGE, path) else paths.REFUSED
    return refusal(400, error["code"], error["message"])


def too_many(what: str) -> Response:
    return refusal(
        429, "too_many_at_once", f"Too many {what} at once. Try again in a moment", {"Retry-After": "1"}
    )


@dataclass
class Body:
    """The body of a request while it is received. A too slow body counts as a broken connection."""

    receive: Receive
    bodies: Shares
    caller: str
    waited: float = 0.0
    size: int = 0
    held: bool = False
    broken: bool = False

    def hold(self) -> None:
        """Count the request. Raises FullError above the limit."""
        self.bodies.take(self.caller)
        self.held = True

    def release(self) -> None:
        if self.held:
            self.held = False
            self.bodies.give(self.caller)

    async def next(self) -> Message:
        if not self.held:
            return {"type": "http.disconnect"} if self.broken else await self.receive()
        left, start = PATIENCE + self.size / SLOWEST - self.waited, time.monotonic()
        try:
            async with asyncio.timeout(left):
                message = await self.receive()
        except TimeoutError:
            self.broken = True
            message = {"type": "http.disconnect"}
        self.waited += time.monotonic() - start
        self.size += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            self.release()
        return message


@dataclass
class Bounds:
    """The middleware."""

    app: ASGIApp
    bodies: Shares = field(default_factory=lambda: Shares(*BODIES))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        caller = HTTPConnection(scope)
        holder.set(limits.network(caller))
        path = scope["raw_path"].decode("latin-1")
        if not paths.is_plain(path):
            return await unplain(path)(scope, receive, send)
        if scope["type"] == "websocket" or not _has_body(caller):
            return await self.app(scope, receive, send)
        body = Body(receive, self.bodies, holder.get())
        try:
            body.hold()
        except FullError:
            return await too_many("requests with bodies")(scope, receive, send)
        try:
            await self.app(scope, body.next, send)
        finally:
            body.release()


def _has_body(request: HTTPConnection) -> bool:
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"
