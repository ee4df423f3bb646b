"""Parsing of phx_join, with which a client joins a channel."""

import uuid
from dataclasses import dataclass
from typing import Any

from local.realtime.messages import LONGEST
from local.realtime.tokens import Refused
from local.realtime.topics import PREFIX


@dataclass(frozen=True)
class Replay:
    """The earlier messages that a private channel requests."""

    since: int
    """Milliseconds since 1970."""
    limit: int


@dataclass(frozen=True)
class Join:
    topic: str
    """Without its prefix."""
    private: bool
    acknowledge: bool
    hear_self: bool
    presence: bool
    presence_key: str
    changes: tuple[dict[str, Any], ...]
    replay: Replay | None
    token: str | None
    """The user's token, if it is not the token of the connection."""


def read(topic: str, payload: dict[str, Any], longest_key: int) -> Join:
    """Parse a join. Invalid fields count as missing, as in the real server. Raises Refused."""
    config = _object(payload.get("config"))
    broadcast = _object(config.get("broadcast"))
    presence = config.get("presence")
    private = _flag(config.get("private"))
    return Join(
        topic=_name(topic),
        private=private,
        acknowledge=_flag(broadcast.get("ack")),
        hear_self=_flag(broadcast.get("self")),
        presence=_flag(presence.get("enabled")) if isinstance(presence, dict) else True,
        presence_key=_key(_object(presence).get("key"), longest_key),
        changes=tuple(one for one in _list(config.get("postgres_changes")) if isinstance(one, dict)),
        replay=_replay(broadcast["replay"], private) if "replay" in broadcast else None,
        token=token_of(payload.get("user_token")) or token_of(payload.get("access_token")),
    )


def token_of(value: object) -> str | None:
    """The JWT; None for an opaque API key, which stands for the token of the connection."""
    return value if isinstance(value, str) and value and not value.startswith("sb_") else None


def _name(topic: str) -> str:
    name = topic.removeprefix(PREFIX)
    if not name:
        raise Refused("TopicNameRequired", "You must provide a topic name")
    try:
        size = len(topic.encode())
    except UnicodeEncodeError as error:
        raise Refused("InvalidTopic", "The topic is not UTF-8") from error
    if size > LONGEST or "\0" in topic:
        raise Refused("InvalidTopic", f"A topic has at most {LONGEST} bytes, and no NUL")
    return name


def _replay(value: object, private: bool) -> Replay:
    if not private:
        raise Refused("UnableToReplayMessages", "Replay is not allowed for public channels")
    params = _object(value)
    since, limit = params.get("since"), params.get("limit", 25)
    if not isinstance(since, int) or not isinstance(limit, int) or abs(since) > 10**14:
        raise Refused("UnableToReplayMessages", "Replay params are not valid")
    return Replay(since, max(1, min(limit, 25)))


def _key(value: object, longest: int) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        return str(uuid.uuid4())
    if len(str(value)) > longest:
        raise Refused("InvalidJoinPayload", f"A presence key has at most {longest} characters")
    return str(value)


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _flag(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")
