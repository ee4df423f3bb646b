"""Steps on channels, which scenarios of one client and of two languages are told in."""

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
    """Somebody's channel; what it is made with counts when it is named first."""
    return who.channel(topic, {"config": config}) if config else who.channel(topic)


def joins(who: Actor, topic: str = ROOM, event: str = "*", **config: Any) -> Step:
    """To hear broadcasts, and be told that one's own arrived."""
    made = room(who, topic, **{"broadcast": {"ack": True}, **config})
    return made.on("broadcast", {"event": event}).subscribe().gives("SUBSCRIBED")


def says(who: Actor, payload: Any, topic: str = ROOM, event: str = "news") -> Step:
    message = {"type": "broadcast", "event": event, "payload": payload}
    return who.channel(topic).send(message).gives("ok")


def heard(who: Actor, *payloads: Any, topic: str = ROOM) -> Step:
    """These and no others, in this order."""
    expected = [{"event": "news", "payload": payload} for payload in payloads]
    return who.channel(topic).heard("broadcast").gives(expected).eventually()


def present(who: Actor, told: dict[str, Any], topic: str = ROOM) -> Step:
    """Sees who is there under which key, and what each tells."""
    return who.channel(topic).presenceState().gives(told).eventually()


def listens(who: Actor, topic: str, **asked: Any) -> tuple[Step, Step]:
    """For changes of the letters, from when it is told that they come."""
    channel = who.channel(topic).on("postgres_changes", {**LETTERS, **asked}).on("system", {})
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
"""Letters; who listens hears that another scenario's are deleted, so that they stay."""
GONE = (guest.removeAllChannels().gives(), other_guest.removeAllChannels().gives())
THEIRS_GONE = (ann.removeAllChannels().gives(), bob.removeAllChannels().gives(), *GONE)


def channels(name: str, *steps: Step) -> Scenario:
    return scenario(name, *steps).by(*HEARING)
