"""Private channels: who may receive and send, and whose token counts."""

from tests.clients.scenarios.channel_steps import (
    FIRST,
    MEMBERS_ONLY,
    NOTHING,
    SECOND,
    THEIRS_GONE,
    THIRD,
    changed,
    channels,
    inserted,
    joins,
    listens,
    received,
    room,
    says,
)
from tests.clients.scenarios.language import (
    Actor,
    Contains,
    Is,
    Keep,
    Scenario,
    Step,
    ann,
    bob,
    guest,
    other_guest,
)

DESK = "desk {{run}} {{ann.id}}"
HALL = "hall {{run}} {{ann.id}}"
CLOSED = Is(lambda states: states[-1:] == ["CLOSED"], "closed in the end")


def is_signed_in(guest: Actor, who: Actor) -> tuple[Step, Step]:
    """Also on a guest's device."""
    session = {"access_token": Keep("access"), "refresh_token": Keep("refresh")}
    tokens = {"access_token": "{{access}}", "refresh_token": "{{refresh}}"}
    return who.auth.getSession().gives({"session": session}), guest.auth.setSession(tokens).gives()


SCENARIOS: tuple[Scenario, ...] = (
    channels(
        "only users who may read a private channel can join it",
        joins(ann, DESK, broadcast={"ack": True, "self": True}, private=True),
        room(bob, DESK, private=True).subscribe().refused(message=Contains(MEMBERS_ONLY + DESK)),
        room(guest, DESK, private=True).subscribe().refused(message=Contains(MEMBERS_ONLY + DESK)),
        joins(other_guest, DESK),
        says(other_guest, {"forged": True}, DESK),
        bob.channel(DESK).httpSend("news", {"forged": True}).gives({"success": True}),
        says(ann, {"n": 1}, DESK),
        received(ann, {"n": 1}, topic=DESK),
        received(other_guest, topic=DESK),
    ).finally_(*THEIRS_GONE),
    channels(
        "a user who may only read a private channel receives and cannot send",
        joins(ann, HALL, broadcast={"ack": True, "self": True}, presence={"enabled": True}, private=True),
        joins(bob, HALL, broadcast={"ack": False}, private=True),
        says(bob, {"forged": True}, HALL),
        bob.channel(HALL).httpSend("news", {"forged": True}).gives({"success": True}),
        bob.channel(HALL).track({"forged": True}).gives(),
        ann.channel(HALL).httpSend("news", {"n": 1}).gives({"success": True}),
        says(ann, {"n": 2}, HALL),
        received(bob, {"n": 1}, {"n": 2}, topic=HALL),
        received(ann, {"n": 1}, {"n": 2}, topic=HALL),
        ann.channel(HALL).presenceState().gives(NOTHING),
    ).finally_(*THEIRS_GONE),
    channels(
        "messages of the database reach a private channel, and are replayed to later members",
        joins(ann, DESK, private=True),
        ann.rpc(
            "realtime_tell", {"topic": DESK, "event": "news", "payload": {"n": 1, "text": "; 🎬"}}
        ).gives(),
        received(ann, {"n": 1, "text": "; 🎬"}, topic=DESK),
        ann.channel(DESK).unsubscribe().gives(),
        ann.channel(DESK).states().gives(["SUBSCRIBED", "CLOSED"]).eventually(),
        joins(ann, DESK, broadcast={"replay": {"since": 0, "limit": 1}}, private=True),
        ann.channel(DESK)
        .heard("broadcast")
        .gives([{"payload": {"n": 1}}, {"payload": {"n": 1}, "meta": {"replayed": True}}])
        .eventually(),
    ).finally_(*THEIRS_GONE),
    channels(
        "a guest who signs in can join private channels of the user",
        room(guest, HALL, private=True).subscribe().refused(message=Contains(MEMBERS_ONLY)),
        guest.removeAllChannels().gives(),
        guest.auth.signInAnonymously().gives({"user": {"id": Keep("id")}}),
        joins(guest, HALL, private=True),
        *listens(guest, "letters {{run}}", event="INSERT"),
        ann.from_("realtime_letters").insert({"id": FIRST, "readers": [ann.id, "{{id}}"]}).gives(),
        changed(guest, "letters {{run}}", inserted(id=FIRST)),
    ).finally_(*THEIRS_GONE),
    channels(
        "a channel continues with a renewed token and its user",
        *is_signed_in(guest, bob),
        joins(guest, HALL, private=True),
        *listens(guest, "letters {{run}}", event="INSERT"),
        ann.from_("realtime_letters").insert({"id": FIRST}).gives(),
        ann.from_("realtime_letters").insert({"id": SECOND, "readers": [ann.id, bob.id]}).gives(),
        changed(guest, "letters {{run}}", inserted(id=SECOND)),
        ann.auth.getSession().gives({"session": {"access_token": Keep("renewed")}}),
        guest.realtime.setAuth("{{renewed}}").gives(),
        says(guest, {"only": "Ann may"}, HALL),
        ann.from_("realtime_letters").insert({"id": THIRD}).gives(),
        changed(guest, "letters {{run}}", inserted(id=SECOND), inserted(id=THIRD)),
        guest.channel(HALL).states().gives(["SUBSCRIBED"]),
    ).finally_(*THEIRS_GONE),
    channels(
        "a token without permission and an invalid token end the channel",
        *is_signed_in(guest, ann),
        joins(guest, DESK, private=True),
        joins(guest, HALL, private=True),
        bob.auth.getSession().gives({"session": {"access_token": Keep("bobs")}}),
        guest.realtime.setAuth("{{bobs}}").gives(),
        guest.channel(DESK).states().gives(CLOSED).eventually(),
        guest.channel(HALL).states().gives(["SUBSCRIBED"]),
        guest.realtime.setAuth("nonsense").gives(),
        guest.channel(HALL).states().gives(CLOSED).eventually(),
    ).finally_(*THEIRS_GONE),
)
