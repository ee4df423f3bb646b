"""Attacks: the attacker is stopped, the platform does not grow, and other clients are not affected."""

import os
import random
import struct
import zlib
from contextlib import ExitStack, suppress

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from local.temporary_stack import Stack
from local.tests.clients.realtime.conftest import Open
from local.tests.clients.realtime.sockets import (
    BYTES,
    COMPRESSED,
    CONTINUATION,
    PING,
    TEXT,
    Socket,
    end_of,
    frame,
    handshake,
    reach,
)

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))
TINY = 5_000 if ROUNDS == 1 else 1_000_000
GIGABYTE = 2**30
ATTACKER = "127.8.0.1"
"""An address with limits of its own."""

pytestmark = pytest.mark.usefixtures("steady_memory", "bystanders")


def test_a_frame_that_says_it_has_a_gigabyte_ends_its_connection(open_socket: Open) -> None:
    """What comes with the head is read at once: closing on unread bytes would reset the connection."""
    socket = open_socket()
    head = b"\x81\xff" + struct.pack(">Q", GIGABYTE) + b"\0\0\0\0"
    socket.websocket.socket.sendall(head + b"x" * 1_000)
    assert end_of(socket)[0] == 1009


def test_a_gigabyte_in_pieces_ends_its_connection(open_socket: Open) -> None:
    socket = open_socket()
    raw, piece = socket.websocket.socket, b"x" * 65_000
    with suppress(OSError):
        raw.sendall(frame(TEXT, piece, last=False))
        for _ in range(GIGABYTE // len(piece)):
            raw.sendall(frame(CONTINUATION, piece, last=False))
    assert end_of(socket)[0] in (1009, None)


@pytest.mark.parametrize("small", [frame(CONTINUATION, b"", last=False), frame(PING, b"x" * 125)])
def test_pieces_and_pings_without_end_cut_their_sender_off(stack: Stack, small: bytes) -> None:
    """Its answers are never read."""
    with reach(stack.url) as raw:
        raw.sendall(handshake(stack.url, stack.anon_key) + b"\r\n")
        assert raw.recv(12) == b"HTTP/1.1 101"
        raw.sendall(frame(TEXT, b"a", last=False))
        with pytest.raises(ConnectionError):
            for _ in range(10_000):
                raw.sendall(small * 1000)


def test_compression_is_refused_and_compressed_frame_closes_connection(open_socket: Open) -> None:
    """10 MB of zeros in 10 KB, which are read at once."""
    socket = open_socket()
    assert socket.websocket.protocol.extensions == []
    packer = zlib.compressobj(wbits=-15)
    bomb = packer.compress(b"\0" * 10_000_000) + packer.flush(zlib.Z_SYNC_FLUSH)
    socket.websocket.socket.sendall(frame(TEXT, bomb, bits=COMPRESSED))
    assert end_of(socket)[0] == 1002


def test_text_that_is_none_ends_its_connection(open_socket: Open) -> None:
    socket = open_socket()
    socket.websocket.socket.sendall(frame(TEXT, b"\xff\xfe"))
    assert end_of(socket)[0] == 1007


def test_handshakes_that_never_end_are_held_before_the_platform(stack: Stack, open_socket: Open) -> None:
    platform = psutil.Process(stack.pid("platform"))
    before = platform.num_fds()
    with ExitStack() as open_sockets:
        slow = [open_sockets.enter_context(reach(stack.url)) for _ in range(200)]
        for raw in slow:
            raw.sendall(handshake(stack.url, stack.anon_key))
        for raw in slow:
            raw.sendall(b"X-One-More: x\r\n")
        assert open_socket().ask("phoenix", "heartbeat", {})["status"] == "ok"
        assert platform.num_fds() - before < 50


def test_ten_thousand_joins_on_one_socket_end_it(open_socket: Open) -> None:
    socket = open_socket()
    with suppress(ConnectionClosed):
        for n in range(10_000):
            socket.send(f"realtime:{n}", "phx_join", {})
    code, reason = end_of(socket)
    assert code is None or (code == 1008 and reason.startswith("too many "))


@pytest.mark.parametrize("joined", [True, False])
def test_a_flood_of_tiny_messages_ends_its_channel_and_then_its_connection(
    open_socket: Open, room: str, joined: bool
) -> None:
    socket = open_socket()
    if joined:
        socket.join(room)
    with pytest.raises(ConnectionClosed):
        for _ in range(1_000_000):
            socket.say(room, "x", {})
    if joined:
        message = socket.hear("system")
        assert (message["status"], message["message"]) == ("error", "Too many messages per second")
    assert end_of(socket) in [(1008, "too many messages per second"), (None, "")]


def test_tiny_messages_of_a_reconnecting_client_delay_no_other(
    stack: Stack, room: str, bystanders: list[Socket]
) -> None:
    count = 0
    while count < TINY:
        for bystander in bystanders:
            assert bystander.ask("phoenix", "heartbeat", {})["status"] == "ok"
        with Socket(stack.url, stack.anon_key, source=ATTACKER) as socket, suppress(ConnectionClosed):
            socket.join(room)
            while count < TINY:
                socket.say(room, "x", {})
                count += 1


JUNK = [
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
]


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
def test_invalid_message_is_ignored(open_socket: Open, vsn: str, junk: str | bytes) -> None:
    socket = open_socket(vsn)
    socket.websocket.send(junk)
    assert socket.ask("phoenix", "heartbeat", {})["status"] == "ok"


@pytest.mark.parametrize("turn", range(ROUNDS))
@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
def test_junk_is_passed_over(open_socket: Open, room: str, vsn: str, turn: int) -> None:
    """Bytes by chance, whole messages with bytes changed, on a channel that is joined."""
    # More messages than one address may send at once, over all turns.
    chance, socket = random.Random(turn), open_socket(vsn, source=f"127.8.{vsn[0]}.{turn + 1}")
    socket.join(room)
    word = b"\x03\x01\x01\x05\x01\x00\x01" + b"11" + b"realt" + b"x" + b'{"a": 1}'
    for _ in range(200):
        changed = bytearray(word)
        changed[chance.randrange(len(word))] = chance.randrange(256)
        for junk in (chance.randbytes(chance.randrange(200)), bytes(changed)):
            socket.websocket.socket.sendall(frame(BYTES, junk))
            socket.websocket.send(junk.decode("latin-1"))
    assert socket.ask("phoenix", "heartbeat", {})["status"] == "ok"


def levels(count: int) -> str:
    return '{"a":' * count + "1" + "}" * count


BEYOND = ['{"a": 1e999}', '{"a": [-1e999]}', '{"a": ' + "9" * 5000 + "}"]
DEEP = [levels(count) for count in (101, 300, 600, 900, 940, *range(944, 960), 990, 2000)]


@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
def test_json_that_others_cannot_read_reaches_no_member(open_socket: Open, room: str, vsn: str) -> None:
    """Neither those who are there nor those who join later, and no connection ends for it."""
    sender, member = open_socket(vsn), open_socket()
    for socket in (sender, member):
        socket.join(room, presence={"key": vsn, "enabled": True})
    for event in ("presence", "broadcast"):
        for payload in (*BEYOND, *DEEP):
            sender.send_json(f"realtime:{room}", event, f'{{"event": "track", "payload": {payload}}}')
    assert sender.ask("phoenix", "heartbeat", {})["status"] == "ok"
    assert member.hears_nothing_before_a_heartbeat("presence_diff")
    assert member.hears_nothing_before_a_heartbeat("broadcast")
    for version in ("1.0.0", "2.0.0"):
        late = open_socket(version)
        assert late.join(room, presence={"key": "late", "enabled": True})["status"] == "ok"
        assert late.hear("presence_state") == {}


def test_a_hundred_levels_reach_members(open_socket: Open, room: str) -> None:
    sender, member = open_socket("2.0.0"), open_socket()
    for socket in (sender, member):
        socket.join(room, presence={"key": "a", "enabled": True})
    for event in ("presence", "broadcast"):
        sender.send_json(f"realtime:{room}", event, f'{{"event": "track", "payload": {levels(97)}}}')
    assert member.hear("presence_diff")["joins"]["a"]
    assert member.hear("broadcast")["payload"]


@pytest.mark.parametrize("payload", [*BEYOND, *DEEP], ids=lambda text: f"{text[:8]}{len(text)}")
def test_json_that_others_cannot_read_is_refused_by_http(stack: Stack, payload: str) -> None:
    headers = {"apikey": stack.anon_key, "content-type": "application/json"}
    for path, body in (
        ("/api/broadcast", f'{{"messages": [{{"topic": "t", "event": "e", "payload": {payload}}}]}}'),
        ("/api/broadcast/t/events/e", payload),
    ):
        response = httpx.post(f"{stack.url}/realtime/v1{path}", content=body, headers=headers)
        assert response.status_code == 400
