"""Channels: broadcasts, presence and changes of tables."""

from tests.clients.scenarios.channel_steps import (
    FIRST,
    GONE,
    NOTHING,
    ROOM,
    SECOND,
    THEIRS_GONE,
    changed,
    channels,
    inserted,
    joins,
    listens,
    present,
    received,
    room,
    says,
)
from tests.clients.scenarios.language import (
    ABSENT,
    File,
    Is,
    Scenario,
    ann,
    bob,
    guest,
    other_guest,
)
from tests.clients.scenarios.rows import AWKWARD

OTHER_ROOM = "room {{run}}"
LARGE = 10_000_000_000
"""A number that does not fit into 32 bits."""
BOTH_INSERTED = (
    inserted(
        id=FIRST,
        n=LARGE,
        text='a, (b); "c"',
        more={"a": [1, None, "🎬"]},
        done=False,
        readers=[ann.id],
    ),
    inserted(id=SECOND, text="other", more=None, done=None, readers=[ann.id, bob.id]),
)
UPDATED = {"eventType": "UPDATE", "new": {"text": None, "done": True}, "old": {"id": FIRST}}
DELETED = {"eventType": "DELETE", "new": NOTHING, "old": {"id": FIRST}}


SCENARIOS: tuple[Scenario, ...] = (
    channels(
        "others on a channel receive broadcasts in order and unchanged",
        joins(guest),
        joins(other_guest),
        *(says(guest, {"text": text, text: [None, 1.5, True]}) for text in AWKWARD),
        received(other_guest, *({"text": text, text: [None, 1.5, True]} for text in AWKWARD)),
        says(other_guest, {"n": 1}),
        received(guest, {"n": 1}),
    ).finally_(*GONE),
    channels(
        "a channel with self receives its own broadcasts",
        joins(guest, broadcast={"ack": True, "self": True}),
        says(guest, {"n": 1}),
        received(guest, {"n": 1}),
    ).finally_(*GONE),
    channels(
        "a listener receives only its topic and event, and nothing after leaving",
        joins(guest, event="news"),
        joins(other_guest),
        joins(other_guest, OTHER_ROOM),
        says(other_guest, {"n": 1}, OTHER_ROOM),
        says(other_guest, {"n": 2}, event="gossip"),
        says(other_guest, {"n": 3}),
        received(guest, {"n": 3}),
        guest.channel(ROOM).unsubscribe().gives(),
        guest.channel(ROOM).states().gives(["SUBSCRIBED", "CLOSED"]).eventually(),
        says(other_guest, {"n": 4}),
        joins(guest, event="news"),
        says(other_guest, {"n": 5}),
        received(guest, {"n": 3}, {"n": 5}),
    ).finally_(*GONE),
    channels(
        "a message is sent by http without joining",
        joins(guest),
        other_guest.channel(ROOM).httpSend("news", {"by": "http", "none": None}).gives({"success": True}),
        other_guest.channel(ROOM).httpSend("news", {"list": [1, "two; & 2"]}).gives({"success": True}),
        received(guest, {"by": "http", "none": None}, {"list": [1, "two; & 2"]}),
    ).finally_(*GONE),
    channels(
        "a broadcast sent before joining goes by http",
        joins(guest),
        says(other_guest, {"by": "http"}),
        received(guest, {"by": "http"}),
    )
    .finally_(*GONE)
    .by("supabase-js"),
    channels(
        "a broadcast of bytes is received as bytes",
        joins(guest),
        joins(other_guest),
        says(other_guest, File(bytes(range(256)))),
        other_guest.channel(ROOM).httpSend("news", File(b"\x00\xff")).gives({"success": True}),
        received(guest, bytes(range(256)), b"\x00\xff"),
    )
    .finally_(*GONE)
    .by("supabase-js"),
    channels(
        "presence is visible until it is untracked or its client leaves",
        room(guest, presence={"key": "Zoë + 1"})
        .on("presence", {"event": "join"})
        .subscribe()
        .gives("SUBSCRIBED"),
        room(other_guest, presence={"key": "b", "enabled": True})
        .on("presence", {"event": "leave"})
        .subscribe()
        .gives("SUBSCRIBED"),
        guest.channel(ROOM).track({"mood": "good; 'fine' 🎬", "none": None}).gives(),
        present(other_guest, {"Zoë + 1": [{"mood": "good; 'fine' 🎬", "none": None}], "b": ABSENT}),
        other_guest.channel(ROOM).track({"n": 1}).gives(),
        present(guest, {"Zoë + 1": [{"none": None}], "b": [{"n": 1}]}),
        other_guest.channel(ROOM).track({"n": 2}).gives(),
        present(guest, {"b": [{"n": 2}]}),
        guest.channel(ROOM).untrack().gives(),
        present(other_guest, {"Zoë + 1": ABSENT, "b": [{"n": 2}]}),
        other_guest.channel(ROOM)
        .heard("presence")
        .gives(Is(lambda events: [one["key"] for one in events][-1:] == ["Zoë + 1"], "that Zoë left last"))
        .eventually(),
        other_guest.channel(ROOM).unsubscribe().gives(),
        present(guest, {"b": ABSENT}),
        guest.channel(ROOM)
        .heard("presence")
        .gives(Is(lambda events: {"Zoë + 1", "b"} == {one["key"] for one in events}, "that both came"))
        .eventually(),
    ).finally_(*GONE),
    channels(
        "changes of rows are sent to users who may read them, by filter",
        *listens(ann, "letters {{run}}", event="*"),
        *listens(ann, "some letters {{run}}", event="INSERT", filter='text=in.("a, (b); \\"c\\"",x)'),
        *listens(bob, "letters {{run}}", event="*"),
        ann.from_("realtime_letters")
        .insert(
            [
                {
                    "id": FIRST,
                    "n": LARGE,
                    "text": 'a, (b); "c"',
                    "more": {"a": [1, None, "🎬"]},
                    "done": False,
                    "readers": [ann.id],
                },
                {"id": SECOND, "text": "other", "readers": [ann.id, bob.id]},
            ]
        )
        .gives(),
        changed(ann, "letters {{run}}", *BOTH_INSERTED),
        changed(bob, "letters {{run}}", BOTH_INSERTED[1]),
        ann.from_("realtime_letters").update({"text": None, "done": True}).eq("id", FIRST).gives(),
        changed(ann, "letters {{run}}", *BOTH_INSERTED, UPDATED),
        ann.from_("realtime_letters").delete().eq("id", FIRST).gives(),
        changed(ann, "letters {{run}}", *BOTH_INSERTED, UPDATED, DELETED),
        changed(ann, "some letters {{run}}", inserted(id=FIRST, text='a, (b); "c"')),
        changed(
            bob,
            "letters {{run}}",
            BOTH_INSERTED[1],
            {**DELETED, "old": {"id": FIRST, "text": ABSENT}},
        ),
    ).finally_(*THEIRS_GONE),
    channels(
        "a user who may not read a table receives an error instead of changes",
        *listens(guest, "letters {{run}}", event="INSERT"),
        ann.from_("realtime_letters").insert({"id": FIRST, "text": "secret"}).gives(),
        changed(guest, "letters {{run}}", {"new": NOTHING, "errors": ["Error 401: Unauthorized"]}),
    )
    .finally_(*THEIRS_GONE)
    .by("supabase-js"),
)
