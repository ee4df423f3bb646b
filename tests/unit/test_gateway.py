"""The gateway before servers that say what they were asked."""

import json
import socket
import subprocess
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from local import request_ids
from local.gateway import bodies
from local.gateway import service as gateway
from local.keys import Keys
from local.parts import local_url
from local.ports import free_port, listening
from local.settings import Settings
from tests.waiting import until
from workers.search import app as search_app

ANON, SERVICE = "anon.key.signed", "service.key.signed"
PUBLISHABLE, SECRET = "sb_publishable_x", "sb_secret_x"
KEYS = Keys("the-jwt-secret", ANON, SERVICE, "a-password", PUBLISHABLE, SECRET)
KEY = {"apikey": ANON}
ORIGIN = {"Origin": "https://app.example"}


class Echo(BaseHTTPRequestHandler):
    """Says what it was asked, and lets another origin read it: what a gateway has to put right."""

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = {"name": self.server.name, "path": self.path, **dict(self.headers)}  # type: ignore[attr-defined]
        body = json.dumps(said).encode()
        self.send_response(self.server.status)  # type: ignore[attr-defined]
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "https://other.example")
        self.send_header("Access-Control-Allow-Credentials", "true")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PATCH = do_OPTIONS = answer

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def echo(name: str, status: int = 200) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.name, server.status = name, status  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def serving(
    settings: Settings, addresses: dict[str, str], elsewhere: tuple[str, ...]
) -> Iterator[httpx.Client]:
    command = gateway.command(settings, addresses, elsewhere)
    with (settings.directory / "log").open("wb") as log:
        process = subprocess.Popen(command, env=gateway.environment(settings, KEYS), stderr=log)
    try:
        until(lambda: listening(settings.port), seconds=10)
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
        addresses = dict.fromkeys((*parts, "platform"), other)
        addresses |= {"rest_admin": counter, "storage": f"{storage}/base"}
        with serving(settings_of(tmp_path_factory.mktemp("all")), addresses, parts) as client:
            yield client


@pytest.fixture(scope="module")
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("own")


@pytest.fixture(scope="module")
def all_own(own_folder: Path) -> Iterator[httpx.Client]:
    with echo("platform") as platform, echo("rest") as rest, echo("counter") as counter:
        addresses = {"platform": platform, "rest": rest, "rest_admin": counter, "search": rest}
        with serving(settings_of(own_folder), addresses, ()) as client:
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
    assert asked(all_elsewhere, path)["Authorization"] == f"Bearer {ANON}"
    assert asked(all_elsewhere, path, Authorization="Bearer own")["Authorization"] == "Bearer own"


@pytest.mark.parametrize("path", ["/rest/v1/films", "/auth/v1/user", "/realtime/v1/websocket"])
def test_without_a_key_nobody_gets_to_a_server_elsewhere(all_elsewhere: httpx.Client, path: str) -> None:
    assert all_elsewhere.get(path).status_code == 401


@pytest.mark.parametrize("path", ["/auth/v1/token", "/storage/v1/object/a/b", "/rest/v1/films"])
def test_browsers_of_any_origin_may_ask_a_server_elsewhere(all_elsewhere: httpx.Client, path: str) -> None:
    wish = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "apikey,x-upsert"}
    before = all_elsewhere.options(path, headers=ORIGIN | wish)
    assert before.status_code == 200
    assert before.headers["access-control-allow-headers"] == "apikey,x-upsert"
    for answer in (before, all_elsewhere.get(path, headers=KEY | ORIGIN)):
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
        assert "access-control-allow-credentials" not in answer.headers


def test_options_without_a_browser_get_to_the_server(all_elsewhere: httpx.Client) -> None:
    """As a client of TUS asks what the server can do."""
    answer = all_elsewhere.options("/storage/v1/upload/resumable", headers={"Tus-Resumable": "1.0.0"})
    assert answer.json()["path"] == "/base/upload/resumable"


EVERY_PART = [
    "/rest/v1/films",
    "/auth/v1/user",
    "/storage/v1/bucket",
    "/realtime/v1/api/broadcast",
    "/functions/v1/hello",
    "/search/semantic",
]


