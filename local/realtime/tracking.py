"""What a client tells of itself on a channel: messages of the event `presence`."""

from typing import TYPE_CHECKING, Any

from local.realtime.messages import Message, reply, written
from local.realtime.presence import Full
from local.shares import FullError

if TYPE_CHECKING:
    from local.realtime.channel import Channel


def handle(channel: "Channel", message: Message, size: int) -> None:
    if not isinstance(message.payload, dict):
        return
    event, told = message.payload.get("event"), message.payload.get("payload", {})
    match event.lower() if isinstance(event, str) else None:
        case None:
            channel.push(reply(message, "ok", {}))
        case "untrack":
            channel.topic.untrack(channel)
            channel.push(reply(message, "ok", {}))
        case "track" if "presence" not in channel.access.says:
            channel.push(reply(message, "error", {}))
        case "track" if not isinstance(told, dict):
            channel.push(reply(message, "error", {"reason": "Presence track payload must be a map"}))
        case "track" if size > channel.realtime.settings.limits.message_bytes:
            channel.shut("Track message size exceeded")
        case "track":
            _track(channel, message, told)
        case _:
            channel.push(reply(message, "error", {}))


def _track(channel: "Channel", message: Message, told: dict[str, Any]) -> None:
    members = len(channel.topic.members)
    if not channel.realtime.holdings.may_deliver(channel.address, len(written(told)), members):
        channel.shut("Too many messages per second")
        return
    try:
        channel.topic.track(channel, channel.join.presence_key, told)
    except (Full, FullError):
        channel.push(reply(message, "error", {"reason": "Too much is told on this topic"}))
        return
    channel.push(reply(message, "ok", {}))
    if not channel.presence:
        channel.presence = True
        channel.tell_presence()
