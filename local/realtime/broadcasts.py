"""Broadcasts by HTTP: several as JSON, or one whose topic and event are in the path."""

import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.limits import network
from local.rates import Rate
from local.realtime.authorisation import User, check_session, may_broadcast
from local.realtime.context import Realtime, realtime_of
from local.realtime.messages import LONGEST, Binary, Unreadable, as_json, cost, is_sendable, parse
from local.realtime.tokens import Claims, Ended, Refused, claims_of
from local.realtime.topics import PREFIX
from local.shares import holder

ACCEPTED = 202
BODY = 10
"""Number of messages of the largest size that fit into one request."""
TOO_MANY = "You have exceeded your rate limit"
BATCH = "Too many messages to broadcast, please reduce the batch size"
BLANK, INVALID, TOO_LARGE = "can't be blank", "is invalid", "Payload size exceeds tenant limit"


class Unacceptable(Exception):
    def __init__(self, status: int, body: dict[str, Any], wait: float | None = None) -> None:
        super().__init__(status)
        self.status, self.body = status, body
        self.headers = {"Retry-After": str(math.ceil(wait))} if wait else {}


@dataclass(frozen=True)
class Broadcast:
    topic: str
    private: bool
    payload: Any
    """The payload as members receive it."""


async def several(request: Request) -> Response:
    """{"messages": [{"topic", "event", "payload", "private"}]}"""
    return await _answer(request, _read_several)


async def one(request: Request) -> Response:
    """/TOPIC/events/EVENT?private=true, the body being the payload, as JSON or bytes."""
    return await _answer(request, _read_one)


async def _answer(request: Request, read: Any) -> Response:
    realtime = realtime_of(request)
    try:
        claims = _caller(request, realtime)
        rate = realtime.broadcasts.of(str(claims.get("sub") or f"{claims['role']} {network(request)}"))
        _count(rate, 1, of=1)
        await check_session(realtime.pool, realtime.settings.session_check, claims)
        messages = await read(request, realtime, rate)
        _count(rate, len(messages) - 1, of=len(messages))
        await _publish(realtime, messages, User(claims, headers_of(request)))
    except Unacceptable as refused:
        return JSONResponse(refused.body, refused.status, refused.headers)
    except Ended as ended:
        return JSONResponse({"message": ended.words}, 401)
    except Refused as refused:
        # An unknown role in a token is the caller's error, an unavailable database is ours.
        return JSONResponse({"message": str(refused)}, 403 if refused.code == "Unauthorized" else 503)
    return Response(status_code=ACCEPTED)


def headers_of(request: Request) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if name not in ("cookie", "authorization")}


def _caller(request: Request, realtime: Realtime) -> Claims:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        token = request.headers.get("apikey") or request.query_params.get("apikey", "")
    try:
        return claims_of(token.strip(), realtime.settings.jwt_secret)
    except Refused as refused:
        raise Unacceptable(401, {"message": "Unauthorized"}) from refused


def _count(rate: Rate, messages: int, of: int) -> None:
    """Count messages. The first counts before the body is read, so that refused requests count too."""
    if of > rate.most:
        raise Unacceptable(429, {"message": BATCH})
    if not rate.take(messages):
        raise Unacceptable(429, {"message": TOO_MANY}, rate.wait(of))


async def _publish(realtime: Realtime, broadcasts: list[Broadcast], user: User) -> None:
    """Publish what the caller may write; the rest is dropped, as in the real server."""
    allowed: dict[str, bool] = {}
    for item in broadcasts:
        if item.private and item.topic not in allowed:
            allowed[item.topic] = await may_broadcast(realtime.pool, item.topic, user)
    for item in broadcasts:
        if not item.private or allowed[item.topic]:
            _count_deliveries(realtime, item)
            realtime.topics.publish(item.topic, item.private, item.payload)


def _count_deliveries(realtime: Realtime, item: Broadcast) -> None:
    """Raises Unacceptable."""
    binary = isinstance(item.payload, Binary)
    size = len(item.payload.content if binary else as_json(item.payload))
    if not realtime.holdings.may_deliver(
        holder.get(), size, realtime.topics.members(item.topic, item.private)
    ):
        raise Unacceptable(429, {"message": TOO_MANY}, 1.0)


async def _read_several(request: Request, realtime: Realtime, rate: Rate) -> list[Broadcast]:
    limit = realtime.settings.limits.message_bytes
    document = _json(await _body(request, limit * BODY), rate)
    messages = document.get("messages") if isinstance(document, dict) else None
    if not isinstance(messages, list) or not messages:
        why = INVALID if messages and not isinstance(messages, list) else BLANK
        raise Unacceptable(422, {"errors": {"messages": [why]}})
    _count(rate, 0, of=len(messages))
    errors = [_errors(message, limit) for message in messages]
    if any(errors):
        raise Unacceptable(422, {"errors": {"messages": errors}})
    return [
        Broadcast(
            item["topic"],
            item.get("private") is True,
            {"type": "broadcast", "event": item["event"], "payload": item["payload"]},
        )
        for item in messages
    ]


def _errors(message: Any, limit: int) -> dict[str, list[str]]:
    if not isinstance(message, dict):
        return {"topic": [BLANK], "payload": [BLANK], "event": [BLANK]}
    errors = {}
    for name, kind in (("topic", str), ("event", str), ("payload", dict)):
        value = message.get(name)
        if value is None or value == "":
            errors[name] = [BLANK]
        elif not isinstance(value, kind) or (
            isinstance(value, str) and name == "topic" and not is_sendable(value)
        ):
            errors[name] = [INVALID]
    if "payload" not in errors and len(as_json(message["payload"])) > limit:
        errors["payload"] = [TOO_LARGE]
    return errors


async def _read_one(request: Request, realtime: Realtime, rate: Rate) -> list[Broadcast]:
    topic, event = _names(request)
    content = await _body(request, realtime.settings.limits.message_bytes)
    private = request.query_params.get("private") == "true"
    match request.headers.get("content-type", "").partition(";")[0].strip().lower():
        case "application/json":
            payload: Any = {"type": "broadcast", "event": event, "payload": _json(content, rate)}
        case "application/octet-stream":
            payload = Binary(event, False, content)
        case _:
            raise Unacceptable(415, {"message": "Unsupported Media Type"})
    return [Broadcast(topic, private, payload)]


def _names(request: Request) -> tuple[str, str]:
    """Topic and event from the raw path: a name may hold an escaped slash."""
    path = request.scope["raw_path"].decode("ascii", "replace").partition("?")[0]
    topic, _, event = path.partition("/api/broadcast/")[2].partition("/events/")
    names = unquote(topic).removeprefix(PREFIX), unquote(event)
    if not all(names) or not is_sendable(names[0]) or len(names[1].encode()) > LONGEST:
        raise Unacceptable(422, {"message": "The path reads /api/broadcast/TOPIC/events/EVENT"})
    return names


def _json(content: bytes, rate: Rate) -> Any:
    """Parse a body, whose values count like messages. Raises Unacceptable."""
    _count(rate, cost(content) - 1, of=1)
    try:
        return parse(content)
    except Unreadable as error:
        raise Unacceptable(400, {"message": "The body is not JSON"}) from error


async def _body(request: Request, limit: int) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise Unacceptable(413, {"message": "Payload too large"})
        pieces.append(piece)
    return b"".join(pieces)
