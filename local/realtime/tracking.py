"""Parsing of `presence` messages into a verdict, which the channel carries out."""

from dataclasses import dataclass, field
from typing import Any

from local import documents
from local.realtime.messages import Message

MOST_VALUES = 1_000
"""Values of a client's metadata, which is compared and encoded at each change."""


@dataclass(frozen=True)
class Accept:
    """Reply ok, and do nothing."""


@dataclass(frozen=True)
class Untrack:
    """The client is no longer present."""


@dataclass(frozen=True)
class Track:
    meta: dict[str, Any]
    """The client's metadata."""


@dataclass(frozen=True)
class Refuse:
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Shut:
    words: str
    """The reason for closing the channel."""


Verdict = Accept | Untrack | Track | Refuse | Shut


def read(message: Message, size: int, most: int, *, may_track: bool) -> Verdict | None:
    """The verdict; None, without a reply, for a payload that is not an object. `size` and `most` in bytes."""
    if not isinstance(message.payload, dict):
        return None
    event, meta = message.payload.get("event"), message.payload.get("payload", {})
    match event.lower() if isinstance(event, str) else None:
        case None:
            return Accept()
        case "untrack":
            return Untrack()
        case "track" if not may_track:
            return Refuse()
        case "track" if not isinstance(meta, dict):
            return Refuse({"reason": "Presence track payload must be a map"})
        case "track" if sum(1 for level in documents.levels(meta) for _ in level) > MOST_VALUES:
            return Refuse({"reason": f"Presence track payload has more than {MOST_VALUES} values"})
        case "track" if size > most:
            return Shut("Track message size exceeded")
        case "track":
            return Track(meta)
        case _:
            return Refuse()
