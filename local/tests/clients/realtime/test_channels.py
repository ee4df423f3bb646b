"""Joining, leaving and broadcasting on public channels, in both encodings."""

import json

import pytest
from websockets.exceptions import InvalidStatus

from local.temporary_stack import Stack
from local.tests.clients.realtime.conftest import Open, Token
from local.tests.clients.realtime.sockets import Socket

VERSIONS = ["1.0.0", "2.0.0"]
SAID = {"text": "a + b; 'c' & \"d\" % 🎬 שלום", "nothing": None}


@pytest.mark.parametrize("speaker", VERSIONS)
@pytest.mark.parametrize("listener", VERSIONS)
def test_a_broadcast_reaches_others_of_either_encoding_and_not_its_sender(
    open_socket: Open, room: str, speaker: str, listener: str
) -> None:
    ann, bob = open_socket(speaker), open_socket(listener)
    assert ann.join(room)["status"] == bob.join(room)["status"] == "ok"
    ann.say(room, "news", SAID)
    assert bob.hear("broadcast") == {"type": "broadcast", "event": "news", "payload": SAID}
    assert ann.hears_nothing_before_a_heartbeat("broadcast")


def test_a_binary_broadcast_reaches_arrays_as_bytes_and_objects_not_at_all(
    open_socket: Open, room: str
) -> None:
    ann, bob, eve = open_socket("2.0.0"), open_socket("2.0.0"), open_socket("1.0.0")
    for socket in (ann, bob, eve):
        socket.join(room)
    ann.say_binary(room, "sound", b"\x00\xff{")
    assert bob.hear("broadcast") == {"type": "broadcast", "event": "sound", "payload": b"\x00\xff{"}
    ann.say_binary(room, "words", json.dumps(SAID).encode(), is_json=True)
    assert bob.hear("broadcast")["payload"] == SAID
    assert eve.hear("broadcast") == {"type": "broadcast", "event": "words", "payload": SAID}


def test_sender_receives_own_broadcast_and_reply_if_requested(open_socket: Open, room: str) -> None:
    ann = open_socket()
    ann.join(room, broadcast={"self": True, "ack": True})
    ref = ann.say(room, "echo", SAID)
    assert ann.hear("broadcast")["payload"] == SAID
    response = ann.hear("phx_reply")
    assert (response, ref) == ({"status": "ok", "response": {}}, ref)


def test_client_that_left_receives_nothing_and_may_join_again(open_socket: Open, room: str) -> None:
    ann, bob = open_socket(), open_socket()
    ann.join(room)
    bob.join(room)
    assert bob.ask(f"realtime:{room}", "phx_leave", {}) == {"status": "ok", "response": {}}
    assert bob.hear("phx_close") == {}
    ann.say(room, "unheard", {})
    assert ann.hears_nothing_before_a_heartbeat("broadcast")
    assert bob.hears_nothing_before_a_heartbeat("broadcast")
    bob.join(room)
    ann.say(room, "heard", {})
    assert bob.hear("broadcast")["event"] == "heard"


def test_second_join_closes_first_channel_and_nothing_arrives_twice(open_socket: Open, room: str) -> None:
    ann, bob = open_socket(), open_socket()
    ann.join(room)
    bob.join(room)
    first = bob.join_refs[f"realtime:{room}"]
    bob.join(room)
    assert bob.until(lambda message: message["event"] == "phx_close")["ref"] == first
    ann.say(room, "once", {})
    bob.hear("broadcast")
    ann.ask("phoenix", "heartbeat", {})
    assert bob.hears_nothing_before_a_heartbeat("broadcast")


@pytest.mark.parametrize("vsn", VERSIONS)
def test_a_late_goodbye_of_an_earlier_join_leaves_the_later_one_alone(
    open_socket: Open, room: str, vsn: str
) -> None:
    ann, bob = open_socket(), open_socket(vsn)
    topic = f"realtime:{room}"
    ann.join(room)
    bob.join(room)
    earlier = bob.join_refs[topic]
    bob.join(room)
    later, bob.join_refs[topic] = bob.join_refs[topic], earlier
    bob.send(topic, "phx_leave", {})
    bob.join_refs[topic] = later
    ann.say(room, "still heard", {})
    assert bob.hear("broadcast")["event"] == "still heard"


def test_topics_do_not_receive_each_others_broadcasts(open_socket: Open, room: str) -> None:
    ann, bob = open_socket(), open_socket()
    ann.join(room)
    bob.join(f"{room} elsewhere")
    ann.say(room, "here", {})
    ann.ask("phoenix", "heartbeat", {})
    assert bob.hears_nothing_before_a_heartbeat("broadcast")


@pytest.mark.parametrize("vsn", VERSIONS)
def test_a_heartbeat_is_answered(open_socket: Open, vsn: str) -> None:
    assert open_socket(vsn).ask("phoenix", "heartbeat", {}) == {"status": "ok", "response": {}}


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("elsewhere:x", "unmatched topic"),
        ("realtime:", "TopicNameRequired: You must provide a topic name"),
        ("realtime:" + "é" * 124, "InvalidTopic: A topic has at most 255 bytes, and no NUL"),
        ("realtime:a\0b", "InvalidTopic: A topic has at most 255 bytes, and no NUL"),
    ],
)
def test_a_topic_that_is_none_is_refused(open_socket: Open, topic: str, reason: str) -> None:
    assert open_socket().ask(topic, "phx_join", {}) == {"status": "error", "response": {"reason": reason}}


def test_broadcast_without_join_is_not_delivered(open_socket: Open, room: str) -> None:
    ann, bob = open_socket(), open_socket()
    bob.join(room)
    payload = {"type": "broadcast", "event": "x", "payload": {}}
    assert ann.ask(f"realtime:{room}", "broadcast", payload)["response"] == {"reason": "unmatched topic"}
    assert bob.hears_nothing_before_a_heartbeat("broadcast")


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        ("nonsense", "MalformedJWT: The token provided is not a valid JWT"),
        ("a.b.c", "MalformedJWT: The token provided is not a valid JWT"),
    ],
)
def test_a_token_that_is_none_is_refused(open_socket: Open, room: str, forged: str, reason: str) -> None:
    assert open_socket().join(room, forged) == {"status": "error", "response": {"reason": reason}}


def test_an_expired_token_is_refused(open_socket: Open, room: str, token: Token) -> None:
    reason = open_socket().join(room, token(lifetime=-1_000_000))["response"]["reason"]
    assert reason.startswith("InvalidJWTToken: Token has expired 1000") and reason.endswith(" seconds ago")


@pytest.mark.parametrize("key", ["", "nonsense"])
def test_a_connection_without_a_key_is_refused(stack: Stack, key: str) -> None:
    with pytest.raises(InvalidStatus) as error:
        Socket(stack.url, key)
    assert error.value.response.status_code in (401, 403)
