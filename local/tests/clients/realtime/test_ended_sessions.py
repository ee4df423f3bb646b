"""Tokens of sessions that have ended, and of banned users, are refused though they have not expired."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import httpx
import psycopg
import pytest
from supabase import Client

from local.temporary_stack import Stack
from local.tests.clients.auth.sessions import sign_in, sign_up
from local.tests.clients.realtime.conftest import Open, Token

pytestmark = pytest.mark.own(
    "realtime", why="A token of an ended session, and of a banned or suspended user, is refused at a join"
)

WORDS = "InvalidJWTToken: This session has ended."


@dataclass(frozen=True)
class Tokens:
    user_id: str
    valid: str
    ended: str


@pytest.fixture
def tokens(connect: Callable[..., Client]) -> Tokens:
    """Of two sessions of one user, of which the first was signed out."""
    first, second = connect(), connect()
    ended = sign_up(first)
    valid = sign_in(second, ended)
    first.auth.sign_out({"scope": "local"})
    return Tokens(valid.user.id, valid.access_token, ended.access_token)


@pytest.fixture
def http(stack: Stack) -> httpx.Client:
    return httpx.Client(base_url=f"{stack.url}/realtime/v1/api/broadcast", headers={"apikey": stack.anon_key})


def broadcast(http: httpx.Client, room: str, token: str) -> int:
    message = {"topic": room, "event": "a", "payload": {}}
    headers = {"authorization": f"Bearer {token}"}
    return http.post("", json={"messages": [message]}, headers=headers).status_code


@pytest.mark.parametrize("config", [{}, {"postgres_changes": [{"schema": "public", "event": "*"}]}])
def test_join_with_the_token_of_an_ended_session_is_refused(
    open_socket: Open, tokens: Tokens, room: str, config: dict[str, object]
) -> None:
    socket = open_socket()
    refusal = {"status": "error", "response": {"reason": WORDS}}
    assert socket.join(room, tokens.ended, **config) == refusal
    assert socket.join(room, tokens.valid, **config)["status"] == "ok"


def test_renewal_with_the_token_of_an_ended_session_ends_the_channel(
    open_socket: Open, tokens: Tokens, token: Token, room: str
) -> None:
    socket = open_socket()
    assert socket.join(room, token())["status"] == "ok"
    socket.send(f"realtime:{room}", "access_token", {"access_token": tokens.valid})
    assert socket.hears_nothing_before_a_heartbeat("phx_close")
    socket.send(f"realtime:{room}", "access_token", {"access_token": tokens.ended})
    assert socket.hear("system")["message"] == "This session has ended."
    assert socket.hear("phx_close") == {}


def test_broadcast_by_http_with_the_token_of_an_ended_session_is_refused(
    http: httpx.Client, tokens: Tokens, open_socket: Open, room: str
) -> None:
    member = open_socket()
    member.join(room)
    with http:
        assert (broadcast(http, room, tokens.ended), broadcast(http, room, tokens.valid)) == (401, 202)
        headers = {"authorization": f"Bearer {tokens.ended}"}
        assert http.post(f"/{quote(room)}/events/b", json={}, headers=headers).status_code == 401
    assert member.hear("broadcast")["event"] == "a"
    assert member.hears_nothing_before_a_heartbeat("broadcast")


def test_banned_user_cannot_join(
    open_socket: Open, tokens: Tokens, database: psycopg.Connection, room: str
) -> None:
    database.execute(
        "update auth.users set banned_until = now() + interval '1 hour' where id = %s", [tokens.user_id]
    )
    response = open_socket().join(room, tokens.valid)
    assert response["response"]["reason"] == "InvalidJWTToken: This user is banned."
