"""What is too much, too large or too fast: who sends it is stopped, and nobody else notices."""

import json
import socket as sockets
import struct
from collections.abc import Iterator
from contextlib import suppress

import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from tests.clients.realtime.conftest import Open
from tests.clients.realtime.sockets import Socket
from tests.conftest import Stack

LARGEST = 256 * 1024


@pytest.fixture
def bystanders(opened: Open) -> Iterator[None]:
    """Two who talk to each other before and after."""
    ann, bob = opened(), opened("2.0.0")
    for socket in (ann, bob):
        assert socket.join("bystanders")["status"] == "ok"
    yield
    ann.say("bystanders", "still here", {})
    assert bob.hear("broadcast")["event"] == "still here"


def end_of(socket: Socket) -> tuple[int | None, str]:
    """Code and reason with which the server closed; none where the client was too busy to read them."""
    with pytest.raises(ConnectionClosed) as closed:
        socket.until(lambda message: False, seconds=20)
    return (closed.value.rcvd.code, closed.value.rcvd.reason) if closed.value.rcvd else (None, "")


@pytest.mark.usefixtures("bystanders")
@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
def test_a_message_of_more_than_256_kb_is_refused_and_its_channel_stays(
    opened: Open, room: str, vsn: str
) -> None:
    ann, bob = opened(vsn), opened(vsn)
    ann.join(room, broadcast={"ack": True})
    bob.join(room)
    ann.say(room, "large", "x" * (LARGEST - 1000))
    assert ann.hear("phx_reply")["status"] == "ok"
    assert len(bob.hear("broadcast")["payload"]) == LARGEST - 1000
    ann.say(room, "too large", "x" * LARGEST)
    assert ann.hear("phx_reply") == {"status": "error", "response": {"reason": "payload_size_exceeded"}}
    assert bob.hears_nothing_before_a_heartbeat("broadcast")


@pytest.mark.usefixtures("bystanders")
def test_a_presence_of_more_than_256_kb_ends_its_channel(opened: Open, room: str) -> None:
    ann = opened()
    ann.join(room, presence={"enabled": True})
    ann.send(f"realtime:{room}", "presence", {"event": "track", "payload": {"a": "x" * LARGEST}})
    assert ann.hear("system")["message"] == "Track message size exceeded"
    assert ann.hear("phx_close") == {}


@pytest.mark.usefixtures("bystanders")
def test_a_presence_key_of_a_megabyte_is_refused(opened: Open, room: str) -> None:
    answer = opened().join(room, presence={"key": "k" * 1_000_000, "enabled": True})
    assert answer["response"] == {"reason": "InvalidJoinPayload: A presence key has at most 1024 characters"}


@pytest.mark.usefixtures("bystanders")
def test_a_frame_that_says_it_has_a_gigabyte_ends_its_connection(opened: Open, stack: Stack) -> None:
    socket = opened()
    before = psutil.Process(stack.pid("platform")).memory_info().rss
    raw: sockets.socket = socket.websocket.socket
    raw.sendall(b"\x81\xff" + struct.pack(">Q", 2**30) + b"\0\0\0\0" + b"x" * 100_000)
    assert end_of(socket)[0] == 1009
    assert psutil.Process(stack.pid("platform")).memory_info().rss - before < 50_000_000


@pytest.mark.usefixtures("bystanders")
def test_a_hundred_channels_may_be_joined_and_no_more(opened: Open, room: str) -> None:
    socket = opened()
    for n in range(100):
        assert socket.join(f"{room} {n}")["status"] == "ok"
    refused = {"status": "error", "response": {"reason": "ChannelRateLimitReached: Too many channels"}}
    assert socket.join(f"{room} 100") == refused
    socket.ask(f"realtime:{room} 0", "phx_leave", {})
    assert socket.join(f"{room} 100")["status"] == "ok"


@pytest.mark.usefixtures("bystanders")
def test_ten_thousand_joins_on_one_socket_end_it(opened: Open) -> None:
    socket = opened()
    with suppress(ConnectionClosed):
        for n in range(10_000):
            socket.send(f"realtime:{n}", "phx_join", {})
    code, reason = end_of(socket)
    assert code is None or (code == 1008 and reason.startswith("too many "))


@pytest.mark.usefixtures("bystanders")
@pytest.mark.parametrize("joined", [True, False])
def test_a_flood_of_tiny_messages_ends_its_channel_and_then_its_connection(
    opened: Open, room: str, joined: bool
) -> None:
    socket = opened()
    if joined:
        socket.join(room)
    with pytest.raises(ConnectionClosed):
        for _ in range(1_000_000):
            socket.say(room, "x", {})
    if joined:
        told = socket.hear("system")
        assert (told["status"], told["message"]) == ("error", "Too many messages per second")
    assert end_of(socket) in [(1008, "too many messages per second"), (None, "")]


@pytest.mark.usefixtures("bystanders")
def test_a_reader_that_does_not_read_is_cut_off_and_the_others_hear_everything(
    opened: Open, room: str
) -> None:
    ann, bob, slow = opened("2.0.0"), opened("2.0.0"), opened("2.0.0")
    for socket in (ann, bob, slow):
        socket.join(room)
    slow.websocket.recv_messages.pause()
    try:
        content = json.dumps("x" * 200_000).encode()
        for n in range(150):
            ann.say_binary(room, str(n), content, is_json=True)
            assert bob.hear("broadcast")["event"] == str(n)
    finally:
        slow.websocket.recv_messages.resume()
    end_of(slow)
    assert len(slow.heard) < 150


@pytest.mark.usefixtures("bystanders")
@pytest.mark.parametrize(
    "frame",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        "[" * 100_000,
        '{"topic": 5, "event": "phx_join", "payload": {}, "ref": null}',
        '{"topic": "realtime:x", "event": "phx_join", "payload": [], "ref": "x"}',
        '{"topic": "realtime:x", "event": "broadcast", "payload": {"a": NaN}, "ref": "x"}',
        '{"topic": "realtime:\\ud800", "event": "phx_join", "payload": {}, "ref": "x"}',
        b"",
        b"\x03\xff\xff\xff\xff\xff\x01",
    ],
)
@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
def test_what_is_no_message_is_passed_over(opened: Open, vsn: str, frame: str | bytes) -> None:
    socket = opened(vsn)
    socket.websocket.send(frame)
    assert socket.ask("phoenix", "heartbeat", {})["status"] == "ok"


@pytest.mark.usefixtures("bystanders")
def test_half_a_surrogate_pair_is_passed_on_as_it_came(opened: Open, room: str) -> None:
    ann, bob = opened("1.0.0"), opened("2.0.0")
    ann.join(room)
    bob.join(room)
    ann.say(room, "half", {"text": "\ud83c"})
    assert bob.hear("broadcast")["payload"] == {"text": "\ud83c"}


@pytest.mark.parametrize("content", [b"{", b"\xff", b"NaN"])
def test_a_binary_frame_that_says_json_and_holds_none_is_passed_over(
    opened: Open, room: str, content: bytes
) -> None:
    ann, bob = opened("2.0.0"), opened("2.0.0")
    ann.join(room)
    bob.join(room)
    ann.say_binary(room, "x", content, is_json=True)
    ann.ask("phoenix", "heartbeat", {})
    assert bob.hears_nothing_before_a_heartbeat("broadcast")
