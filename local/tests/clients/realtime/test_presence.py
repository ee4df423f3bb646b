"""Presence: the members of a topic, their metadata, and changes."""

from typing import Any

import pytest

from local.tests.clients.realtime.conftest import Open
from local.tests.clients.realtime.sockets import Message, Socket


def here(socket: Socket, room: str, key: str) -> Message:
    socket.join(room, presence={"key": key, "enabled": True})
    return socket.hear("presence_state")


def track(socket: Socket, room: str, metas: object) -> Message:
    return socket.ask(f"realtime:{room}", "presence", {"event": "track", "payload": metas})


def metas(state: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The metadata by key, without references."""
    return {
        key: [
            {name: value for name, value in meta.items() if not name.startswith("phx")}
            for meta in presence["metas"]
        ]
        for key, presence in state.items()
    }


def test_joiner_receives_presence_state_and_members_the_diff(open_socket: Open, room: str) -> None:
    ann, bob = open_socket("1.0.0"), open_socket("2.0.0")
    assert here(ann, room, "ann") == {}
    assert track(ann, room, {"mood": "good; 'fine' 🎬"}) == {"status": "ok", "response": {}}
    assert metas(ann.hear("presence_diff")["joins"]) == {"ann": [{"mood": "good; 'fine' 🎬"}]}
    assert metas(here(bob, room, "bob")) == {"ann": [{"mood": "good; 'fine' 🎬"}]}
    track(bob, room, {"mood": None})
    for socket in (ann, bob):
        diff = socket.hear("presence_diff")
        assert (metas(diff["joins"]), diff["leaves"]) == ({"bob": [{"mood": None}]}, {})


def test_two_devices_under_one_key_are_two_entries(open_socket: Open, room: str) -> None:
    phone, desk = open_socket(), open_socket()
    here(phone, room, "ann")
    here(desk, room, "ann")
    track(phone, room, {"at": "phone"})
    track(desk, room, {"at": "desk"})
    state = metas(here(open_socket(), room, "bob"))
    assert sorted(entry["at"] for entry in state["ann"]) == ["desk", "phone"]


def test_changed_presence_is_a_leave_and_a_join_with_its_ref(open_socket: Open, room: str) -> None:
    ann = open_socket()
    here(ann, room, "ann")
    track(ann, room, {"n": 1})
    first = ann.hear("presence_diff")["joins"]["ann"]["metas"][0]
    track(ann, room, {"n": 2})
    diff = ann.hear("presence_diff")
    assert diff["leaves"]["ann"]["metas"] == [first]
    assert diff["joins"]["ann"]["metas"][0]["phx_ref_prev"] == first["phx_ref"]
    assert metas(diff["joins"]) == {"ann": [{"n": 2}]}


def test_unchanged_presence_sends_no_diff(open_socket: Open, room: str) -> None:
    ann = open_socket()
    here(ann, room, "ann")
    track(ann, room, {"n": 1})
    ann.hear("presence_diff")
    assert track(ann, room, {"n": 1})["status"] == "ok"
    track(ann, room, {"n": 2})
    assert metas(ann.hear("presence_diff")["joins"]) == {"ann": [{"n": 2}]}


@pytest.mark.parametrize("way", ["untrack", "leave", "close"])
def test_leaving_member_sends_a_diff(open_socket: Open, room: str, way: str) -> None:
    ann, bob = open_socket(), open_socket()
    here(ann, room, "ann")
    here(bob, room, "bob")
    track(bob, room, {})
    assert metas(ann.hear("presence_diff")["joins"]) == {"bob": [{}]}
    match way:
        case "untrack":
            bob.ask(f"realtime:{room}", "presence", {"event": "untrack"})
        case "leave":
            bob.ask(f"realtime:{room}", "phx_leave", {})
        case "close":
            bob.websocket.close()
    assert metas(ann.hear("presence_diff")["leaves"]) == {"bob": [{}]}


def test_tracking_enables_presence_that_the_join_did_not_request(open_socket: Open, room: str) -> None:
    ann, bob = open_socket(), open_socket()
    here(ann, room, "ann")
    track(ann, room, {})
    bob.join(room, presence={"key": "bob", "enabled": False})
    assert bob.hears_nothing_before_a_heartbeat("presence_state")
    track(bob, room, {})
    assert "ann" in bob.hear("presence_state")


def test_without_a_key_each_gets_one(open_socket: Open, room: str) -> None:
    ann = open_socket()
    here(ann, room, "")
    track(ann, room, {})
    (key,) = ann.hear("presence_diff")["joins"]
    assert len(key) == 36


@pytest.mark.parametrize(
    ("payload", "response"),
    [
        ({"event": "track", "payload": "text"}, {"reason": "Presence track payload must be a map"}),
        ({"event": "dance", "payload": {}}, {}),
    ],
)
def test_invalid_presence_is_refused(open_socket: Open, room: str, payload: object, response: object) -> None:
    ann = open_socket()
    here(ann, room, "ann")
    acknowledgement = ann.ask(f"realtime:{room}", "presence", payload)
    assert acknowledgement == {"status": "error", "response": response}
