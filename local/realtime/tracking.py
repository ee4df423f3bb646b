"""What a message of the event `presence` asks for: a verdict, on which the channel acts."""

from dataclasses import dataclass, field
from typing import Any

from local.realtime.messages import Message


@dataclass(frozen=True)
class Accept:
    """There is nothing to do."""


@dataclass(frozen=True)
class Untrack:
    """The client is no longer present."""


@dataclass(frozen=True)
class Track:
    told: dict[str, Any]
    """What the client says of itself."""


@dataclass(frozen=True)
class Refuse:
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Shut:
    words: str
    """Why the channel ends."""


Verdict = Accept | Untrack | Track | Refuse | Shut


def read(message: Message, size: int, most: int, *, may_track: bool) -> Verdict | None:
    """None for a payload that is no map, which gets no answer. `size` and `most` are bytes."""
    if not isinstance(message.payload, dict):
        return None
    event, told = message.payload.get("event"), message.payload.get("payload", {})
    match event.lower() if isinstance(event, str) else None:
        case None:
            return Accept()
        case "untrack":
            return Untrack()
        case "track" if not may_track:
            return Refuse()
        case "track" if not isinstance(told, dict):
            return Refuse({"reason": "Presence track payload must be a map"})
        case "track" if size > most:
            return Shut("Track message size exceeded")
        case "track":
            return Track(told)
        case _:
            return Refuse()
