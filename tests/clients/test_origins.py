"""CORS: browsers let scripts of allowed origins read the responses and errors of every service."""

import httpx
import pytest

from tests.clients.test_rate_limits import Allow, allow, past_gateway
from tests.conftest import Stack

__all__ = ["allow", "past_gateway"]

ORIGIN = {"Origin": "https://app.example"}
ALL = {
    "/rest/v1/genres?limit=1": 200,
    "/auth/v1/settings": 200,
    "/storage/v1/bucket": 200,
    "/search/semantic?q=robots": 200,
    "/search/openapi.json": 200,
    "/rest/v1/nowhere": 404,
    "/auth/v1/nowhere": 404,
    "/storage/v1/nowhere": 404,
    "/realtime/v1/nowhere": 404,
    "/functions/v1/nowhere": 404,
    "/functions/v1/": 404,
    "/search/nowhere": 404,
    "/nowhere": 404,
    "/auth/v1/user": 403,
    "/auth/v1/signup": 405,
    "/realtime/v1/api/broadcast": 405,
    "/search/semantic": 400,
}


def assert_readable(answer: httpx.Response) -> None:
    """Each CORS header is sent once, and the headers that apps need are exposed."""
    assert answer.headers.get_list("access-control-allow-origin") == ["*"], answer.headers
    (readable,) = answer.headers.get_list("access-control-expose-headers")
    for header in ("retry-after", "x-request-id"):
        assert header in readable.lower()
    assert len(answer.headers.get_list("x-request-id")) == 1


@pytest.mark.parametrize(("path", "status"), ALL.items())
def test_response_is_readable_by_scripts_of_any_origin(stack: Stack, path: str, status: int) -> None:
    answer = httpx.get(stack.url + path, headers=ORIGIN | {"apikey": stack.publishable_key})
    if path == "/storage/v1/nowhere":
        assert answer.status_code in (400, 404)
    else:
        assert answer.status_code == status, answer.text
    assert_readable(answer)


@pytest.mark.parametrize("path", [path for path in ALL if path != "/nowhere" and "functions" not in path])
def test_refusal_of_an_invalid_key_is_readable_by_any_origin(stack: Stack, path: str) -> None:
    answer = httpx.get(stack.url + path, headers=ORIGIN | {"apikey": "nonsense"})
    assert answer.status_code == 401
    assert_readable(answer)


def test_refusal_of_a_function_is_readable_by_any_origin(stack: Stack) -> None:
    answer = httpx.get(f"{stack.url}/functions/v1/semantic-search", headers=ORIGIN)
    assert answer.status_code == 401
    assert_readable(answer)


@pytest.mark.parametrize("path", ["/rest/v1/genres", "/search/semantic?q=x", "/functions/v1/hello"])
def test_rate_limit_refusal_is_readable_by_any_origin(stack: Stack, allow: Allow, path: str) -> None:
    allow("anon", 1)
    headers = ORIGIN | {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}
    answers = [httpx.get(stack.url + path, headers=headers, timeout=60) for _ in range(3)]
    assert answers[-1].status_code == 429
    assert_readable(answers[-1])
    assert answers[-1].headers["retry-after"]


@pytest.mark.parametrize("path", [*ALL, "/functions/v1/hello"])
def test_preflight_request_needs_no_key(stack: Stack, path: str) -> None:
    wish = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "apikey,x-request-id"}
    origin = {"Origin": "http://localhost:5173"}
    answer = httpx.options(stack.url + path, headers=origin | wish, timeout=60)
    assert answer.is_success
    assert answer.headers.get_list("access-control-allow-origin") in (["*"], [origin["Origin"]])
    (allowed,) = answer.headers.get_list("access-control-allow-headers")
    assert "x-request-id" in allowed


def test_cors_headers_set_by_a_function_are_kept(stack: Stack) -> None:
    headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.anon_key}"}
    url = f"{stack.url}/functions/v1/hello"
    here = httpx.get(url, headers=headers | {"Origin": "http://localhost:5173"}, timeout=60)
    assert here.headers.get_list("access-control-allow-origin") == ["http://localhost:5173"]
    there = httpx.get(url, headers=headers | ORIGIN, timeout=60)
    assert there.status_code == 200
    assert "access-control-allow-origin" not in there.headers