@pytest.mark.parametrize("path", EVERY_PART)
@pytest.mark.parametrize(
    ("sent", "authorization"),
    [
        ({"apikey": PUBLISHABLE}, f"Bearer {ANON}"),
        ({"apikey": SECRET}, f"Bearer {SERVICE}"),
        ({"apikey": PUBLISHABLE, "Authorization": f"Bearer {PUBLISHABLE}"}, f"Bearer {ANON}"),
        ({"apikey": SECRET, "Authorization": f"Bearer {SECRET}"}, f"Bearer {SERVICE}"),
        ({"apikey": SECRET, "Authorization": "Bearer a.users.token"}, "Bearer a.users.token"),
        ({"apikey": PUBLISHABLE, "Authorization": f"Bearer {SECRET}"}, f"Bearer {SECRET}"),
        ({"apikey": ANON, "Authorization": f"Bearer {SECRET}"}, f"Bearer {SECRET}"),
    ],
)
def test_an_opaque_key_becomes_the_token_it_stands_for(
    all_own: httpx.Client, path: str, sent: dict[str, str], authorization: str
) -> None:
    said = all_own.get(path, headers=sent).json()
    assert (said["Authorization"], said["Apikey"]) == (authorization, sent["apikey"])


@pytest.mark.parametrize("own", [True, False])
def test_an_opaque_key_in_a_sockets_address_becomes_a_token(
    all_own: httpx.Client, all_elsewhere: httpx.Client, own: bool
) -> None:
    client = all_own if own else all_elsewhere
    path = "/realtime/v1/websocket?vsn=2.0.0&apikey="
    assert client.get(path + SECRET).json()["X-Api-Key"] == SERVICE
    assert client.get(path + PUBLISHABLE).json()["X-Api-Key"] == ANON
    assert "X-Api-Key" not in client.get(path + ANON).json()


@pytest.mark.parametrize("path", [path for path in EVERY_PART if "/functions/" not in path])
@pytest.mark.parametrize(
    "sent",
    [
        {"apikey": "nonsense"},
        {"apikey": f"{ANON}x"},
        {"apikey": PUBLISHABLE.upper()},
        {"apikey": "*"},
        {"apikey": "{env.SECRET_KEY}"},
        {"apikey": "a.users.token", "Authorization": f"Bearer {SERVICE}"},
    ],
)
def test_an_unknown_key_is_refused(all_own: httpx.Client, path: str, sent: dict[str, str]) -> None:
    refused = {
        "message": "Invalid API key",
        "hint": "Double check your Supabase `anon` or `service_role` API key.",
    }
    answer = all_own.get(path, headers=sent)
    assert (answer.status_code, answer.json()) == (401, refused)
    assert all_own.get(f"{path}?apikey=nonsense").status_code == 401


def test_two_keys_are_no_key(all_own: httpx.Client) -> None:
    answer = all_own.get("/rest/v1/films", headers=[("apikey", ANON), ("apikey", SECRET)])
    assert answer.status_code == 401


def test_functions_and_storage_say_themselves_who_must_have_a_key(all_own: httpx.Client) -> None:
    for path in ("/functions/v1/hello", "/storage/v1/object/public/a/b"):
        assert "Authorization" not in all_own.get(path).json()
    assert all_own.get("/functions/v1/hello", headers={"apikey": "its own"}).json()["Apikey"] == "its own"


@pytest.mark.parametrize("path", EVERY_PART)
def test_a_secret_key_is_refused_to_browsers(all_own: httpx.Client, path: str) -> None:
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}
    for answer in (
        all_own.get(path, headers=browser | {"apikey": SECRET}),
        all_own.get(f"{path}?apikey={SECRET}", headers=browser),
    ):
        assert answer.status_code == 401
        assert answer.json()["message"] == "Forbidden use of secret API key in browser"
        assert answer.headers["sb-error-code"] == "UNAUTHORIZED_INVALID_API_KEY_TYPE"
    assert all_own.get(path, headers=browser | {"apikey": PUBLISHABLE}).status_code == 200
    assert all_own.get(path, headers={"User-Agent": "node", "apikey": SECRET}).status_code == 200


def test_keys_stand_in_no_file_of_the_gateway(all_own: httpx.Client, own_folder: Path) -> None:
    assert all_own.get(f"/realtime/v1/websocket?apikey={SECRET}").status_code == 200
    written = b"".join(path.read_bytes() for path in own_folder.rglob("*") if path.is_file())
    assert b"map {key}" in written
    for key in (ANON, SERVICE, PUBLISHABLE, SECRET):
        assert key.encode() not in written


