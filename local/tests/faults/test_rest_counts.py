"""What REST has counted of a caller counts on after a crash, and a spoilt file of counts stops nothing."""

import os
import signal
import stat
import uuid
from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest

from local import state
from local.temporary_stack import Stack
from local.tests.waiting import until

pytestmark = pytest.mark.own("rest")

LIMIT = 5


@pytest.fixture
def limited(stack: Stack) -> Iterator[None]:
    """So many reads, and so many writes that fail, an hour."""
    with psycopg.connect(stack.database_url, autocommit=True) as admin:
        admin.execute(
            "insert into private.rate_limits (role, scope, requests, window_seconds) "
            "values ('anon', 'read', %(n)s, 3600), ('anon', 'write', %(n)s, 3600)",
            {"n": LIMIT},
        )
        until(lambda: "x-ratelimit-limit" in read(stack, some_address()).headers)
        yield
        admin.execute("delete from private.rate_limits; truncate private.rate_slots")
        until(lambda: "x-ratelimit-limit" not in read(stack, some_address()).headers)


def some_address() -> str:
    return f"2001:db8:{uuid.uuid4().hex[:4]}:{uuid.uuid4().hex[:4]}::1"


def read(stack: Stack, address: str) -> httpx.Response:
    return httpx.get(f"{stack.part_url('rest')}/genres?limit=1", headers={"x-forwarded-for": address})


def failing_write(stack: Stack, address: str) -> httpx.Response:
    return httpx.post(f"{stack.part_url('rest')}/genres", json={}, headers={"x-forwarded-for": address})


def kill(stack: Stack) -> None:
    killed = stack.pid("rest")
    os.kill(killed, signal.SIGKILL)

    def is_back() -> bool:
        current = state.read(stack.settings)
        return bool(current and current.ready and current.parts["rest"].pid not in (None, killed))

    until(is_back)


@pytest.mark.parametrize("send", [read, failing_write])
def test_a_crash_forgives_nothing(
    stack: Stack, limited: None, send: Callable[[Stack, str], httpx.Response]
) -> None:
    address, other = some_address(), some_address()
    responses = [send(stack, address) for _ in range(LIMIT)]
    assert {response.headers["x-ratelimit-limit"] for response in responses} == {str(LIMIT)}
    kill(stack)
    refusal = send(stack, address)
    assert (refusal.status_code, refusal.json()["code"]) == (429, "rate_limited")
    assert send(stack, other).status_code != httpx.codes.TOO_MANY_REQUESTS


@pytest.mark.parametrize("garbage", [b"\x00\xff" * 5000, b"1 2 3\n1764512345678 60 user", b""])
def test_a_spoilt_file_stops_no_start(stack: Stack, limited: None, garbage: bytes) -> None:
    folder = stack.settings.directory / "counters"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("reads", "failures"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600
        (folder / name).write_bytes(garbage)
    kill(stack)
    address = some_address()
    assert [read(stack, address).status_code for _ in range(LIMIT)] == [200] * LIMIT
    assert read(stack, address).status_code == httpx.codes.TOO_MANY_REQUESTS
