"""Rate limits of Auth: by network address, and for passwords by account. Failed requests count too."""

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest
from supabase import Client
from supabase_auth.errors import AuthApiError

from local import sockets
from local.temporary_stack import Stack
from local.tests.clients.auth.sessions import PASSWORD, new_email, refresh, refused, sign_in, sign_up

pytestmark = pytest.mark.own("auth", why="Sign-ups, sign-ins, anonymous users and refreshes are first")

WINDOW = 3600
"""Seconds: none rolls over while a test runs."""
Allow = Callable[[str, int], None]
Try = Callable[..., httpx.Response]


@pytest.fixture
def allow(database: psycopg.Connection) -> Iterator[Allow]:
    """Sets a limit; afterwards there are none."""

    def make(scope: str, requests: int) -> None:
        database.execute(
            "insert into private.rate_limits values ('anon', %s, %s, %s)", [scope, requests, WINDOW]
        )

    yield make
    database.execute("delete from private.rate_limits")
    database.execute("truncate private.rate_slots")


@pytest.fixture
def past_gateway(stack: Stack) -> Iterator[httpx.Client]:
    """Auth without the gateway, whose headers about the caller it trusts."""
    with sockets.client(stack.part_url("platform"), "/auth/v1") as client:
        yield client


@pytest.fixture
def guess(past_gateway: httpx.Client) -> Try:
    """One attempt at a password, by default from its own network address."""

    def make(email: str, password: str = "wrong password", **headers: str) -> httpx.Response:
        own = headers or {"x-forwarded-for": f"2001:db8:{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}::1"}
        body = {"email": email, "password": password}
        named = {name.replace("_", "-"): value for name, value in own.items()}
        return past_gateway.post("/token?grant_type=password", json=body, headers=named)

    return make


