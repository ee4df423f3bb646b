"""Broadcasts by HTTP."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.clients.realtime.conftest import Open, Token


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    url = f"{stack.url}/realtime/v1/api/broadcast"
    with httpx.Client(base_url=url, headers={"apikey": stack.anon_key}) as client:
        yield client


def messages(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"messages": list(messages)}


def test_messages_reach_their_topics(http: httpx.Client, open_socket: Open, room: str) -> None:
    one, other = open_socket("1.0.0"), open_socket("2.0.0")
    one.join(room)
    other.join(f"{room} 2")
    payload = {"a": [1, None, "🎬 'x' ; & %"]}
    response = http.post(
        "",
        json=messages(
            {"topic": room, "event": "first", "payload": payload},
            {"topic": f"{room} 2", "event": "second", "payload": {}, "private": False},
        ),
    )
    assert (response.status_code, response.content) == (202, b"")
    assert one.hear("broadcast") == {"type": "broadcast", "event": "first", "payload": payload}
    assert other.hear("broadcast")["event"] == "second"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"messages": ["can't be blank"]}),
        ({"messages": []}, {"messages": ["can't be blank"]}),
        ({"messages": "x"}, {"messages": ["is invalid"]}),
        (
            messages({"topic": "x", "event": "y", "payload": {}}, {"event": 5, "payload": "text"}),
            {
                "messages": [
                    {},
                    {"topic": ["can't be blank"], "event": ["is invalid"], "payload": ["is invalid"]},
                ]
            },
        ),
        (
            messages({"topic": "x", "event": "y", "payload": {"a": "x" * 256 * 1024}}),
            {"messages": [{"payload": ["Payload size exceeds tenant limit"]}]},
        ),
    ],
)
def test_a_body_that_holds_no_messages_is_refused(http: httpx.Client, body: object, errors: object) -> None:
    response = http.post("", json=body)
    assert (response.status_code, response.json()) == (422, {"errors": errors})


@pytest.mark.parametrize(("content", "status"), [(b"{", 400), (b"x" * 3_000_000, 413)])
def test_a_body_that_is_no_json_or_too_large_is_refused(
    http: httpx.Client, content: bytes, status: int
) -> None:
    assert http.post("", content=content).status_code == status


def test_without_a_token_that_is_believed_nothing_is_taken(http: httpx.Client, token: Token) -> None:
    for bad in ("nonsense", token(lifetime=-10)):
        response = http.post("", json=messages(), headers={"authorization": f"Bearer {bad}"})
        assert (response.status_code, response.json()) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize("way", ["several", "one"])
def test_a_private_topic_takes_what_its_policy_allows(
    http: httpx.Client, open_socket: Open, token: Token, stack: Stack, database: psycopg.Connection, way: str
) -> None:
    database.execute("""
        create policy speakers on realtime.messages for insert to authenticated
        with check (realtime.topic() = 'desk ' || (select auth.uid()))
    """)
    try:
        ann, listener = "5b4b4f4e-0f0e-4a6c-9d0a-0a2b6c3d4e5f", open_socket()
        listener.join(f"desk {ann}", stack.service_role_key, private=True)
        for user, event in ((token(), "forged"), (token(ann), "allowed")):
            headers = {"authorization": f"Bearer {user}"}
            if way == "one":
                path = f"/{quote(f'desk {ann}', safe='')}/events/{event}?private=true"
                response = http.post(path, json={}, headers=headers)
            else:
                message = {"topic": f"desk {ann}", "event": event, "payload": {}, "private": True}
                response = http.post("", json=messages(message), headers=headers)
            assert response.status_code == 202
        assert listener.hear("broadcast")["event"] == "allowed"
        assert listener.hears_nothing_before_a_heartbeat("broadcast")
    finally:
        database.execute("drop policy speakers on realtime.messages")


def test_single_message_has_topic_and_event_in_its_path(
    http: httpx.Client, open_socket: Open, room: str
) -> None:
    socket, name = open_socket("2.0.0"), f"{room} / a+b"
    socket.join(name)
    path = f"/{quote(name, safe='')}/events/{quote('news / 50 %', safe='')}"
    assert http.post(path, json=[1, None]).status_code == 202
    assert socket.hear("broadcast") == {"type": "broadcast", "event": "news / 50 %", "payload": [1, None]}
    binary = http.post(path, content=b"\x00\xff", headers={"content-type": "application/octet-stream"})
    assert binary.status_code == 202
    assert socket.hear("broadcast")["payload"] == b"\x00\xff"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/room", {"content-type": "application/json"}, 422),
        ("/room/events/", {"content-type": "application/json"}, 422),
        (f"/room/events/{'x' * 256}", {"content-type": "application/json"}, 422),
        ("/room/events/x", {"content-type": "text/plain"}, 415),
        ("/room/events/x", {}, 415),
    ],
)
def test_a_path_or_a_type_that_is_none_is_refused(
    http: httpx.Client, path: str, headers: dict[str, str], status: int
) -> None:
    assert http.post(path, content=b"{}", headers=headers).status_code == status
