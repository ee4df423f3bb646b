"""Rate limits as clients see them: reads are counted by the REST server, writes by the database."""

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import psycopg
import pytest

from tests.conftest import Stack
from tests.waiting import until

HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")
HOUR = 3600
"""Seconds of a window that is longer than a test."""
Allow = Callable[..., None]


def headers(stack: Stack, token: str) -> dict[str, str]:
    return {"apikey": stack.anon_key, "Authorization": f"Bearer {token}"}


def token(stack: Stack, secret: str | None = None, **claims: object) -> str:
    whole = {"role": "authenticated", "exp": int(time.time()) + 600, **claims}
    return jwt.encode(whole, secret or stack.jwt_secret, algorithm="HS256")


@pytest.fixture
def past_gateway(stack: Stack) -> Iterator[httpx.Client]:
    """A client of the REST server itself, which counts and trusts the gateway's headers about the caller."""
    counter = stack.part_url("counter" if "rest" in stack.elsewhere else "rest")
    with httpx.Client(base_url=counter, headers={"apikey": stack.anon_key}) as client:
        yield client


@pytest.fixture
def allow(stack: Stack, past_gateway: httpx.Client) -> Iterator[Allow]:
    """A function that sets limits of reads and writes and waits until they apply; removed after the test."""

    def limit_shown(role: str) -> str | None:
        sent = {"Authorization": f"Bearer {token(stack, role=role, sub=str(uuid.uuid4()))}"}
        sent["x-forwarded-for"] = some_address()
        limit: str | None = past_gateway.get("/genres?limit=1", headers=sent).headers.get(HEADERS[0])
        return limit

    with psycopg.connect(stack.database_url, autocommit=True) as admin:

        def make(role: str, requests: int, seconds: int = HOUR) -> None:
            admin.cursor().executemany(
                "insert into private.rate_limits values (%s, %s, %s, %s) on conflict (role, scope) do update "
                "set requests = excluded.requests, window_seconds = excluded.window_seconds",
                [(role, scope, requests, seconds) for scope in ("read", "write")],
            )
            until(lambda: limit_shown(role) == str(requests))

        yield make
        admin.execute("delete from private.rate_limits")
        admin.execute("truncate private.rate_slots")
        until(lambda: all(limit_shown(role) is None for role in ("anon", "authenticated")))


@pytest.fixture
def signed_up(stack: Stack) -> Callable[[], httpx.Client]:
    """A function that signs up a user and returns a client of the gateway."""

    def make() -> httpx.Client:
        account = {"email": f"limits-{uuid.uuid4().hex}@example.com", "password": uuid.uuid4().hex}
        sent = {"apikey": stack.anon_key}
        session = httpx.post(f"{stack.url}/auth/v1/signup", json=account, headers=sent).raise_for_status()
        access = session.json()["access_token"]
        return httpx.Client(base_url=stack.url, headers=headers(stack, access))

    return make


@pytest.fixture
def viewer(signed_up: Callable[[], httpx.Client]) -> Iterator[httpx.Client]:
    with signed_up() as client:
        yield client


def rated(client: httpx.Client, film: str) -> httpx.Response:
    return client.post(
        "/rest/v1/ratings?on_conflict=rater_id,item_id",
        json={"item_id": film, "rating": 4},
        headers={"Prefer": "resolution=merge-duplicates"},
    )


def read(client: httpx.Client) -> httpx.Response:
    return client.get("/rest/v1/genres?limit=1")


def some_address() -> str:
    """A random IPv6 address in a network of its own: requests are counted by the first 64 bits."""
    return f"2001:db8:{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}::1"


def of_sixty_four(caller: httpx.Client, send: Callable[[httpx.Client], list[httpx.Response]]) -> list[int]:
    """The statuses that 64 concurrent clients of the caller receive."""

    def statuses(_: int) -> list[int]:
        with httpx.Client(base_url=caller.base_url, headers=caller.headers, timeout=60) as own:
            return [response.status_code for response in send(own)]

    with ThreadPoolExecutor(64) as clients:
        return [status for run in clients.map(statuses, range(64)) for status in run]


