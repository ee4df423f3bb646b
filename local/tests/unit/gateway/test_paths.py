"""Routing: the server of each path, the request it receives, and what other origins may send and read."""

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from local import paths
from local.gateway import bodies
from local.ports import free_port
from local.services import local_url
from local.tests.echo import echo
from local.tests.unit.gateway.conftest import (
    ANON,
    EVERY_PART,
    KEY,
    SECRET,
    echoed_request,
    serving,
    settings_of,
)

ORIGIN = {"Origin": "https://app.example"}
REFUSED = [
    *((path, {}, 401) for path in EVERY_PART if path.startswith(("/rest", "/auth", "/realtime", "/search"))),
    *((path, {"apikey": "nonsense"}, 401) for path in EVERY_PART if "/functions/" not in path),
    ("/rest/v1/films", {"apikey": SECRET, "User-Agent": "Mozilla/5.0"}, 401),
    ("/graphql/v1", KEY, 404),
    ("/nowhere", {}, 404),
    *(
        (path, KEY, 502)
        for path in EVERY_PART
        if path.startswith(("/rest", "/auth", "/realtime", "/storage"))
    ),
    ("/functions/v1/hello", KEY, 429),
    ("/search/semantic", KEY, 429),
]


@pytest.fixture(scope="module")
def nobody_there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A gateway whose services are all down, but for the counter, which refuses every request."""
    with echo("counter", status=429) as counter:
        nowhere = f"http://127.0.0.1:{free_port()}"
        addresses = dict.fromkeys(("platform", "rest", "search"), nowhere) | {"rest_admin": counter}
        with serving(settings_of(tmp_path_factory.mktemp("nobody")), addresses, ()) as client:
            yield client


@pytest.mark.parametrize(
    ("path", "arrives"),
    [
        ("/auth/v1/token?grant_type=password", "/token?grant_type=password"),
        ("/auth/v1/verify?token=a%2Bb;c&x=%26", "/verify?token=a%2Bb;c&x=%26"),
        (
            "/rest/v1/films?title=eq.a+b%20c&or=(a.eq.1,b.eq.%22x%22)",
            "/films?title=eq.a+b%20c&or=(a.eq.1,b.eq.%22x%22)",
        ),
        ("/storage/v1/object/a/b", "/base/object/a/b"),
        (
            "/storage/v1/object/a/a..b/.hidden/a%2Fb/%D7%A9%20;%2B.txt?x=1+2&y=../%2e",
            "/base/object/a/a..b/.hidden/a%2Fb/%D7%A9%20;%2B.txt?x=1+2&y=../%2e",
        ),
        ("/storage/v1/object/a//b", "/base/object/a//b"),
        ("/realtime/v1/websocket?apikey=k&vsn=1.0.0", "/socket/websocket?apikey=k&vsn=1.0.0"),
        ("/realtime/v1/api/broadcast", "/api/broadcast"),
    ],
)
def test_external_server_receives_its_own_paths(all_elsewhere: httpx.Client, path: str, arrives: str) -> None:
    assert echoed_request(all_elsewhere, path)["path"] == arrives


@pytest.mark.parametrize(
    ("path", "part", "arrives"),
    [
        ("/auth/v1/user?x=%2B", "platform", "/auth/v1/user?x=%2B"),
        ("/storage/v1/object/a//...", "platform", "/storage/v1/object/a//..."),
        ("/functions/v1/hello/a;b/100%25", "platform", "/functions/v1/hello/a;b/100%25"),
        (
            "/realtime/v1/api/broadcast/a%2Fb/events/c",
            "platform",
            "/realtime/v1/api/broadcast/a%2Fb/events/c",
        ),
        ("/rest/v1/films?title=eq.a+b", "rest", "/films?title=eq.a+b"),
    ],
)
def test_own_services_receive_requests_unchanged(
    all_own: httpx.Client, path: str, part: str, arrives: str
) -> None:
    headers = echoed_request(all_own, path, **{"X-Forwarded-Prefix": "/counted/before"})
    assert (headers["name"], headers["path"]) == (part, arrives)
    assert "X-Forwarded-Prefix" not in headers


DOTS = ("..", "%2e%2e", "%2E.", ".%2e", "..;", "..;a=b", "%2e%2e%3bx", ".", "%2e")
UNPLAIN = [
    *(f"/functions/v1/hello/{dots}/storage/v1/x" for dots in DOTS),
    *(f"/storage/v1/object/public/a/{dots}/b" for dots in DOTS),
    *(f"/functions/v1/hello/{dots}" for dots in DOTS),
    "/functions/v1/hello/../../../storage/v1/x",
    "/functions/v1/hello%2f..%2f..%2fx",
    "/functions/v1/hello%2Fx",
    "/functions/v1/hello/..%5c..%5cx",
    "/functions/v1/hello/a\\b",
    "/functions/v1/hello/%252e%252e/x",
    "/functions/v1/hello/%25252e%25252e/x",
    "/functions/v1/hello/%252f",
    "/functions/v1/hello/a%00b",
    "/functions/v1/hello/a%0d%0ab",
    "/functions/v1/hello/a%7fb",
    "/functions/v1/hello/%c0%ae%c0%ae/x",
    "/functions/v1/hello/%e0%80%ae/x",
    "/functions/v1/hello/%f0%80%80%ae/x",
    "/functions/v1/hello/%ed%a0%80",
    "/functions/v1/hello/%ff",
    "/functions/v1//hello",
    "/functions//v1/hello",
    "//functions/v1/hello",
    "/functions/v1/hello/%2f/x",
    "/rest/v1//films",
    "/storage/v1//object/a/b",
    "/storage/v1/bucket/a%2fb",
    "/Functions/v1/hello",
    "/functions/V1/hello",
    "/STORAGE/v1/object/a/b",
    "/%66unctions/v1/hello",
    "/functions/%761/hello",
    "/functions%2fv1/hello",
    "/search%2fsemantic",
    "/Search/semantic",
    "/auth/v1/%2e%2e/%2e%2e/storage/v1/object/a",
    "/storage/v1/object/../../../functions/v1/hello",
]


def raw(client: httpx.Client, path: str) -> tuple[int, bytes]:
    """A client that sends a path as it is."""
    with socket.create_connection(("127.0.0.1", client.base_url.port or 0), timeout=60) as line:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\napikey: {ANON}\r\nConnection: close\r\n\r\n"
        line.sendall(head.encode())
        response = b"".join(iter(lambda: line.recv(65536), b""))
    return int(response.split()[1]), response.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("path", UNPLAIN)
def test_a_path_that_two_servers_could_read_apart_is_refused(all_own: httpx.Client, path: str) -> None:
    status, body = raw(all_own, path)
    code = "InvalidKey" if path.startswith("/storage/v1/") else "path_refused"
    assert (status, json.loads(body)["code"]) == (400, code)


@pytest.mark.parametrize("path", UNPLAIN)
def test_the_platform_refuses_it_by_itself(path: str) -> None:
    assert not paths.is_plain(path) or not re.match(paths.SERVICES, path)


@pytest.mark.parametrize(
    "path",
    [
        "/storage/v1/object/a/a..b",
        "/storage/v1/object/a/...",
        "/storage/v1/object/a/a.",
        "/storage/v1/object/a/%20a%20b.txt",
        "/storage/v1/object/a/a%2Fb",
        "/storage/v1/object/a//b",
        "/storage/v1/object/a/%D7%A9%F0%9F%8E%AC",
        "/storage/v1/object/a/100%25",
        "/storage/v1/object/a/;a=b&c",
        "/rest/v1/rpc/suggest",
    ],
)
def test_a_name_that_only_looks_odd_arrives_as_it_was_sent(all_own: httpx.Client, path: str) -> None:
    status, body = raw(all_own, path)
    assert status == 200
    assert json.loads(body)["path"] == path.removeprefix("/rest/v1")
    assert paths.is_plain(path)


@pytest.mark.parametrize("part", ["auth", "storage", "rest", "realtime"])
def test_external_server_receives_its_public_address(all_elsewhere: httpx.Client, part: str) -> None:
    forged = {"X-Forwarded-Prefix": "/wrong", "X-Forwarded-For": "1.2.3.4"}
    headers = echoed_request(all_elsewhere, f"/{part}/v1/api/x", **forged)
    assert headers["X-Forwarded-Prefix"] == f"/{part}/v1"
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Host"] == all_elsewhere.base_url.netloc.decode()
    assert headers["X-Forwarded-Proto"] == "http"


def test_external_realtime_receives_its_tenant_as_host(all_elsewhere: httpx.Client) -> None:
    assert echoed_request(all_elsewhere, "/realtime/v1/websocket")["Host"].startswith("realtime-dev.")
    assert echoed_request(all_elsewhere, "/auth/v1/user")["Host"] == all_elsewhere.base_url.netloc.decode()


@pytest.mark.parametrize("path", ["tenants", "tenants/realtime-dev", "openapi"])
def test_management_paths_of_realtime_are_closed(all_elsewhere: httpx.Client, path: str) -> None:
    assert all_elsewhere.get(f"/realtime/v1/api/{path}", headers=KEY).status_code == 403


def test_options_without_a_browser_get_to_the_server(all_elsewhere: httpx.Client) -> None:
    """A client of TUS requests the server's extensions."""
    response = all_elsewhere.options("/storage/v1/upload/resumable", headers={"Tus-Resumable": "1.0.0"})
    assert response.json()["path"] == "/base/upload/resumable"


