"""Messages that are costly to parse count like many; those that no client needs are refused."""

from contextlib import suppress

import httpx
import psycopg
import pytest
from websockets.exceptions import ConnectionClosed

from local.temporary_stack import Stack
from local.tests.clients.realtime.conftest import Open
from local.tests.clients.realtime.letters import ann, listen, tables
from local.tests.clients.realtime.sockets import end_of, handshake, reach

__all__ = ["ann", "tables"]

VALUES = "[" + ",".join(["[]"] * 60_000) + "]"


def broadcast(stack: Stack, content: str, source: str) -> httpx.Response:
    transport = httpx.HTTPTransport(local_address=source)
    headers = {"apikey": stack.anon_key, "Content-Type": "application/json"}
    with httpx.Client(transport=transport, headers=headers, timeout=60) as http:
        return http.post(f"{stack.url}/realtime/v1/api/broadcast", content=content)


@pytest.mark.parametrize("event", ["x", "heartbeat"])
@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
def test_message_of_too_many_values_is_ignored(open_socket: Open, room: str, vsn: str, event: str) -> None:
    sender, member = open_socket(vsn, source="127.8.1.1"), open_socket()
    for socket in (sender, member):
        socket.join(room)
    sender.send_json(f"realtime:{room}", event, f'{{"event": "x", "payload": {{"a": {VALUES}}}}}')
    assert sender.ask("phoenix", "heartbeat", {})["status"] == "ok"
    assert member.hears_nothing_before_a_heartbeat("broadcast")


def test_text_with_many_commas_is_one_value(open_socket: Open, room: str) -> None:
    sender, member = open_socket(source="127.8.1.2"), open_socket()
    for socket in (sender, member):
        socket.join(room)
    sender.say(room, "text", {"lines": "a,[{" * 50_000 + '\\"'})
    assert len(member.hear("broadcast")["payload"]["lines"]) == 200_002


def test_messages_of_many_values_reach_the_rate_limit_sooner(open_socket: Open, room: str) -> None:
    socket = open_socket(source="127.8.1.3")
    socket.join(room)
    with suppress(ConnectionClosed):
        for _ in range(30):
            socket.say(room, "x", {"values": [[]] * 40_000})
    assert end_of(socket) in [(1008, "too many messages per second"), (None, "")]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ('{"messages": ' + VALUES + "}", 400),
        ('{"messages": [' + ",".join(["[]"] * 2_000) + "]}", 429),
        ('{"messages": [{"topic": "\\ud800", "event": "x", "payload": {}, "private": true}]}', 422),
        ('{"messages": [{"topic": "a\\u0000", "event": "x", "payload": {}, "private": true}]}', 422),
    ],
    ids=["values", "messages", "half a pair", "NUL"],
)
def test_broadcast_that_cannot_be_sent_is_refused_briefly(stack: Stack, content: str, status: int) -> None:
    response = broadcast(stack, content, "127.8.1.4")
    assert (response.status_code, len(response.content) < 200) == (status, True)


@pytest.mark.parametrize("value", ["\ud800", "a\0"])
@pytest.mark.parametrize("name", ["schema", "table", "filter", "select"])
def test_subscription_with_text_that_the_database_cannot_store_is_an_error(
    open_socket: Open, room: str, name: str, value: str
) -> None:
    socket = open_socket()
    request = {"event": "*", "schema": "public", "table": "letters"}
    request[name] = [value] if name == "select" else value  # type: ignore[assignment]
    assert socket.join(room, postgres_changes=[request])["status"] == "ok"
    assert "not UTF-8" in socket.hear("system")["message"]


def test_channel_has_at_most_200_filters(open_socket: Open, room: str) -> None:
    socket = open_socket()
    filters = ",".join(["id=eq.1"] * 70)
    request = {"event": "*", "schema": "public", "table": "letters", "filter": filters}
    socket.join(room, postgres_changes=[request] * 3)
    assert socket.hear("system")["message"] == "A channel has at most 200 filters"


@pytest.mark.parametrize("pattern", ["like.aX\\", "like.\\aX\\", "ilike.a%\\"])
def test_pattern_that_fails_for_some_values_keeps_no_change_from_others(
    open_socket: Open, database: psycopg.Connection, pattern: str
) -> None:
    attacker, other = open_socket(), open_socket()
    listen(attacker, table="open_letters", filter=f"text={pattern}")
    listen(other, table="open_letters")
    database.execute("insert into open_letters (id, text) values (1, 'aX'), (2, 'aXb'), (3, 'b')")
    assert [other.hear("postgres_changes")["data"]["record"]["id"] for _ in range(3)] == [1, 2, 3]
    assert other.hears_nothing_before_a_heartbeat("phx_error")


def test_unreadable_handshake_is_answered(stack: Stack) -> None:
    with reach(stack.url) as raw:
        raw.sendall(handshake(stack.url, stack.anon_key) + b"X-Long: " + b"x" * 9_000 + b"\r\n\r\n")
        assert raw.recv(15).startswith(b"HTTP/1.1 4")