def assert_refused(answer: httpx.Response, requests: int) -> None:
    assert answer.status_code == 429, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    limit, remaining, reset, retry_after = (answer.headers[name] for name in (*HEADERS, "retry-after"))
    assert (limit, remaining) == (str(requests), "0")
    assert reset == retry_after
    assert 1 <= int(retry_after) <= HOUR
    message = f"Too many requests: try again in {retry_after} s"
    assert answer.json() == {"code": "rate_limited", "message": message, "details": None, "hint": None}


def test_read_limit_admits_100_reads_and_refuses_the_next(allow: Allow, viewer: httpx.Client) -> None:
    allow("authenticated", 100)
    reads: list[Callable[[], httpx.Response]] = [
        lambda: read(viewer),
        lambda: viewer.head("/rest/v1/content"),
        lambda: viewer.get("/rest/v1/rpc/get_popular_items?limit=1"),
        lambda: viewer.post("/rest/v1/rpc/get_popular_items", json={"limit": 1}),
        lambda: viewer.get("/search/semantic", params={"q": "a+b & “c”; 100% 😀"}),
    ]
    answers = [reads[turn % len(reads)]() for turn in range(100)]
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == [
        str(left) for left in range(99, -1, -1)
    ]
    for again in reads:
        answer = again()
        assert answer.status_code == 429
        if answer.request.method != "HEAD":
            assert_refused(answer, 100)


def test_read_and_write_limits_are_counted_apart(
    allow: Allow, viewer: httpx.Client, films: dict[str, str]
) -> None:
    allow("authenticated", 1)
    assert read(viewer).status_code == 200
    assert_refused(read(viewer), 1)
    written = rated(viewer, films["A"])
    assert (written.status_code, written.headers["x-ratelimit-remaining"]) == (201, "0")
    assert_refused(rated(viewer, films["A"]), 1)


def test_rate_limit_window_slides(allow: Allow, viewer: httpx.Client, films: dict[str, str]) -> None:
    requests: list[Callable[[], httpx.Response]] = [lambda: read(viewer), lambda: rated(viewer, films["A"])]
    for send in requests:
        allow("authenticated", 2)
        assert [send().is_success for _ in range(2)] == [True, True]
        assert_refused(send(), 2)
        allow("authenticated", 2, 2)
        until(lambda send=send: send().is_success)  # type: ignore[misc]


def test_call_of_a_volatile_function_counts_as_a_write(
    allow: Allow, viewer: httpx.Client, films: dict[str, str]
) -> None:
    allow("authenticated", 2)
    event = {"client_id": str(uuid.uuid4()), "item_id": films["A"], "type": "click"}
    calls = [viewer.post("/rest/v1/rpc/record_interactions", json={"events": [event]}) for _ in range(3)]
    assert [call.status_code for call in calls] == [200, 200, 429], [call.text for call in calls]
    assert_refused(calls[2], 2)


def test_write_limit_holds_for_64_concurrent_clients(
    allow: Allow, viewer: httpx.Client, films: dict[str, str]
) -> None:
    allow("authenticated", 100)
    statuses = of_sixty_four(viewer, lambda own: [rated(own, film) for film in films.values()])
    assert len(statuses) == 320
    assert sum(status in (200, 201) for status in statuses) == 100
    assert statuses.count(429) == 220


def test_read_limit_holds_for_64_concurrent_clients(allow: Allow, viewer: httpx.Client) -> None:
    allow("authenticated", 100)
    statuses = of_sixty_four(viewer, lambda own: [read(own) for _ in range(5)])
    assert (statuses.count(200), statuses.count(429)) == (100, 220)


def test_rate_limit_of_one_user_does_not_affect_another(
    allow: Allow, viewer: httpx.Client, signed_up: Callable[[], httpx.Client], films: dict[str, str]
) -> None:
    allow("authenticated", 1)
    read(viewer), rated(viewer, films["A"])
    assert (read(viewer).status_code, rated(viewer, films["A"]).status_code) == (429, 429)
    with signed_up() as other:
        assert (read(other).status_code, rated(other, films["A"]).status_code) == (200, 201)