WELL_FORMED = [
    "trace-1",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "a/b:c+d=e_f.g",
    "x" * 128,
]
ILL_FORMED = ["x" * 129, "a b", 'a"b', "a,b", "{env.SECRET_KEY}", "${0}", "<b>", "a\\nb", "é"]


@pytest.mark.parametrize("path", EVERY_PART)
def test_a_callers_request_id_goes_to_the_part_and_back(all_own: httpx.Client, path: str) -> None:
    for given in WELL_FORMED:
        answer = all_own.get(path, headers=KEY | {"X-Request-Id": given})
        assert answer.json()["X-Request-Id"] == given
        assert answer.headers.get_list("x-request-id") == [given]


@pytest.mark.parametrize("given", ILL_FORMED)
def test_an_ill_formed_request_id_is_replaced(all_own: httpx.Client, given: str) -> None:
    answer = all_own.get(
        "/rest/v1/films", headers=[(b"apikey", ANON.encode()), (b"X-Request-Id", given.encode())]
    )
    made = answer.json()["X-Request-Id"]
    assert str(uuid.UUID(made)) == made
    assert answer.headers.get_list("x-request-id") == [made]


def test_two_request_ids_are_replaced_by_one(all_own: httpx.Client) -> None:
    answer = all_own.get(
        "/rest/v1/films", headers=[*KEY.items(), ("X-Request-Id", "a"), ("X-Request-Id", "b")]
    )
    assert uuid.UUID(answer.json()["X-Request-Id"])


def test_all_parts_take_the_same_request_ids() -> None:
    assert search_app.REQUEST_ID.pattern == request_ids.PATTERN
    assert all(search_app.REQUEST_ID.fullmatch(given) for given in WELL_FORMED)
    assert not any(search_app.REQUEST_ID.fullmatch(given) for given in ILL_FORMED)


@pytest.fixture(scope="module")
def nobody_there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A gateway none of whose parts answers, but the counter, which finds all too many."""
    with echo("counter", status=429) as counter:
        nowhere = f"http://127.0.0.1:{free_port()}"
        addresses = dict.fromkeys(("platform", "rest", "search"), nowhere) | {"rest_admin": counter}
        with serving(settings_of(tmp_path_factory.mktemp("nobody")), addresses, ()) as client:
            yield client


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


@pytest.mark.parametrize(("path", "sent", "status"), REFUSED)
def test_scripts_of_any_origin_may_read_what_the_gateway_answers(
    nobody_there: httpx.Client, path: str, sent: dict[str, str], status: int
) -> None:
    answer = nobody_there.get(path, headers=ORIGIN | sent)
    assert answer.status_code == status
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    (readable,) = answer.headers.get_list("access-control-expose-headers")
    for header in ("Retry-After", "X-RateLimit-Remaining", "X-Request-Id", "Content-Range"):
        assert header in readable
    assert len(answer.headers.get_list("x-request-id")) == 1


@pytest.mark.parametrize("path", [*EVERY_PART, "/graphql/v1", "/nowhere"])
def test_a_preflight_is_answered_without_a_key_even_where_nobody_is(
    nobody_there: httpx.Client, path: str
) -> None:
    asked = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "apikey,x-profile-id",
    }
    answer = nobody_there.options(path, headers=ORIGIN | asked)
    assert answer.status_code == 200
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    assert answer.headers.get_list("access-control-allow-headers") == ["apikey,x-profile-id"]
    assert "PATCH" in answer.headers["access-control-allow-methods"]


def test_what_fails_is_logged_with_its_id_and_nothing_secret(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    nowhere = f"http://127.0.0.1:{free_port()}"
    addresses = dict.fromkeys(("platform", "rest", "rest_admin", "search"), nowhere)
    with serving(settings_of(folder), addresses, ()) as client:
        sent = {"apikey": SECRET, "Authorization": "Bearer a.users.token", "X-Request-Id": "the-trace"}
        assert client.get("/rest/v1/films?title=eq.personal", headers=sent).status_code == 502
        assert client.get(f"/realtime/v1/websocket?apikey={SECRET}").status_code == 502
    log = (folder / "log").read_text()
    assert "the-trace" in log and "/rest/v1/films" in log
    for secret in (SECRET, SERVICE, "a.users.token", "personal"):
        assert secret not in log


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
                connection.settimeout(20)
                while connection.recv(4096):
                    """Until the gateway has closed."""
                connection.close()
