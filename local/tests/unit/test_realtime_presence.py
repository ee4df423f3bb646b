"""Messages of presence are parsed without a channel."""

from typing import Any

import pytest

from local.realtime import tracking
from local.realtime.messages import Message
from local.realtime.tracking import Accept, Refuse, Shut, Track, Untrack

TRACK = {"event": "TRACK", "payload": {"name": "شبكة"}}


@pytest.mark.parametrize(
    ("payload", "size", "may_track", "verdict"),
    [
        (TRACK, 10, True, Track({"name": "شبكة"})),
        ({"event": "track"}, 10, True, Track({})),
        (TRACK, 100, True, Track({"name": "شبكة"})),
        (TRACK, 101, True, Shut("Track message size exceeded")),
        (TRACK, 10, False, Refuse()),
        (
            {"event": "track", "payload": "x"},
            10,
            True,
            Refuse({"reason": "Presence track payload must be a map"}),
        ),
        ({"event": "untrack"}, 10, False, Untrack()),
        ({}, 10, True, Accept()),
        ({"event": 1}, 10, True, Accept()),
        ({"event": "other"}, 10, True, Refuse()),
        ("no map", 10, True, None),
    ],
)
def test_presence_message_is_parsed(payload: Any, size: int, may_track: bool, verdict: object) -> None:
    message = Message("realtime:room", "presence", payload)
    assert tracking.read(message, size, 100, may_track=may_track) == verdict