def test_service_role_is_never_rate_limited(stack: Stack, allow: Allow) -> None:
    allow("anon", 1)
    allow("authenticated", 1)
    with httpx.Client(base_url=stack.url, headers=headers(stack, stack.service_role_key)) as service:
        for answer in [read(service) for _ in range(5)] + [
            service.patch("/rest/v1/genres?name=eq.-", json={"name": "x"}) for _ in range(5)
        ]:
            assert answer.is_success, answer.text
            assert not [name for name in HEADERS if name in answer.headers]
        searched = [service.get("/search/semantic", params={"q": "x"}) for _ in range(3)]
        assert [answer.status_code for answer in searched] == [200, 200, 200]
        assert not [name for name in HEADERS if name in searched[0].headers]


def test_calls_with_a_limit_of_their_own_do_not_count_as_reads(
    stack: Stack, allow: Allow, viewer: httpx.Client
) -> None:
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        admin.execute(
            "insert into private.rate_limits values ('authenticated', 'rpc/suggest', 5, %s)", [HOUR]
        )
    allow("authenticated", 3)
    calls = [viewer.get("/rest/v1/rpc/suggest?q=blade") for _ in range(6)]
    assert [call.status_code for call in calls] == [200] * 5 + [429]
    assert_refused(calls[-1], 5)
    assert [read(viewer).status_code for _ in range(4)] == [200] * 3 + [429]


def test_anon_is_rate_limited_by_address(allow: Allow, past_gateway: httpx.Client) -> None:
    allow("anon", 1)
    limited, other = some_address(), some_address()
    for address, status in ((limited, 200), (limited, 429), (other, 200)):
        sent = {"x-forwarded-for": address}
        assert past_gateway.get("/genres?limit=1", headers=sent).status_code == status
    proxied = {"x-forwarded-for": "198.51.100.1", "cf-connecting-ip": limited}
    assert past_gateway.get("/genres?limit=1", headers=proxied).status_code == 429


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "x-forwarded-for", "CF-Connecting-IP", "cf-connecting-ip"]
)
def test_client_cannot_change_its_address_by_header(stack: Stack, allow: Allow, name: str) -> None:
    allow("anon", 3)
    sent = [{"apikey": stack.anon_key, name: f"203.0.113.{turn}"} for turn in range(4)]
    until(lambda: httpx.get(f"{stack.url}/rest/v1/genres?limit=1", headers=sent[0]).status_code == 429)
    for mine in sent:
        answer = httpx.get(f"{stack.url}/rest/v1/genres?limit=1", headers=mine)
        assert_refused(answer, 3)


def test_anon_read_limit_includes_searches(stack: Stack, allow: Allow) -> None:
    allow("anon", 2)
    key = {"apikey": stack.anon_key}
    until(lambda: httpx.get(f"{stack.url}/rest/v1/genres?limit=1", headers=key).status_code == 429)
    assert_refused(httpx.get(f"{stack.url}/search/semantic?q=x", headers=key), 2)


def test_search_counts_as_one_read(allow: Allow, viewer: httpx.Client) -> None:
    allow("authenticated", 9)
    searched = [viewer.get("/search/semantic", params={"q": "x"}) for _ in range(2)]
    assert [answer.headers["x-ratelimit-remaining"] for answer in searched] == ["8", "7"]
    assert read(viewer).headers["x-ratelimit-remaining"] == "6"


