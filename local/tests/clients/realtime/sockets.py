"""A client of Realtime without a library: a WebSocket for both encodings."""

import itertools
import json
import socket as sockets
import struct
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

Message = dict[str, Any]
"""topic, event, payload, ref, join_ref"""
PATIENCE = 60.0
"""Seconds until what should come is given up."""
CONTINUATION, TEXT, BYTES, PING = 0, 1, 2, 9
COMPRESSED = 0x40


def frame(opcode: int, content: bytes, *, last: bool = True, bits: int = 0) -> bytes:
    """As a client sends it, masked with zeros."""
    head = bytes([opcode | bits | (0x80 if last else 0)])
    size = len(content)
    if size < 126:
        length = bytes([0x80 | size])
    else:
        length = b"\xfe" + struct.pack(">H", size) if size < 2**16 else b"\xff" + struct.pack(">Q", size)
    return head + length + b"\0\0\0\0" + content


def handshake(url: str, key: str) -> bytes:
    """All but the empty line at its end."""
    lines = (
        f"GET /realtime/v1/websocket?apikey={key}&vsn=1.0.0 HTTP/1.1",
        f"Host: {urlsplit(url).netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def reach(url: str) -> sockets.socket:
    address = urlsplit(url)
    return sockets.create_connection((address.hostname or "", address.port or 80), timeout=PATIENCE)


def end_of(socket: "Socket") -> tuple[int | None, str]:
    """Code and reason with which the server closed; none where the client was too busy to read them."""
    with pytest.raises(ConnectionClosed) as closed:
        socket.until(lambda message: False)
    return (closed.value.rcvd.code, closed.value.rcvd.reason) if closed.value.rcvd else (None, "")


class Socket:
    """One connection, from `source`: limits by address count attackers apart from bystanders."""

    def __init__(self, url: str, key: str, vsn: str = "1.0.0", source: str = "") -> None:
        address = url.replace("http", "ws", 1) + f"/realtime/v1/websocket?apikey={key}&vsn={vsn}"
        self.vsn = vsn
        self.websocket = connect(
            address,
            max_size=None,
            open_timeout=PATIENCE,
            close_timeout=1,
            ping_interval=None,
            source_address=(source, 0),
        )
        self.refs = (str(n) for n in itertools.count(1))
        self.join_refs: dict[str, str] = {}
        self.heard: list[Message] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.websocket.close()

    def send(self, topic: str, event: str, payload: object) -> str:
        """The reference under which an answer comes."""
        ref = next(self.refs)
        join_ref = self.join_refs.get(topic)
        if event == "phx_join":
            join_ref = self.join_refs[topic] = ref
        if self.vsn == "2.0.0":
            self.websocket.send(json.dumps([join_ref, ref, topic, event, payload]))
        else:
            words = {"topic": topic, "event": event, "payload": payload, "ref": ref, "join_ref": join_ref}
            self.websocket.send(json.dumps(words))
        return ref

    def send_json(self, topic: str, event: str, payload: str) -> None:
        """A payload as it is written, which Python's encoder might refuse to write."""
        join_ref, words = json.dumps(self.join_refs.get(topic)), json.dumps([topic, event])
        if self.vsn == "2.0.0":
            return self.websocket.send(f'[{join_ref}, "1", {words[1:-1]}, {payload}]')
        names = f'"topic": {json.dumps(topic)}, "event": {json.dumps(event)}'
        self.websocket.send(f'{{"join_ref": {join_ref}, "ref": "1", {names}, "payload": {payload}}}')

    def ask(self, topic: str, event: str, payload: object) -> Message:
        """The payload of the answer: status and response."""
        ref = self.send(topic, event, payload)
        reply = self.until(lambda message: message["event"] == "phx_reply" and message["ref"] == ref)
        response: Message = reply["payload"]
        return response

    def join(self, name: str, token: str | None = None, **config: object) -> Message:
        payload = {"config": config, **({"access_token": token} if token else {})}
        return self.ask(f"realtime:{name}", "phx_join", payload)

    def say(self, name: str, event: str, payload: object) -> str:
        content = {"type": "broadcast", "event": event, "payload": payload}
        return self.send(f"realtime:{name}", "broadcast", content)

    def say_binary(self, name: str, event: str, content: bytes, is_json: bool = False) -> None:
        topic = f"realtime:{name}"
        words = [word.encode() for word in (self.join_refs[topic], next(self.refs), topic, event, "")]
        header = struct.pack("7B", 3, *map(len, words), is_json)
        self.websocket.send(header + b"".join(words) + content)

    def until(self, wanted: Callable[[Message], bool], seconds: float = PATIENCE) -> Message:
        """The first message that is wanted; what comes before it is kept in `heard`."""
        end = time.monotonic() + seconds
        while True:
            for place, message in enumerate(self.heard):
                if wanted(message):
                    return self.heard.pop(place)
            self.heard.append(self.read(self.websocket.recv(max(end - time.monotonic(), 0))))

    def hear(self, event: str, seconds: float = PATIENCE) -> Message:
        """The payload of the next message of this event."""
        payload: Message = self.until(lambda message: message["event"] == event, seconds)["payload"]
        return payload

    def hears_nothing_before_a_heartbeat(self, event: str) -> bool:
        """Messages come in order: what was sent to us before the answer is there with it."""
        self.ask("phoenix", "heartbeat", {})
        return not [message for message in self.heard if message["event"] == event]

    def read(self, frame: str | bytes) -> Message:
        if isinstance(frame, bytes):
            return self._binary(frame)
        received = json.loads(frame)
        if self.vsn == "1.0.0":
            message: Message = received
            return message
        return dict(zip(("join_ref", "ref", "topic", "event", "payload"), received, strict=True))

    @staticmethod
    def _binary(frame: bytes) -> Message:
        kind, topic_size, event_size, meta_size, is_json = struct.unpack_from("5B", frame)
        assert (kind, meta_size) == (4, 0)
        topic, rest = frame[5 : 5 + topic_size].decode(), frame[5 + topic_size :]
        content: object = rest[event_size:]
        if is_json:
            content = json.loads(rest[event_size:])
        payload = {"type": "broadcast", "event": rest[:event_size].decode(), "payload": content}
        return {"topic": topic, "event": "broadcast", "payload": payload, "ref": None, "join_ref": None}
