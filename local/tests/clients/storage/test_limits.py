"""Rate limits of Storage: by user, or by network address without a user."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from local.temporary_stack import Stack
from local.tests.clients.storage.conftest import PRIVATE, PUBLIC, User

pytestmark = pytest.mark.own("storage", why="Each request is first counted by user or network address")

Allow = Callable[[str, int], None]
WINDOW = 3600
"""Seconds: none rolls over while a test runs."""
AWKWARD = "a b+c;d&e,f (1).txt"


@pytest.fixture
def allow(stack: Stack) -> Iterator[Allow]:
    """Sets a role's limit; afterwards there are none."""
    with psycopg.connect(stack.database_url, autocommit=True) as admin:

        def make(role: str, requests: int) -> None:
            row = [role, requests, WINDOW]
            admin.execute("insert into private.rate_limits values (%s, 'storage', %s, %s)", row)

        yield make
        admin.execute("delete from private.rate_limits")
        admin.execute("truncate private.rate_slots")


def assert_refused(answer: httpx.Response, requests: int) -> None:
    assert answer.status_code == 429, answer.text
    wait = answer.headers["retry-after"]
    assert WINDOW - 600 <= int(wait) <= WINDOW
    limits = [answer.headers[f"x-ratelimit-{name}"] for name in ("limit", "remaining", "reset")]
    assert limits == [str(requests), "0", wait]
    assert answer.json() == {
        "statusCode": "429",
        "error": "Too Many Requests",
        "message": f"Rate limit exceeded, retry in {wait} seconds",
        "code": "SlowDown",
    }


def listed(http: httpx.Client, who: User) -> httpx.Response:
    return http.post(f"/object/list/{PRIVATE}", json={"prefix": who.id}, headers=who.bearer)


def test_rate_limit_of_a_user_does_not_affect_others(
    allow: Allow, http: httpx.Client, ann: User, bob: User
) -> None:
    allow("authenticated", 3)
    path = f"/object/{PRIVATE}/{ann.path(AWKWARD)}"
    requests = [
        http.post(path, content=b"x", headers=ann.bearer),
        http.get(path, headers=ann.bearer),
        http.get(f"/object/{PRIVATE}/{ann.path('missing')}", headers=ann.bearer),
    ]
    assert [response.status_code for response in requests] == [200, 200, 400]
    assert_refused(listed(http, ann), 3)
    assert_refused(http.post(path, content=b"x" * 3_000_000, headers=ann.bearer), 3)
    assert listed(http, bob).status_code == 200


def test_anon_and_bad_tokens_are_counted_by_address(allow: Allow, http: httpx.Client, ann: User) -> None:
    allow("anon", 2)
    path = f"/object/public/{PUBLIC}/missing"
    bad = {"authorization": "Bearer a.b.c", "x-forwarded-for": "203.0.113.7"}
    assert [http.get(path, headers=headers).status_code for headers in ({}, bad)] == [400, 400]
    assert_refused(http.get(path, headers={"x-forwarded-for": "203.0.113.8"}), 2)
    assert listed(http, ann).status_code == 200


def test_the_service_is_not_limited(allow: Allow, http: httpx.Client, key: dict[str, str]) -> None:
    allow("anon", 1)
    allow("authenticated", 1)
    assert [http.get("/bucket", headers=key).status_code for _ in range(3)] == [200, 200, 200]


def test_concurrent_requests_are_admitted_exactly_up_to_the_limit(allow: Allow, url: str, ann: User) -> None:
    allow("authenticated", 20)

    def client(_: int) -> int:
        with httpx.Client(base_url=url, timeout=60) as own:
            return listed(own, ann).status_code

    with ThreadPoolExecutor(64) as clients:
        statuses = list(clients.map(client, range(64)))
    assert (statuses.count(200), statuses.count(429)) == (20, 44)


def test_an_upload_that_was_begun_is_not_broken_off(allow: Allow, http: httpx.Client, ann: User) -> None:
    allow("authenticated", 1)
    tus = {**ann.bearer, "tus-resumable": "1.0.0"}
    place = {"bucketName": PRIVATE, "objectName": ann.path("piece by piece")}
    pairs = (f"{word} {b64encode(value.encode()).decode()}" for word, value in place.items())
    named = {"upload-length": "3", "upload-metadata": ",".join(pairs)}
    created = http.post("/upload/resumable", headers={**tus, **named})
    assert created.status_code == 201, created.text
    address = created.headers["location"]
    for offset in range(3):
        piece = {**tus, "upload-offset": str(offset), "content-type": "application/offset+octet-stream"}
        assert http.patch(address, content=b"x", headers=piece).status_code == 204
        assert http.head(address, headers=tus).status_code in (200, 404)
    assert http.post("/upload/resumable", headers={**tus, **named}).status_code == 429
