"""Private channels: policies on realtime.messages decide, checked once at the join."""

import time
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from local.tests.clients.realtime.conftest import Open, Token
from local.tests.clients.realtime.sockets import Socket
from local.tests.waiting import until

MAY_NOT = "Unauthorized: You do not have permissions to read from this Channel topic: "
POLICIES = """
    create policy listeners on realtime.messages for select to authenticated using (
        realtime.topic() in ('listened ' || (select auth.uid()), 'own ' || (select auth.uid()))
        or (realtime.topic() like 'presence only %' and extension = 'presence')
        or (realtime.topic() like 'raising %' and (realtime.topic())::integer = 1)
    );
    create policy speakers on realtime.messages for insert to authenticated with check (
        realtime.topic() = 'own ' || (select auth.uid())
    )
"""


@pytest.fixture(autouse=True)
def policies(database: psycopg.Connection) -> Iterator[None]:
    database.execute(POLICIES.encode())
    yield
    database.execute("drop policy listeners on realtime.messages; drop policy speakers on realtime.messages")


@pytest.fixture
def ann() -> str:
    return str(uuid4())


LIFETIMES = (2, 8, 32)
"""Seconds that a token lasts which expires in a test: as few as the machine can join within."""


def test_user_with_read_and_write_joins_and_broadcasts(open_socket: Open, token: Token, ann: str) -> None:
    one, other = open_socket(), open_socket("2.0.0")
    assert one.join(f"own {ann}", token(ann), private=True)["status"] == "ok"
    assert other.join(f"own {ann}", token(ann), private=True)["status"] == "ok"
    one.say(f"own {ann}", "news", {"a": 1})
    assert other.hear("broadcast")["payload"] == {"a": 1}


def test_another_users_topic_is_refused(open_socket: Open, token: Token, ann: str) -> None:
    eve = open_socket()
    reply = eve.join(f"own {ann}", token(), private=True)
    assert reply == {"status": "error", "response": {"reason": f"{MAY_NOT}own {ann}"}}
    assert eve.say(f"own {ann}", "x", {})
    assert eve.hear("phx_reply")["response"] == {"reason": "unmatched topic"}


def test_the_key_alone_joins_no_private_topic(open_socket: Open, ann: str) -> None:
    assert open_socket().join(f"own {ann}", private=True)["response"]["reason"].startswith("Unauthorized: ")


def test_user_with_read_only_cannot_broadcast(open_socket: Open, token: Token, ann: str) -> None:
    one, other = open_socket(), open_socket()
    for socket in (one, other):
        socket.join(f"listened {ann}", token(ann), private=True, broadcast={"ack": True})
    one.say(f"listened {ann}", "news", {})
    assert one.hears_nothing_before_a_heartbeat("phx_reply")
    assert other.hears_nothing_before_a_heartbeat("broadcast")
    tracked = one.ask(f"realtime:listened {ann}", "presence", {"event": "track", "payload": {}})
    assert tracked == {"status": "error", "response": {}}


def test_a_private_topic_and_a_public_one_of_the_same_name_are_two(
    open_socket: Open, token: Token, ann: str
) -> None:
    member, stranger = open_socket(), open_socket()
    member.join(f"own {ann}", token(ann), private=True)
    stranger.join(f"own {ann}")
    stranger.say(f"own {ann}", "forged", {})
    member.say(f"own {ann}", "secret", {})
    for socket in (member, stranger):
        assert socket.hears_nothing_before_a_heartbeat("broadcast")


def test_user_with_presence_only_receives_no_broadcast(open_socket: Open, token: Token) -> None:
    one = open_socket()
    assert one.join("presence only 1", token(), private=True, presence={"enabled": True})["status"] == "ok"
    assert one.hear("presence_state") == {}


@pytest.mark.parametrize("topic", ["raising a", "raising '; drop table realtime.messages; --"])
def test_a_policy_that_raises_refuses_that_join_alone(
    open_socket: Open, token: Token, ann: str, topic: str
) -> None:
    one, other = open_socket(), open_socket()
    one.join(f"own {ann}", token(ann), private=True)
    assert other.join(topic, token(ann), private=True)["response"]["reason"] == MAY_NOT + topic
    assert other.join(f"own {ann}", token(ann), private=True)["status"] == "ok"
    other.say(f"own {ann}", "still here", {})
    assert one.hear("broadcast")["event"] == "still here"


