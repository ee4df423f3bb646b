"""Phoenix messages in both encodings: objects (vsn 1.0.0), and arrays with binary broadcasts (vsn 2.0.0).

After supabase/realtime's V2Serializer and Phoenix.Socket.V1.JSONSerializer.
"""

import json
import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from local import documents

V1, V2 = "1.0.0", "2.0.0"
VERSIONS = (V1, V2)
USER_BROADCAST_PUSH, USER_BROADCAST = 3, 4
LONGEST = 255
"""Bytes of the name of a topic or an event: a binary frame states the length in one byte."""

Frame = str | bytes
Ref = str | int | None


MOST_VALUES = 50_000
"""Values of the JSON of a message, or of a request with several."""
COSTLY_VALUES, COSTLY_BYTES = 500, 64 * 1024
"""Values, or bytes, of a message that count as one more message: parsing them takes as long."""


class Unreadable(Exception):
    """The frame is invalid; its sender gets no response, as from the real server."""


class Binary(NamedTuple):
    """A broadcast from a binary frame: its content is JSON text, or any bytes."""

    event: str
    is_json: bool
    content: bytes

    def as_object(self) -> dict[str, Any]:
        return {"type": "broadcast", "event": self.event, "payload": parse(self.content)}


class Encoded(str):
    """A payload that is JSON text already."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Message:
    topic: str
    event: str
    payload: Any
    """A dict, its JSON as Encoded, or Binary for a broadcast from a binary frame."""
    ref: Ref = None
    join_ref: Ref = None


def cost(content: Frame) -> int:
    """As how many messages the content counts: 1 for a usual one."""
    return 1 + max(
        documents.count_values(content, COSTLY_VALUES) // COSTLY_VALUES, len(content) // COSTLY_BYTES
    )


def parse(text: str | bytes) -> Any:
    """Parse JSON that can be forwarded to every member of a topic. Raises Unreadable."""
    if documents.has_more_values(text, MOST_VALUES):
        raise Unreadable(f"more than {MOST_VALUES} values")
    try:
        return documents.parse(text)
    except ValueError as error:
        raise Unreadable(str(error)) from error


def is_sendable(name: str) -> bool:
    """Whether the database and binary frames can express the name of a topic."""
    return "\0" not in name and not any("\ud800" <= character <= "\udfff" for character in name)


def as_json(value: Any) -> str:
    """JSON in ASCII: half a surrogate pair is valid in JSON, but not in UTF-8."""
    return json.dumps(value, separators=(",", ":"))


def decode(frame: Frame, version: str) -> Message:
    """Raises Unreadable."""
    if isinstance(frame, bytes):
        if version == V1:
            raise Unreadable("vsn 1.0.0 has no binary frames")
        return _decode_binary(frame)
    document = parse(frame)
    if version == V1:
        if not isinstance(document, dict):
            raise Unreadable("expected an object")
        document = [document.get(name) for name in ("join_ref", "ref", "topic", "event", "payload")]
    match document:
        case [
            str() | int() | None as join_ref,
            str() | int() | None as ref,
            str(topic),
            str(event),
            dict(payload),
            *_,
        ]:
            return Message(topic, event, payload, ref, join_ref)
    raise Unreadable("expected join_ref, ref, topic, event and a payload that is an object")


def _decode_binary(frame: bytes) -> Message:
    try:
        kind, *sizes, is_json = struct.unpack_from("7B", frame)
    except struct.error as error:
        raise Unreadable("the frame ends in its header") from error
    if kind != USER_BROADCAST_PUSH or len(frame) < 7 + sum(sizes):
        raise Unreadable("no broadcast")
    words, offset = [], 7
    for size in sizes:
        words.append(frame[offset : offset + size])
        offset += size
    try:
        join_ref, ref, topic, event, _ = (word.decode() for word in words)
    except UnicodeDecodeError as error:
        raise Unreadable("a name is not UTF-8") from error
    broadcast = Binary(event, bool(is_json), frame[offset:])
    if broadcast.is_json:
        parse(broadcast.content)
    return Message(topic, "broadcast", broadcast, ref or None, join_ref or None)


def encode(message: Message, version: str) -> Frame | None:
    """The frame, None if this version cannot express the message."""
    if isinstance(message.payload, Binary):
        return _encode_binary(message.topic, message.payload, version)
    payload = message.payload if isinstance(message.payload, Encoded) else as_json(message.payload)
    topic, event, ref = map(as_json, (message.topic, message.event, message.ref))
    if version == V1:
        return f'{{"topic":{topic},"event":{event},"payload":{payload},"ref":{ref}}}'
    return f"[{as_json(message.join_ref)},{ref},{topic},{event},{payload}]"


def _encode_binary(topic: str, broadcast: Binary, version: str) -> Frame | None:
    if version == V1:
        if not broadcast.is_json:
            return None
        return encode(Message(topic, "broadcast", broadcast.as_object()), V1)
    words = (topic.encode(), broadcast.event.encode())
    header = struct.pack("5B", USER_BROADCAST, *map(len, words), 0, broadcast.is_json)
    return b"".join((header, *words, broadcast.content))


class ForMany:
    """A message to all members of a topic, encoded once for each version."""

    def __init__(self, topic: str, event: str, payload: Any) -> None:
        self.message = Message(topic, event, payload)

    def frame(self, version: str) -> Frame | None:
        return self._v1 if version == V1 else self._v2

    @cached_property
    def _v1(self) -> Frame | None:
        return encode(self.message, V1)

    @cached_property
    def _v2(self) -> Frame | None:
        return encode(self.message, V2)


def reply(to: Message, status: str, response: Any) -> Message:
    """The reply to a message; `response` is an object, or a string for an Elixir atom."""
    return Message(to.topic, "phx_reply", {"status": status, "response": response}, to.ref, to.join_ref)