def test_rate_limit_headers_sent_by_a_client_are_dropped(stack: Stack, viewer: httpx.Client) -> None:
    sent = {"X-RateLimit-Limit": "7", "X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "7"}
    answer = viewer.get("/search/semantic", params={"q": "x"}, headers=sent)
    assert not [name for name in HEADERS if name in answer.headers]


@pytest.mark.parametrize("fault", ["forged", "expired", "nonsense"])
def test_invalid_token_counts_against_its_address_only(
    stack: Stack, allow: Allow, past_gateway: httpx.Client, viewer: httpx.Client, fault: str
) -> None:
    allow("authenticated", 100)
    allow("anon", 2)
    user = jwt.decode(viewer.headers["Authorization"].split()[1], options={"verify_signature": False})["sub"]
    bad = {
        "forged": token(stack, secret="f" * 40, sub=user),
        "expired": token(stack, sub=user, exp=int(time.time()) - 600),
        "nonsense": "a.b.c",
    }[fault]
    sent = {"Authorization": f"Bearer {bad}", "x-forwarded-for": some_address()}
    answers = [past_gateway.get("/genres?limit=1", headers=sent) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert read(viewer).headers["x-ratelimit-remaining"] == "99"


def fail(client: httpx.Client, film: str) -> httpx.Response:
    """Send a write that the database rolls back."""
    return client.post("/rest/v1/ratings", json={"item_id": film, "rating": 9})


def test_failed_writes_are_counted_apart(allow: Allow, viewer: httpx.Client, films: dict[str, str]) -> None:
    allow("authenticated", 3)
    assert rated(viewer, films["A"]).headers["x-ratelimit-remaining"] == "2"
    answers = [fail(viewer, films["A"]) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0"]
    assert_refused(fail(viewer, films["A"]), 3)
    assert_refused(rated(viewer, films["A"]), 3)
    assert read(viewer).status_code == 200


def test_failed_write_expires_with_its_window(
    allow: Allow, viewer: httpx.Client, films: dict[str, str]
) -> None:
    allow("authenticated", 1)
    assert fail(viewer, films["A"]).status_code == 400
    assert_refused(rated(viewer, films["A"]), 1)
    allow("authenticated", 1, 2)
    until(lambda: rated(viewer, films["A"]).is_success)


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("POST", "/rest/v1/rpc/grant_role", {"user_id": str(uuid.uuid4()), "role": "admin"}, 403),
        ("POST", "/rest/v1/rpc/no_such_function", {}, 404),
        ("POST", "/rest/v1/ratings", {"nonsense; 'a+b' & 100% 😀": None}, 400),
        ("DELETE", "/rest/v1/genres?name=eq.Drama", None, 403),
    ],
)
def test_failed_write_is_counted_for_any_error(
    allow: Allow, viewer: httpx.Client, method: str, path: str, sent: object, status: int
) -> None:
    allow("authenticated", 2)
    statuses = [viewer.request(method, path, json=sent).status_code for _ in range(3)]
    assert statuses == [status, status, 429]


def test_limit_of_failed_writes_holds_for_64_concurrent_clients(
    allow: Allow, viewer: httpx.Client, films: dict[str, str]
) -> None:
    allow("authenticated", 100)
    statuses = of_sixty_four(viewer, lambda own: [fail(own, films["A"]) for _ in range(5)])
    assert (statuses.count(400), statuses.count(429)) == (100, 220)


def test_rate_limit_refusals_do_not_count_as_failed_writes(
    allow: Allow, viewer: httpx.Client, films: dict[str, str], database: psycopg.Connection
) -> None:
    """A client that continues after refusals may write again as soon as the window has room."""
    allow("authenticated", 2)
    assert [rated(viewer, films["A"]).is_success for _ in range(2)] == [True, True]
    for _ in range(5):
        assert_refused(rated(viewer, films["A"]), 2)
    database.execute("update private.rate_slots set taken_at = taken_at - interval '1 hour'")
    assert rated(viewer, films["A"]).is_success


def test_failed_write_with_an_invalid_token_counts_by_address(
    stack: Stack, allow: Allow, past_gateway: httpx.Client, viewer: httpx.Client, films: dict[str, str]
) -> None:
    allow("authenticated", 2)
    allow("anon", 2)
    user = jwt.decode(viewer.headers["Authorization"].split()[1], options={"verify_signature": False})["sub"]
    forged = token(stack, secret="f" * 40, sub=user)
    sent = {"Authorization": f"Bearer {forged}", "x-forwarded-for": some_address()}
    answers = [past_gateway.post("/ratings", json={}, headers=sent) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert rated(viewer, films["A"]).is_success


def test_preflight_request_is_not_counted_and_headers_are_exposed(stack: Stack, allow: Allow) -> None:
    """The headers of the rate limit are readable by scripts."""
    allow("anon", 1)
    sent = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    for _ in range(3):
        assert httpx.options(f"{stack.url}/rest/v1/genres", headers=sent).status_code == 200
    answer = httpx.get(f"{stack.url}/rest/v1/genres?limit=1", headers={"apikey": stack.anon_key, **sent})
    exposed = answer.headers["access-control-expose-headers"].lower()
    assert all(name in exposed for name in (*HEADERS, "retry-after"))
