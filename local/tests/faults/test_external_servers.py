"""Stacks with external servers: the order of their start, and the reports while they are missing."""

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import psycopg
import pytest
from supabase import ClientOptions, create_client

from local import external_servers, keys, sockets
from local.ports import free_port
from local.postgres import cluster
from local.settings import ROOT
from local.stack_plan import VARIABLES
from local.temporary_stack import Stack
from local.tests.echo import echo
from local.tests.faults.test_stack import Own, local, own
from local.tests.waiting import until

__all__ = ["own"]


@dataclass
class Servers:
    """Stand-ins on the database of one stack."""

    own: Own
    ports: dict[str, int] = field(default_factory=lambda: {part: free_port() for part in ("auth", "storage")})
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        return {VARIABLES[part]: f"http://127.0.0.1:{port}" for part, port in self.ports.items()}

    def start(self, part: str) -> None:
        variables = {"LOCAL_DIR": str(self.own.directory), "LOCAL_PORT": str(self.own.port)}
        command = [sys.executable, "-m", "local.tests.standin", part, str(self.ports[part])]
        self.running[part] = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | variables, stderr=subprocess.DEVNULL
        )

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
            process.wait()


@pytest.fixture
def servers(own: Own) -> Iterator[Servers]:
    own_servers = Servers(own)
    yield own_servers
    own_servers.stop()


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@contextmanager
def variables_set(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> Iterator[None]:
    with monkeypatch.context() as patched:
        for name, value in variables.items():
            patched.setenv(name, value)
        yield


def values(own: Own) -> dict[str, str]:
    lines = (own.directory / ".env.local").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_external_servers_create_their_tables_and_get_requests(
    own: Own, servers: Servers, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with variables_set(monkeypatch, servers.variables):
        own.run("reset --only database")
        database = own.state().parts["postgres"].pid
        assert [*own.state().parts] == ["postgres"]
        with psycopg.connect(values(own)["DATABASE_URL"]) as connection:
            query = "select to_regclass('auth.users'), to_regclass('storage.objects')"
            assert connection.execute(query).fetchone() == (None, None)
        servers.start("auth")
        servers.start("storage")
        output = own.run("up")
        assert f"storage is at {servers.variables['STORAGE_URL']}" in output
        again = own.state()
        own.run("up")
    # An answer that was late once has its server awaited until the next.
    until(lambda: own.state() == again)
    assert again.parts["postgres"].pid == database
    for path in ("/auth/v1/health", "/storage/v1/status"):
        with sockets.client(again.parts["platform"].url or "") as platform:
            assert platform.get(path).status_code == 404
    assert (again.parts["auth"].status, again.parts["auth"].pid) == ("elsewhere", None)
    options = ClientOptions(auto_refresh_token=False, httpx_client=http)
    client = create_client(values(own)["SUPABASE_URL"], values(own)["SUPABASE_ANON_KEY"], options)
    account = {"email": "ann@example.com", "password": uuid.uuid4().hex}
    user = client.auth.sign_up(account).user  # type: ignore[arg-type]
    assert user
    avatars = client.storage.from_("avatars")
    avatars.upload(f"{user.id}/a b+c.png", PIXEL, {"content-type": "image/png"})
    assert avatars.download(f"{user.id}/a b+c.png") == PIXEL
    assert client.table("profiles").select("name").execute().data
    assert any(path.is_file() for path in (own.directory / "elsewhere").rglob("*"))
    assert not own.settings.files.exists()

    servers.stop()
    until(lambda: not own.state().ready)
    assert "awaited" in local("status", own.directory, own.port).stdout

    own.run("down")
    message = own.refuse("up")
    assert "auth's tables in this database are another server's: say where it is by AUTH_URL" in message


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


@pytest.mark.soak
def test_running_stack_switches_to_external_server_and_back(
    own: Own, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.run("up")
    before = own.state()
    servers.start("storage")
    only = {"STORAGE_URL": servers.variables["STORAGE_URL"]}
    with variables_set(monkeypatch, only):
        assert "restarting the parts" in own.run("up")
    there = own.state()
    assert there.parts["storage"].status == "elsewhere"
    assert own.works()
    assert there.parts["postgres"].pid == before.parts["postgres"].pid
    own.run("up")
    assert "storage" not in own.state().parts
    assert own.works()


def test_reads_of_an_external_rest_server_are_counted_before_it(
    own: Own, monkeypatch: pytest.MonkeyPatch
) -> None:
    with echo("rest") as address, variables_set(monkeypatch, {"REST_URL": address}):
        own.run("up")
        environment = values(own)
        url, key = f"{environment['SUPABASE_URL']}/rest/v1", {"apikey": environment["SUPABASE_ANON_KEY"]}
        with httpx.Client(base_url=url, headers=key) as client:
            assert client.get("/genres").json()["name"] == "rest"
            (left,) = remaining(client, "GET", "/genres")
            assert remaining(client, "POST", "/rpc/get_popular_items") == [left - 1]
            assert remaining(client, "POST", "/rpc/delete_my_account") == []
            assert remaining(client, "PATCH", "/genres") == []
            assert remaining(client, "HEAD", "/genres?name=eq.a+b") == [left - 2]
            with psycopg.connect(environment["DATABASE_URL"]) as connection:
                connection.execute("update private.rate_limits set requests = 1 where scope = 'read'")
            until(lambda: client.get("/genres").status_code == 429)
            assert client.get("/genres").json()["code"] == "rate_limited"
            assert client.post("/rpc/delete_my_account").json()["name"] == "rest"


def remaining(client: httpx.Client, method: str, path: str) -> list[int]:
    """The values of x-ratelimit-remaining, at most one."""
    return [int(number) for number in client.request(method, path).headers.get_list("x-ratelimit-remaining")]


class Realtime(BaseHTTPRequestHandler):
    """As the real server, creates its tables at the first request for the tenant with a signed token."""

    def do_GET(self) -> None:
        request = (self.path, self.headers["Authorization"])
        is_known = request == ("/api/tenants/realtime-dev/health", f"Bearer {self.server.token}")  # type: ignore[attr-defined]
        if is_known:
            with psycopg.connect(self.server.database) as connection:  # type: ignore[attr-defined]
                connection.execute("create table if not exists realtime.messages (topic text)")
        self.send_response(200 if is_known else 403)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.mark.soak
def test_external_realtime_creates_its_own_tables(own: Own, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Realtime)
    address = f"http://127.0.0.1:{server.server_port}"
    with variables_set(monkeypatch, {"REALTIME_URL": address}):
        own.run("reset --only database")
        settings = values(own)
        server.token = settings["SUPABASE_SERVICE_ROLE_KEY"]  # type: ignore[attr-defined]
        server.database = cluster.url(  # type: ignore[attr-defined]
            own.settings, keys.load(own.directory), cluster.SUPERUSER
        )
        with psycopg.connect(settings["DATABASE_URL"]) as connection:
            account = connection.execute(
                "select to_regclass('realtime.messages'), to_regproc('realtime.passes')"
            )
            assert account.fetchone() == (None, None)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert f"realtime is at {address}" in own.run("up")
        own.run("down")
    message = own.refuse("up")
    assert (
        "realtime's tables in this database are another server's: say where it is by REALTIME_URL" in message
    )
    server.shutdown()
    server.server_close()


@pytest.mark.own("storage")
def test_missing_tables_of_an_external_server_are_reported(stack: Stack) -> None:
    secrets = keys.load(stack.settings.directory)

    def lacking(url: str) -> str | None:
        return external_servers.lacking(stack.settings, secrets, "storage", url)

    nowhere = f"http://127.0.0.1:{free_port()}"
    message = lacking(nowhere) or ""
    assert message.startswith(f"{nowhere}/status does not answer (ConnectError)")
    assert "made by our own part" in message
    with echo("storage") as answering:
        assert lacking(answering) is None
