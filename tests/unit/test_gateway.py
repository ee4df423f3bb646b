"""The gateway before servers that say what they were asked."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from local import gateway
from local.parts import free_port, listening
from local.settings import Settings

KEY = {"apikey": "the-key"}


class Echo(BaseHTTPRequestHandler):
    """Says what it was asked, and lets another origin read it: what a gateway has to put right."""

    def answer(self) -> None:
        said = {"name": self.server.name, "path": self.path, **dict(self.headers)}  # type: ignore[attr-defined]
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "https://other.example")
        self.send_header("Access-Control-Allow-Credentials", "true")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PATCH = do_OPTIONS = answer

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def echo(name: str) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.name = name  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def serving(
    settings: Settings, addresses: dict[str, str], elsewhere: tuple[str, ...]
) -> Iterator[httpx.Client]:
    process = subprocess.Popen(
        gateway.command(settings, addresses, elsewhere),
        env=gateway.environment(settings),
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 10
        while not listening(settings.port):
            assert time.monotonic() < end
            time.sleep(0.02)
        with httpx.Client(base_url=settings.url) as client:
            yield client
    finally:
        process.terminate()
        process.wait()


def settings_of(directory: Path) -> Settings:
    return Settings(directory, directory / "data", directory, free_port(), directory / ".env.local")


@pytest.fixture(scope="module")
def all_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with echo("storage") as storage, echo("other") as other, echo("counter") as counter:
        parts = ("auth", "storage", "rest", "realtime")
        addresses = {"rest_admin": counter} | dict.fromkeys(parts, other) | {"storage": f"{storage}/base"}
        with serving(settings_of(tmp_path_factory.mktemp("all")), addresses, parts) as client:
            yield client


@pytest.fixture(scope="module")
def all_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with echo("platform") as platform, echo("rest") as rest, echo("counter") as counter:
        addresses = {"platform": platform, "rest": rest, "rest_admin": counter}
        with serving(settings_of(tmp_path_factory.mktemp("own")), addresses, ()) as client:
            yield client


def asked(client: httpx.Client, path: str, **headers: str) -> dict[str, str]:
    answer = client.get(path, headers={**KEY, **headers}).raise_for_status()
    found: dict[str, str] = answer.json()
    return found


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
            "/storage/v1/object/a/%2e%2e/%252e/a%2Fb/%D7%A9.txt?x=1+2",
            "/base/object/a/%2e%2e/%252e/a%2Fb/%D7%A9.txt?x=1+2",
        ),
        ("/storage/v1/object/a//b", "/base/object/a//b"),
        ("/realtime/v1/websocket?apikey=k&vsn=1.0.0", "/socket/websocket?apikey=k&vsn=1.0.0"),
        ("/realtime/v1/api/broadcast", "/api/broadcast"),
    ],
)
def test_a_server_elsewhere_finds_its_own_paths(all_elsewhere: httpx.Client, path: str, arrives: str) -> None:
    assert asked(all_elsewhere, path)["path"] == arrives


@pytest.mark.parametrize(
    ("path", "part", "arrives"),
    [
        ("/auth/v1/user?x=%2B", "platform", "/auth/v1/user?x=%2B"),
        ("/storage/v1/object/a//%2e", "platform", "/storage/v1/object/a//%2e"),
        ("/rest/v1/films?title=eq.a+b", "rest", "/films?title=eq.a+b"),
    ],
)
def test_our_own_parts_are_asked_as_ever(all_own: httpx.Client, path: str, part: str, arrives: str) -> None:
    said = asked(all_own, path, **{"X-Forwarded-Prefix": "/counted/before"})
    assert (said["name"], said["path"]) == (part, arrives)
    assert "X-Forwarded-Prefix" not in said


@pytest.mark.parametrize("part", ["auth", "storage", "rest", "realtime"])
def test_a_server_elsewhere_is_told_how_it_is_reached(all_elsewhere: httpx.Client, part: str) -> None:
    sent = {"X-Forwarded-Prefix": "/wrong", "X-Forwarded-For": "1.2.3.4"}
    said = asked(all_elsewhere, f"/{part}/v1/api/x", **sent)
    assert said["X-Forwarded-Prefix"] == f"/{part}/v1"
    assert said["X-Forwarded-For"] == "127.0.0.1"
    assert said["X-Forwarded-Host"] == all_elsewhere.base_url.netloc.decode()
    assert said["X-Forwarded-Proto"] == "http"


def test_a_realtime_server_is_asked_as_its_tenant(all_elsewhere: httpx.Client) -> None:
    assert asked(all_elsewhere, "/realtime/v1/websocket")["Host"].startswith("realtime-dev.")
    assert asked(all_elsewhere, "/auth/v1/user")["Host"] == all_elsewhere.base_url.netloc.decode()


@pytest.mark.parametrize("path", ["tenants", "tenants/realtime-dev", "openapi"])
def test_what_only_runs_realtime_is_closed(all_elsewhere: httpx.Client, path: str) -> None:
    assert all_elsewhere.get(f"/realtime/v1/api/{path}", headers=KEY).status_code == 403


@pytest.mark.parametrize("path", ["/rest/v1/films", "/storage/v1/bucket"])
def test_a_key_alone_is_the_token(all_elsewhere: httpx.Client, path: str) -> None:
    assert asked(all_elsewhere, path)["Authorization"] == "Bearer the-key"
    assert asked(all_elsewhere, path, Authorization="Bearer own")["Authorization"] == "Bearer own"


@pytest.mark.parametrize("path", ["/rest/v1/films", "/auth/v1/user", "/realtime/v1/websocket"])
def test_without_a_key_nobody_gets_to_a_server_elsewhere(all_elsewhere: httpx.Client, path: str) -> None:
    assert all_elsewhere.get(path).status_code == 401


@pytest.mark.parametrize("path", ["/auth/v1/token", "/storage/v1/object/a/b", "/rest/v1/films"])
def test_browsers_of_any_origin_may_ask_a_server_elsewhere(all_elsewhere: httpx.Client, path: str) -> None:
    origin = {"Origin": "https://app.example"}
    wish = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "apikey,x-upsert"}
    before = all_elsewhere.options(path, headers=origin | wish)
    assert before.status_code == 200
    assert before.headers["access-control-allow-headers"] == "apikey,x-upsert"
    for answer in (before, all_elsewhere.get(path, headers=KEY | origin)):
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
        assert "access-control-allow-credentials" not in answer.headers


def test_options_without_a_browser_get_to_the_server(all_elsewhere: httpx.Client) -> None:
    """As a client of TUS asks what the server can do."""
    answer = all_elsewhere.options("/storage/v1/upload/resumable", headers={"Tus-Resumable": "1.0.0"})
    assert answer.json()["path"] == "/base/upload/resumable"
