"""Steps on channels, for scenarios of one client and of two languages."""

from typing import Any

from tests.clients.scenarios.language import (
    ANY,
    Actor,
    Chain,
    Is,
    Scenario,
    Step,
    ann,
    bob,
    guest,
    other_guest,
    scenario,
)

ROOM = "room {{run}} + 'quotes' ; & % / 🎬 שלום"
MEMBERS_ONLY = "You do not have permissions to read from this Channel topic: "
HEARING = ("supabase-py, async", "supabase-js")
"""The sync half of supabase-py has no channels."""
LETTERS = {"schema": "public", "table": "realtime_letters"}
LISTENING = {"channel": ANY, "extension": "postgres_changes", "status": "ok", "message": ANY}


def room(who: Actor, topic: str = ROOM, **config: Any) -> Chain:
    """An actor's channel; `config` applies when the channel is named for the first time."""
    return who.channel(topic, {"config": config}) if config else who.channel(topic)


def joins(who: Actor, topic: str = ROOM, event: str = "*", **config: Any) -> Step:
    """Subscribe to broadcasts, with acknowledgement of one's own."""
    channel = room(who, topic, **{"broadcast": {"ack": True}, **config})
    return channel.on("broadcast", {"event": event}).subscribe().gives("SUBSCRIBED")


def says(who: Actor, payload: Any, topic: str = ROOM, event: str = "news") -> Step:
    message = {"type": "broadcast", "event": event, "payload": payload}
    return who.channel(topic).send(message).gives("ok")


def received(who: Actor, *payloads: Any, topic: str = ROOM) -> Step:
    """The actor has received exactly these payloads, in this order."""
    expected = [{"event": "news", "payload": payload} for payload in payloads]
    return who.channel(topic).heard("broadcast").gives(expected).eventually()


def present(who: Actor, presences: dict[str, Any], topic: str = ROOM) -> Step:
    """The actor sees these presences by their keys."""
    return who.channel(topic).presenceState().gives(presences).eventually()


def listens(who: Actor, topic: str, **filters: Any) -> tuple[Step, Step]:
    """Subscribe to changes of the letters, and wait until the server confirms it."""
    channel = who.channel(topic).on("postgres_changes", {**LETTERS, **filters}).on("system", {})
    return (
        channel.subscribe().gives("SUBSCRIBED"),
        who.channel(topic).heard("system").gives([LISTENING]).eventually(),
    )


def changed(who: Actor, topic: str, *changes: dict[str, Any]) -> Step:
    return who.channel(topic).heard("postgres_changes").gives([*changes]).eventually()


def inserted(**row: Any) -> dict[str, Any]:
    return {"eventType": "INSERT", **LETTERS, "new": row, "old": NOTHING}


NOTHING = Is(lambda value: value == {}, "nothing")
FIRST, SECOND, THIRD = (f"{{{{run}}}} {number}; 🎬" for number in range(3))
"""Ids of letters. They are not deleted, since listeners of other scenarios would receive the deletions."""
GONE = (guest.removeAllChannels().gives(), other_guest.removeAllChannels().gives())
THEIRS_GONE = (ann.removeAllChannels().gives(), bob.removeAllChannels().gives(), *GONE)


def channels(name: str, *steps: Step) -> Scenario:
    return scenario(name, *steps).by(*HEARING)