@pytest.mark.parametrize("path", ["/auth/v1/token", "/storage/v1/object/a/b", "/rest/v1/films"])
def test_browsers_of_any_origin_may_call_an_external_server(all_elsewhere: httpx.Client, path: str) -> None:
    wish = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "apikey,x-upsert"}
    before = all_elsewhere.options(path, headers=ORIGIN | wish)
    assert before.status_code == 200
    assert before.headers["access-control-allow-headers"] == "apikey,x-upsert"
    for response in (before, all_elsewhere.get(path, headers=KEY | ORIGIN)):
        assert response.headers.get_list("access-control-allow-origin") == ["*"]
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize(("path", "headers", "status"), REFUSED)
def test_scripts_of_any_origin_may_read_what_the_gateway_answers(
    nobody_there: httpx.Client, path: str, headers: dict[str, str], status: int
) -> None:
    response = nobody_there.get(path, headers=ORIGIN | headers)
    assert response.status_code == status
    assert response.headers.get_list("access-control-allow-origin") == ["*"]
    (readable,) = response.headers.get_list("access-control-expose-headers")
    for header in ("Retry-After", "X-RateLimit-Remaining", "X-Request-Id", "Content-Range"):
        assert header in readable
    assert len(response.headers.get_list("x-request-id")) == 1


