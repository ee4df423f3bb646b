"""Limits of number, size and rate: the sender is stopped, and other clients are not affected."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from local.temporary_stack import Stack
from local.tests.clients.realtime.conftest import Open, Token
from local.tests.clients.realtime.sockets import Socket, end_of
from local.tests.second import second_platform
from local.tests.waiting import until

LARGEST = 256 * 1024


@pytest.mark.usefixtures("bystanders")
@pytest.mark.parametrize("vsn", ["1.0.0", "2.0.0"])
def test_a_message_of_more_than_256_kb_is_refused_and_its_channel_stays(
    open_socket: Open, room: str, vsn: str
) -> None:
    ann, bob = open_socket(vsn), open_socket(vsn)
    ann.join(room, broadcast={"ack": True})
    bob.join(room)
    ann.say(room, "large", "x" * (LARGEST - 1000))
    assert ann.hear("phx_reply")["status"] == "ok"
    assert len(bob.hear("broadcast")["payload"]) == LARGEST - 1000
    ann.say(room, "too large", "x" * LARGEST)
    assert ann.hear("phx_reply") == {"status": "error", "response": {"reason": "payload_size_exceeded"}}
    assert bob.hears_nothing_before_a_heartbeat("broadcast")


@pytest.mark.usefixtures("bystanders")
def test_a_presence_of_more_than_256_kb_ends_its_channel(open_socket: Open, room: str) -> None:
    ann = open_socket()
    ann.join(room, presence={"enabled": True})
    ann.send(f"realtime:{room}", "presence", {"event": "track", "payload": {"a": "x" * LARGEST}})
    assert ann.hear("system")["message"] == "Track message size exceeded"
    assert ann.hear("phx_close") == {}


@pytest.mark.usefixtures("bystanders")
def test_a_presence_key_of_a_megabyte_is_refused(open_socket: Open, room: str) -> None:
    response = open_socket().join(room, presence={"key": "k" * 1_000_000, "enabled": True})
    assert response["response"] == {
        "reason": "InvalidJoinPayload: A presence key has at most 1024 characters"
    }


@pytest.mark.usefixtures("bystanders")
def test_presence_is_bounded_over_all_topics_of_a_connection(open_socket: Open, room: str) -> None:
    """Half a MiB of a connection, however many topics it is spread over; another connection has its own."""
    ann, bob = open_socket(), open_socket()

    def tracked(socket: Socket, n: int, size: int) -> object:
        payload = {"event": "track", "payload": {"x": "x" * size}}
        return socket.ask(f"realtime:{room} {n}", "presence", payload)["status"]

    for n in range(3):
        for socket in (ann, bob):
            socket.join(f"{room} {n}", presence={"enabled": True})
    assert [tracked(ann, n, 200_000) for n in range(3)] == ["ok", "ok", "error"]
    assert tracked(bob, 2, 200_000) == "ok"
    assert tracked(ann, 1, 1000) == "ok"
    assert tracked(ann, 2, 200_000) == "ok"
    ann.ask(f"realtime:{room} 0", "phx_leave", {})
    assert tracked(ann, 1, 200_000) == "ok"


@pytest.mark.usefixtures("bystanders")
def test_a_hundred_channels_may_be_joined_and_no_more(open_socket: Open, room: str) -> None:
    socket = open_socket()
    for n in range(100):
        assert socket.join(f"{room} {n}")["status"] == "ok"
    refusal = {"status": "error", "response": {"reason": "ChannelRateLimitReached: Too many channels"}}
    assert socket.join(f"{room} 100") == refusal
    socket.ask(f"realtime:{room} 0", "phx_leave", {})
    assert socket.join(f"{room} 100")["status"] == "ok"


@pytest.mark.usefixtures("bystanders")
def test_client_that_does_not_read_is_cut_and_others_receive_everything(open_socket: Open, room: str) -> None:
    ann, bob, slow = open_socket("2.0.0"), open_socket("2.0.0"), open_socket("2.0.0")
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
def test_half_a_surrogate_pair_is_passed_on_as_it_came(open_socket: Open, room: str) -> None:
    ann, bob = open_socket("1.0.0"), open_socket("2.0.0")
    ann.join(room)
    bob.join(room)
    ann.say(room, "half", {"text": "\ud83c"})
    assert bob.hear("broadcast")["payload"] == {"text": "\ud83c"}


@pytest.mark.parametrize("content", [b"{", b"\xff", b"NaN"])
def test_a_binary_frame_that_says_json_and_holds_none_is_passed_over(
    open_socket: Open, room: str, content: bytes
) -> None:
    ann, bob = open_socket("2.0.0"), open_socket("2.0.0")
    ann.join(room)
    bob.join(room)
    ann.say_binary(room, "x", content, is_json=True)
    ann.ask("phoenix", "heartbeat", {})
    assert bob.hears_nothing_before_a_heartbeat("broadcast")


@pytest.mark.usefixtures("bystanders")
def test_presence_of_a_topic_is_bounded_by_what_a_joiner_can_receive(open_socket: Open, room: str) -> None:
    """Two megabytes: of 250 KB each there is room for eight."""
    crowd = [open_socket() for _ in range(9)]
    responses = []
    for n, socket in enumerate(crowd):
        socket.join(room, presence={"key": f"key {n}", "enabled": True})
        payload = {"event": "track", "payload": {"n": n, "text": "x" * 250_000}}
        responses.append(socket.ask(f"realtime:{room}", "presence", payload))
    assert [response["status"] for response in responses] == ["ok"] * 8 + ["error"]
    assert responses[8]["response"] == {"reason": "Too much is told on this topic"}
    newcomer = open_socket("2.0.0")
    newcomer.join(room, presence={"enabled": True})
    assert set(newcomer.hear("presence_state")) == {f"key {n}" for n in range(8)}
    crowd[0].ask(f"realtime:{room}", "presence", {"event": "untrack"})
    again = crowd[8].ask(
        f"realtime:{room}", "presence", {"event": "track", "payload": {"text": "x" * 250_000}}
    )
    assert again["status"] == "ok"
    assert newcomer.hears_nothing_before_a_heartbeat("phx_close")


@pytest.fixture
def narrow(stack: Stack) -> Iterator[str]:
    """Where a second platform serves the same database, with small limits."""
    limits = {"REALTIME_CONNECTIONS": "3", "REALTIME_PROJECT_JOINS_PER_SECOND": "1"}
    with second_platform(stack, ["realtime"], **limits) as url:
        yield url


@pytest.fixture
def slow(stack: Stack) -> Iterator[str]:
    """Where one takes a message a second, ten at once."""
    with second_platform(stack, ["realtime"], REALTIME_MESSAGES_PER_SECOND="1") as url:
        yield f"{url}/realtime/v1/api/broadcast"


def test_a_connection_too_many_is_refused_until_one_goes(stack: Stack, narrow: str) -> None:
    with ExitStack() as sockets:
        first, *_ = [sockets.enter_context(Socket(narrow, stack.anon_key)) for _ in range(3)]
        with pytest.raises(InvalidStatus) as error:
            Socket(narrow, stack.anon_key)
        response = error.value.response
        assert (response.status_code, response.headers["retry-after"]) == (429, "1")
        words = "ConnectionRateLimitReached: Too many connected users"
        assert json.loads(response.body or b"") == {"message": words}
        assert first.ask("phoenix", "heartbeat", {})["status"] == "ok"
        first.websocket.close()
        until(lambda: joins(narrow, stack.anon_key))


def joins(url: str, key: str) -> bool:
    try:
        with Socket(url, key) as socket:
            return bool(socket.ask("phoenix", "heartbeat", {})["status"] == "ok")
    except InvalidStatus:
        return False


def test_joins_above_the_project_limit_are_refused_and_connections_stay(
    stack: Stack, narrow: str, room: str
) -> None:
    with Socket(narrow, stack.anon_key) as one, Socket(narrow, stack.anon_key) as other:
        responses = [socket.join(f"{room} {n}") for n in range(4) for socket in (one, other)]
        assert {response["status"] for response in responses} == {"ok"}
        replies = [other.join(f"{room} {n}") for n in range(4, 20)]
        reason = "ClientJoinRateLimitReached: Too many joins per second"
        assert {"status": "error", "response": {"reason": reason}} in replies
        one.say(f"{room} 0", "still here", {})
        assert other.hear("broadcast")["event"] == "still here"


def test_http_broadcasts_above_a_callers_limit_refuse_no_other_caller(
    slow: str, room: str, token: Token
) -> None:
    ann, bob = token(), token()

    def post(user: str, count: int) -> httpx.Response:
        messages = [{"topic": room, "event": "x", "payload": {}}] * count
        headers = {"Authorization": f"Bearer {user}", "Origin": "https://app.example"}
        return httpx.post(slow, json={"messages": messages}, headers=headers)

    assert [post(ann, 5).status_code, post(ann, 5).status_code] == [202, 202]
    refusal = next(response for response in (post(ann, 5) for _ in range(50)) if response.is_error)
    assert (refusal.status_code, refusal.json()) == (429, {"message": "You have exceeded your rate limit"})
    assert 1 <= int(refusal.headers["retry-after"]) <= 5
    assert refusal.headers["access-control-allow-origin"] == "*"
    batch = post(bob, 11)
    words = "Too many messages to broadcast, please reduce the batch size"
    assert (batch.status_code, batch.json()) == (429, {"message": words})
    assert "retry-after" not in batch.headers
    assert post(bob, 5).status_code == 202


def test_refused_http_broadcasts_count_too(slow: str, token: Token) -> None:
    headers, statuses = {"Authorization": f"Bearer {token()}"}, list[int]()
    with httpx.Client(headers=headers) as http:
        while 429 not in statuses and len(statuses) < 100:
            statuses.append(http.post(slow, content=b"{").status_code)
    assert statuses[:10] == [400] * 10 and statuses[-1] == 429
