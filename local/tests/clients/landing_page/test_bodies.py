"""Requests that are too large, with and without a length, too slow, or without an end."""

import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from local.gateway.bodies import LIMITS
from local.temporary_stack import Stack

PIECE = b"x" * 65536
TOO_LARGE: dict[str, tuple[str, dict[str, object]]] = {
    "rest": ("/rest/v1/rpc/suggest", {"code": "request_entity_too_large"}),
    "auth": ("/auth/v1/signup", {"error_code": "request_entity_too_large", "code": 413}),
    "realtime": ("/realtime/v1/api/broadcast", {"message": "Payload too large"}),
    "functions": ("/functions/v1/hello", {"code": "REQUEST_ENTITY_TOO_LARGE"}),
    "search": ("/search/semantic", {"code": "request_entity_too_large"}),
}


def pieces(size: int) -> Iterator[bytes]:
    """JSON of so many bytes."""
    yield b'{"q":"'
    left = size - 8
    while left > 0:
        yield PIECE[:left]
        left -= len(PIECE)
    yield b'"}'


def post_body(stack: Stack, path: str, size: int, *, chunked: bool) -> httpx.Response:
    content = pieces(size) if chunked else b"".join(pieces(size))
    headers = {
        "apikey": stack.anon_key,
        "Authorization": f"Bearer {stack.anon_key}",
        "Content-Type": "application/json",
        "Origin": "https://app.example",
    }
    return httpx.post(stack.url + path, content=content, headers=headers, timeout=60)


@pytest.mark.parametrize(
    ("part", "chunked"),
    [*((part, False) for part in TOO_LARGE), *((part, True) for part in TOO_LARGE if part != "search")],
)
def test_too_large_body_is_refused_in_the_services_form(stack: Stack, part: str, chunked: bool) -> None:
    path, words = TOO_LARGE[part]
    response = post_body(stack, path, LIMITS[part].size + 1, chunked=chunked)
    assert response.status_code == 413, response.text
    assert words.items() <= response.json().items()
    assert response.headers.get_list("access-control-allow-origin") == ["*"]
    (request_id,) = response.headers.get_list("x-request-id")
    if part == "functions":
        assert response.json()["request_id"] == request_id


@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "in chunks"])
@pytest.mark.parametrize("part", ["rest", "auth", "functions"])
def test_body_of_the_largest_size_reaches_the_service(stack: Stack, part: str, chunked: bool) -> None:
    path, _ = TOO_LARGE[part]
    response = post_body(stack, path, LIMITS[part].size, chunked=chunked)
    if part == "functions":
        # Ours read less of it, and say so themselves.
        assert (response.status_code, response.json()["code"]) == (413, "request_entity_too_large")
    else:
        assert response.status_code not in (413, 502), response.text


@pytest.mark.parametrize("path", [path for path, _ in TOO_LARGE.values()])
def test_a_body_without_an_end_fills_no_memory(stack: Stack, path: str) -> None:
    processes = [psutil.Process(stack.pid(name)) for name in ("gateway", "platform", "search")]
    before = sum(process.memory_info().rss for process in processes)
    with open_request(stack, path, {"Transfer-Encoding": "chunked"}) as line:
        chunk = b"%x\r\n%s\r\n" % (len(PIECE), PIECE)
        pushed = 0
        try:
            while pushed < 1 << 30:
                line.sendall(chunk)
                pushed += len(PIECE)
        except OSError:
            pass
        assert pushed < 1 << 28
    grown = sum(process.memory_info().rss for process in processes) - before
    assert grown < 200 << 20


def test_headers_have_a_limit_too(stack: Stack) -> None:
    response = httpx.get(
        f"{stack.url}/rest/v1/genres?limit=1", headers={"apikey": stack.anon_key, "x-long": "x" * (256 << 10)}
    )
    assert response.status_code == 431
    well = httpx.get(
        f"{stack.url}/rest/v1/genres?limit=1", headers={"apikey": stack.anon_key, "x-long": "x" * (32 << 10)}
    )
    assert well.status_code == 200


def test_slow_body_delays_no_other_request(stack: Stack) -> None:
    path = "/rest/v1/rpc/suggest"
    lines = [open_request(stack, path, {"Content-Length": "1000"}) for _ in range(50)]
    try:
        for line in lines:
            line.sendall(b"{")
        url = f"{stack.url}/rest/v1/genres?limit=1"
        # Half as long as bodies may stand still.
        response = httpx.get(url, headers={"apikey": stack.anon_key}, timeout=30)
        assert response.status_code == 200
    finally:
        for line in lines:
            line.close()


def open_request(stack: Stack, path: str, headers: dict[str, str]) -> socket.socket:
    """A connection on which the head of a request was sent."""
    url = urlsplit(stack.url)
    line = socket.create_connection((url.hostname or "", url.port or 0), timeout=20)
    own = {"Host": url.netloc, "apikey": stack.anon_key, "Content-Type": "application/json", **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in own.items())
    line.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode())
    return line


def test_a_file_may_be_larger_than_any_of_these(stack: Stack) -> None:
    """Storage has its own limits, by the bucket."""
    size = max(limit.size for limit in LIMITS.values()) + 1
    headers = {"Authorization": f"Bearer {stack.service_role_key}", "x-upsert": "true"}
    url = f"{stack.url}/storage/v1/object/masters/front/large.bin"
    response = httpx.post(url, content=pieces(size), headers=headers, timeout=120)
    assert response.status_code != 413
    assert json.loads(response.content)
    httpx.delete(url, headers=headers)
