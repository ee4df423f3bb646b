"""Drive supabase-py's channels by supabase-js's method names, and record the messages they receive."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from realtime import AsyncRealtimeChannel, RealtimeSubscribeStates
from realtime.types import (
    ChannelEvents,
    PostgresChangesPayload,
    RealtimeAcknowledgementStatus,
    RealtimePostgresChangesListenEvent,
)

from tests.clients.scenarios.answers import Answer
from tests.clients.scenarios.language import Call, File


@dataclass
class Received:
    """Messages with their kinds, and subscription states, of one client on one topic over all its joins."""

    messages: list[tuple[str, Any]] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[Any]:
        return [message for its_kind, message in self.messages if its_kind == kind]


class Channels:
    def __init__(self) -> None:
        self._heard: dict[tuple[str, str], Received] = defaultdict(Received)

    async def run(self, client: Any, client_name: str, calls: tuple[Call, ...]) -> Answer:
        """The answer to the last of the calls."""
        (_, named), *acts = calls
        topic, *options = named or ()
        heard = self._heard[client_name, topic]
        match acts:
            case [("heard", (kind,))]:
                return Answer(heard.of(kind))
            case [("states", ())]:
                return Answer([*heard.states])
        channel, answer = client.channel(topic, *options), Answer()
        for name, words in acts:
            answer = await _perform(channel, heard, name, [*(words or ())])
        return answer


async def _perform(channel: AsyncRealtimeChannel, heard: Received, name: str, words: list[Any]) -> Answer:
    match name, words:
        case "on", [kind, filters]:
            _listen(channel, heard, kind, filters)
        case "subscribe", []:
            return await _subscribed(channel, heard)
        case "send", [message]:
            return Answer(await _broadcast(channel, message))
        case "httpSend", [event, payload]:
            await channel.http_send(event, payload.whole if isinstance(payload, File) else payload)
            return Answer({"success": True})
        case "track", [presence]:
            await channel.track(presence)
        case "untrack", []:
            await channel.untrack()
        case "presenceState", []:
            return Answer({key: [*presences] for key, presences in channel.presence_state().items()})
        case "unsubscribe", []:
            await channel.unsubscribe()
        case _:
            raise TypeError(f"a channel has no method for {name}{words!r}")
    return Answer()


def _listen(channel: AsyncRealtimeChannel, heard: Received, kind: str, filters: dict[str, Any]) -> None:
    match kind, filters:
        case "broadcast", {"event": event}:
            channel.on_broadcast(event, lambda message: heard.messages.append((kind, message)))
        case "presence", {"event": "join"}:
            channel.on_presence_join(lambda key, _, new: heard.messages.append((kind, _joined(key, new))))
        case "presence", {"event": "leave"}:
            channel.on_presence_leave(
                lambda key, _, left: heard.messages.append((kind, _leave_event(key, left)))
            )
        case "postgres_changes", {"event": event, **where}:
            channel.on_postgres_changes(
                RealtimePostgresChangesListenEvent(event),
                lambda payload: heard.messages.append((kind, _change(payload))),
                **where,
            )
        case "system", {}:
            channel.on_system(lambda payload: heard.messages.append((kind, payload.model_dump())))
        case _:
            raise TypeError(f"supabase-py cannot listen to {kind} {filters!r}")


async def _subscribed(channel: AsyncRealtimeChannel, heard: Received) -> Answer:
    errors: list[Exception | None] = []

    def record(state: RealtimeSubscribeStates, error: Exception | None) -> None:
        heard.states.append(state.value)
        errors.append(error)

    await channel.subscribe(record)
    state = heard.states[-1]
    if state != RealtimeSubscribeStates.SUBSCRIBED.value:
        return Answer(error={"message": str(errors[-1] or state)})
    return Answer(state)


async def _broadcast(channel: AsyncRealtimeChannel, message: dict[str, Any]) -> str:
    if not (channel.params["config"].get("broadcast") or {}).get("ack"):
        await channel.send_broadcast(message["event"], message["payload"])
        return "ok"
    push = await channel.push(ChannelEvents.broadcast, message)
    answer = asyncio.get_running_loop().create_future()
    push.receive(RealtimeAcknowledgementStatus.Ok, lambda _: answer.set_result("ok"))
    push.receive(RealtimeAcknowledgementStatus.Error, lambda _: answer.set_result("error"))
    push.receive(RealtimeAcknowledgementStatus.Timeout, lambda: answer.set_result("timed out"))
    return str(await answer)


def _joined(key: str, presences: list[Any]) -> dict[str, Any]:
    return {"event": "join", "key": key, "newPresences": presences}


def _leave_event(key: str, presences: list[Any]) -> dict[str, Any]:
    return {"event": "leave", "key": key, "leftPresences": presences}


def _change(payload: PostgresChangesPayload) -> dict[str, Any]:
    data = payload["data"]
    return {
        "eventType": data["type"],
        "schema": data["schema"],
        "table": data["table"],
        "new": data.get("record") or {},
        "old": data.get("old_record") or {},
        "errors": data["errors"],
    }