@pytest.mark.parametrize("path", [*EVERY_PART, "/graphql/v1", "/nowhere"])
def test_preflight_needs_no_key_even_without_a_server(nobody_there: httpx.Client, path: str) -> None:
    headers = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "apikey,x-profile-id",
    }
    response = nobody_there.options(path, headers=ORIGIN | headers)
    assert response.status_code == 200
    assert response.headers.get_list("access-control-allow-origin") == ["*"]
    assert response.headers.get_list("access-control-allow-headers") == ["apikey,x-profile-id"]
    assert "PATCH" in response.headers["access-control-allow-methods"]


def test_behind_a_proxy_there_is_no_page_of_this_machine(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("proxied")
    with echo("platform") as platform:
        addresses = dict.fromkeys(("platform", "rest", "rest_admin"), platform)
        with serving(settings_of(folder), addresses, ()) as client:
            assert client.get("/").json()["path"] == "/"
        behind = replace(settings_of(folder), behind_proxy=True)
        with serving(behind, addresses, ()) as client:
            assert client.get("/").status_code == 404


def test_a_part_does_not_wait_for_a_body_that_stands_still(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "IDLE", "1s")
    with socket.create_server(("127.0.0.1", 0)) as part:
        addresses = dict.fromkeys(("platform", "rest", "rest_admin"), local_url(part.getsockname()[1]))
        with serving(settings_of(tmp_path_factory.mktemp("slow")), addresses, ()) as client:
            with socket.create_connection(("127.0.0.1", client.base_url.port or 0)) as line:
                head = f"POST /rest/v1/x HTTP/1.1\r\nHost: x\r\napikey: {ANON}\r\nContent-Length: 9\r\n\r\n"
                line.sendall(head.encode() + b"{")
                connection, _ = part.accept()
                connection.settimeout(60)
                while connection.recv(4096):
                    """Until the gateway has closed."""
                connection.close()