def assert_refused(response: httpx.Response, requests: int) -> None:
    assert response.status_code == 429, response.text
    assert response.json() == {
        "code": 429,
        "error_code": "over_request_rate_limit",
        "msg": "Request rate limit reached",
    }
    wait = response.headers["retry-after"]
    assert WINDOW - 600 <= int(wait) <= WINDOW
    limits = [response.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining", "reset")]
    assert limits == [str(requests), "0", wait]


def test_a_password_is_tried_so_often_from_wherever(allow: Allow, app: Client, guess: Try) -> None:
    email = new_email()
    sign_up(app, email)
    allow("password", 3)
    assert [guess(email).status_code for _ in range(3)] == [400, 400, 400]
    assert_refused(guess(email), 3)
    assert_refused(guess(email, PASSWORD), 3)
    assert_refused(guess(email.upper(), PASSWORD), 3)
    other = new_email()
    assert refused("invalid_credentials", guess(other))


def test_an_account_that_is_none_is_refused_alike(allow: Allow, guess: Try) -> None:
    allow("password", 2)
    nobody = new_email()
    assert [guess(nobody).status_code for _ in range(2)] == [400, 400]
    assert_refused(guess(nobody), 2)


def test_ten_of_sixty_four_concurrent_attempts_are_compared(allow: Allow, app: Client, guess: Try) -> None:
    email = new_email()
    sign_up(app, email)
    allow("password", 10)
    with ThreadPoolExecutor(64) as clients:
        statuses = list(clients.map(lambda _: guess(email).status_code, range(64)))
    assert (statuses.count(400), statuses.count(429)) == (10, 54)


def test_an_address_tries_so_often_whatever_the_account(allow: Allow, guess: Try) -> None:
    allow("sign_in", 3)
    here = {"x_forwarded_for": "203.0.113.7"}
    assert [guess(new_email(), **here).status_code for _ in range(3)] == [400, 400, 400]
    assert_refused(guess(new_email(), **here), 3)
    assert guess(new_email(), x_forwarded_for="203.0.113.8").status_code == 400


@pytest.mark.parametrize(
    ("first", "second", "is_one"),
    [
        ({"x_forwarded_for": "10.1.1.1, 203.0.113.7"}, {"x_forwarded_for": "203.0.113.7"}, True),
        ({"cf_connecting_ip": "203.0.113.7"}, {"x_forwarded_for": "203.0.113.7"}, True),
        ({"x_forwarded_for": "2001:db8:1:2::1"}, {"x_forwarded_for": "2001:db8:1:2:3:4:5:6"}, True),
        ({"x_forwarded_for": "2001:db8:1:2::1"}, {"x_forwarded_for": "2001:db8:1:3::1"}, False),
        ({"x_forwarded_for": "::ffff:203.0.113.7"}, {"x_forwarded_for": "203.0.113.7"}, True),
        ({"x_forwarded_for": "nonsense; ' 100% &"}, {"x_forwarded_for": "unknown"}, True),
    ],
)
def test_an_address_is_the_last_hop_or_the_proxys_word(
    allow: Allow, guess: Try, first: dict[str, str], second: dict[str, str], is_one: bool
) -> None:
    allow("sign_in", 1)
    assert guess(new_email(), **first).status_code == 400
    assert guess(new_email(), **second).status_code == (429 if is_one else 400)


@pytest.mark.parametrize("name", ["X-Forwarded-For", "CF-Connecting-IP"])
def test_a_client_cannot_choose_its_address(allow: Allow, http: httpx.Client, name: str) -> None:
    allow("sign_in", 2)
    body = {"email": new_email(), "password": "wrong password"}
    statuses = [
        http.post("/token?grant_type=password", json=body, headers={name: f"203.0.113.{turn}"}).status_code
        for turn in range(3)
    ]
    assert statuses == [400, 400, 429]


def test_signing_up_and_in_count_together_and_malformed_tries_too(allow: Allow, http: httpx.Client) -> None:
    allow("sign_in", 3)
    account = {"email": new_email(), "password": PASSWORD}
    assert http.post("/signup", json=account).status_code == 200
    assert http.post("/token?grant_type=password", content=b"{").status_code == 400
    assert http.post("/signup", json=account).status_code == 422
    assert_refused(http.post("/token?grant_type=password", json=account), 3)
    assert_refused(http.post("/signup", json={**account, "email": new_email()}), 3)


def test_anonymous_users_are_counted_apart(allow: Allow, http: httpx.Client) -> None:
    allow("anonymous", 2)
    allow("sign_in", 1)
    assert [http.post("/signup", json={}).status_code for _ in range(2)] == [200, 200]
    assert_refused(http.post("/signup", json={}), 2)
    assert http.post("/signup", json={"email": new_email(), "password": PASSWORD}).status_code == 200


def test_sessions_are_carried_on_so_often_and_a_refused_one_is_not_lost(
    allow: Allow, http: httpx.Client, app: Client, database: psycopg.Connection
) -> None:
    token = sign_up(app).refresh_token
    allow("refresh", 2)
    assert refused("refresh_token_not_found", refresh(http, "abcdefghijkl"))
    token = refresh(http, token).json()["refresh_token"]
    assert_refused(refresh(http, token), 2)
    database.execute("update private.rate_limits set requests = 3")
    assert refresh(http, token).status_code == 200


def test_a_session_in_wrong_hands_does_not_try_passwords_either(allow: Allow, app: Client) -> None:
    """A new password that is the old one is answered as such."""
    sign_up(app)
    allow("password", 2)
    for expected in ("different from the old", "different from the old", "rate limit reached"):
        with pytest.raises(AuthApiError, match=expected):
            app.auth.update_user({"password": PASSWORD})


def test_clients_raise_their_own_error_above_the_limit(allow: Allow, app: Client) -> None:
    allow("sign_in", 1)
    session = sign_up(app)
    with pytest.raises(AuthApiError) as refusal:
        sign_in(app, session)
    assert (refusal.value.status, refusal.value.code) == (429, "over_request_rate_limit")


def test_administering_users_is_not_limited(allow: Allow, admin: Client) -> None:
    for scope in ("sign_in", "anonymous", "password"):
        allow(scope, 1)
    for _ in range(3):
        account = admin.auth.admin.create_user({"email": new_email(), "password": PASSWORD}).user
        admin.auth.admin.delete_user(account.id)