@pytest.mark.parametrize(
    "topic", ["'; drop table realtime.messages; --", "own ' || auth.uid() || '", "%", "\\"]
)
def test_sql_in_a_topic_is_a_name_like_any(open_socket: Open, token: Token, topic: str) -> None:
    assert open_socket().join(topic, token(), private=True)["response"]["reason"] == MAY_NOT + topic


@pytest.mark.parametrize("role", ["postgres", "supabase_admin", "nobody; drop", "service_role '"])
def test_a_token_for_a_role_that_is_no_callers_is_refused(open_socket: Open, token: Token, role: str) -> None:
    reason = open_socket().join("x", token(role=role), private=True)["response"]["reason"]
    assert reason == f"{MAY_NOT}x"


def test_the_service_role_joins_everything(open_socket: Open, token: Token, ann: str) -> None:
    assert open_socket().join(f"own {ann}", token(role="service_role"), private=True)["status"] == "ok"


def test_policy_check_leaves_no_rows(
    open_socket: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    open_socket().join(f"own {ann}", token(ann), private=True)
    row = database.execute(
        "select count(*) from realtime.messages where topic = %s", [f"own {ann}"]
    ).fetchone()
    assert row == (0,)


def test_a_token_that_expires_while_joined_ends_the_channel(
    open_socket: Open, token: Token, ann: str
) -> None:
    one, other = open_socket(), open_socket()
    responses = (one.join(f"own {ann}", token(ann, lifetime), private=True) for lifetime in LIFETIMES)
    assert any(response["status"] == "ok" for response in responses)
    other.join(f"own {ann}", token(ann), private=True)
    message = one.hear("system")
    assert message["status"] == "error" and message["message"].startswith("Token has expired ")
    assert one.hear("phx_close") == {}
    other.say(f"own {ann}", "later", {})
    other.ask("phoenix", "heartbeat", {})
    assert one.hears_nothing_before_a_heartbeat("broadcast")


def test_token_that_expires_before_the_join_reply_closes_the_channel(
    open_socket: Open, token: Token, ann: str, database: psycopg.Connection
) -> None:
    one, expires = open_socket(), int(time.time()) + 2
    with database.transaction():
        database.execute("lock table realtime.messages in access exclusive mode")
        replay = {"private": True, "broadcast": {"replay": {"since": 0}}}
        payload = {"config": replay, "access_token": token(ann, lifetime=2)}
        one.send(f"realtime:own {ann}", "phx_join", payload)
        until(lambda: time.time() > expires)
    response = one.hear("phx_reply")
    if response["status"] == "ok":
        assert one.hear("system")["message"].startswith("Token has expired ")
        assert one.hear("phx_close") == {}


def test_a_renewed_token_keeps_the_channel(open_socket: Open, token: Token, ann: str) -> None:
    def renewed(lifetime: int) -> Socket | None:
        """None when it came too late."""
        socket, expires = open_socket(), int(time.time()) + lifetime
        socket.join(f"own {ann}", token(ann, lifetime), private=True)
        socket.send(f"realtime:own {ann}", "access_token", {"access_token": token(ann)})
        socket.ask("phoenix", "heartbeat", {})
        return socket if time.time() < expires else None

    lifetime, one = next((n, renewed_socket) for n in LIFETIMES if (renewed_socket := renewed(n)))
    other = open_socket()
    other.join(f"own {ann}", token(ann), private=True)
    with pytest.raises(TimeoutError):
        one.hear("system", seconds=lifetime + 1)
    other.say(f"own {ann}", "later", {})
    assert one.hear("broadcast")["event"] == "later"


def test_a_renewal_by_who_may_not_read_ends_the_channel(open_socket: Open, token: Token, ann: str) -> None:
    one = open_socket()
    one.join(f"own {ann}", token(ann), private=True)
    one.send(f"realtime:own {ann}", "access_token", {"access_token": token()})
    assert "You do not have permissions to read" in one.hear("system")["message"]
    assert one.hear("phx_close") == {}


@pytest.mark.parametrize("access_token", [None, "sb_publishable_x"])
def test_a_renewal_without_a_users_token_changes_nothing(
    open_socket: Open, token: Token, ann: str, access_token: str | None
) -> None:
    one = open_socket()
    one.join(f"own {ann}", token(ann), private=True)
    one.send(f"realtime:own {ann}", "access_token", {"access_token": access_token})
    assert one.hears_nothing_before_a_heartbeat("system")
