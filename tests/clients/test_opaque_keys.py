"""Opaque API keys (`sb_publishable_…`, `sb_secret_…`) in supabase-py, supabase-js and plain HTTP."""

import asyncio
import json
import subprocess
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from supabase import AsyncClientOptions, Client, acreate_client
from supabase_auth.errors import AuthApiError

from tests.clients.conftest import rows
from tests.clients.drivers.javascript import FOLDER
from tests.conftest import Stack
from tools import node

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
PATIENCE = 60


@pytest.fixture(params=["signed keys", "opaque keys"])
def public_and_secret(request: pytest.FixtureRequest, stack: Stack) -> tuple[str, str]:
    """The keys of one generation; both must behave alike."""
    if request.param == "opaque keys":
        return stack.publishable_key, stack.secret_key
    return stack.anon_key, stack.service_role_key


def test_supabase_py_works_with_both_generations_of_keys(
    public_and_secret: tuple[str, str], connect: Callable[..., Client]
) -> None:
    public, secret = public_and_secret
    app, server = connect(public), connect(secret)
    assert app.rpc("get_popular_items", {"limit": 1}).execute().data == []
    assert app.functions.invoke("hello", {"body": {"name": "guest"}, "responseType": "json"}) == {
        "message": "Hello guest!"
    }
    with pytest.raises(AuthApiError) as refused:
        app.auth.admin.list_users()
    assert refused.value.code == "not_admin"

    account = {"email": f"{uuid.uuid4().hex}@example.com", "password": "correct horse"}
    user = app.auth.sign_up(account).user  # type: ignore[arg-type]
    assert user
    assert len(rows(app.table("profiles").select("id"))) == 1
    path = f"{user.id}/a b+c.png"
    app.storage.from_("avatars").upload(path, PIXEL, {"content-type": "image/png"})
    assert app.storage.from_("avatars").download(path) == PIXEL
    assert app.functions.invoke("hello", {"body": {}, "responseType": "json"}) == {"message": "Hello world!"}

    assert server.auth.admin.get_user_by_id(user.id).user.id == user.id
    assert rows(server.table("accounts").select("id").eq("id", user.id)) == [{"id": user.id}]
    assert "masters" in {bucket.id for bucket in server.storage.list_buckets()}
    server.storage.from_("avatars").remove([path])
    server.auth.admin.delete_user(user.id)


def test_realtime_py_works_with_both_generations_of_keys(
    public_and_secret: tuple[str, str], stack: Stack
) -> None:
    topic = f"room {uuid.uuid4().hex}"

    async def meet() -> list[Any]:
        heard: list[Any] = []
        came = asyncio.Event()
        options = AsyncClientOptions(auto_refresh_token=False)
        app, server = [await acreate_client(stack.url, key, options) for key in public_and_secret]
        listener, speaker = app.channel(topic), server.channel(topic)

        def hear(message: Any) -> None:
            heard.append(message["payload"])
            came.set()

        listener.on_broadcast("news", hear)
        async with asyncio.timeout(PATIENCE):
            for channel in (listener, speaker):
                joined = asyncio.Event()
                await channel.subscribe(lambda _state, _error, joined=joined: joined.set())  # type: ignore[misc]
                await joined.wait()
            await speaker.send_broadcast("news", {"by": "socket"})
            await came.wait()
        for client in (app, server):
            await client.realtime.close()
        return heard

    assert asyncio.run(meet()) == [{"by": "socket"}]


def test_supabase_js_works_with_both_generations_of_keys(
    public_and_secret: tuple[str, str], stack: Stack
) -> None:
    node.install(FOLDER, "supabase-js")
    done = node.run(FOLDER, node.NODE, FOLDER / "keys.mjs", stack.url, *public_and_secret)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "popular": [],
        "hello": "Hello guest!",
        "admin as guest": "not_admin",
        "profiles": 1,
        "file": "image/png",
        "hello as user": "Hello world!",
        "admin": True,
        "accounts": 1,
        "heard": {"by": "socket"},
        "heard by http": {"by": "http"},
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rest/v1/genres?limit=1", 200),
        ("/auth/v1/settings", 200),
        ("/storage/v1/bucket", 200),
        ("/search/semantic?q=robots", 200),
        ("/auth/v1/admin/users", 403),
    ],
)
def test_opaque_key_alone_determines_the_role(stack: Stack, path: str, status: int) -> None:
    def status_of(key: str, **more: str) -> int:
        return httpx.get(stack.url + path, headers={"apikey": key, **more}).status_code

    assert status_of(stack.publishable_key) == status
    assert status_of(stack.secret_key) == 200
    if path != "/auth/v1/settings":
        bearer = f"Bearer {stack.secret_key}"
        assert status_of(stack.publishable_key, Authorization=bearer) in (400, 401, 403)
    assert status_of(stack.secret_key, **{"User-Agent": "Mozilla/5.0"}) == 401


@pytest.mark.parametrize("address", ["{key}&{more}", "{more}&{key}", "{more}&{key}&limit=1"])
def test_key_in_the_query_string_equals_the_key_in_a_header(
    public_and_secret: tuple[str, str], stack: Stack, address: str
) -> None:
    def get(path: str, key: str, more: str) -> httpx.Response:
        query = address.format(key=f"apikey={key}", more=more)
        return httpx.get(f"{stack.url}{path}?{query}")

    awkward = "name=eq.a+b%20c;d&name=not.in.(%22x,y%22,%F0%9F%8E%AC)"
    for key, status in zip(public_and_secret, (401, 200), strict=True):
        assert get("/rest/v1/genres", key, awkward).json() == []
        assert get("/rest/v1/rpc/get_popular_items", key, "kind=movie").json() == []
        assert get("/search/semantic", key, "q=robots").status_code == 200
        assert get("/rest/v1/consents", key, "select=purpose").status_code == status


def test_apikey_parameter_that_is_no_key_is_a_column_filter(stack: Stack) -> None:
    headers = {"apikey": stack.publishable_key}
    answer = httpx.get(f"{stack.url}/rest/v1/genres?apikey=eq.x", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "42703")


@pytest.mark.parametrize("key", ["publishable_key", "secret_key"])
def test_function_that_requires_a_token_accepts_an_opaque_key(stack: Stack, key: str) -> None:
    url = f"{stack.url}/functions/v1/semantic-search"
    response = httpx.post(url, headers={"apikey": getattr(stack, key)}, json={"q": "robots"}, timeout=60)
    assert response.status_code == 200, response.text


INVALID_KEYS = ["nonsense", "sb_publishable_nonsense", "sb_secret_", "eyJhbGciOiJub25lIn0.e30."]


@pytest.mark.parametrize("key", INVALID_KEYS)
@pytest.mark.parametrize(
    "path",
    [
        "/rest/v1/genres",
        "/auth/v1/settings",
        "/storage/v1/bucket",
        "/search/semantic?q=x",
        "/realtime/v1/api/broadcast",
        "/functions/v1/semantic-search",
    ],
)
def test_invalid_key_without_a_token_is_refused_by_every_service(stack: Stack, key: str, path: str) -> None:
    assert httpx.get(stack.url + path, headers={"apikey": key}).status_code == 401


@pytest.mark.parametrize("key", INVALID_KEYS)
def test_socket_with_an_invalid_key_is_refused(stack: Stack, key: str) -> None:
    response = httpx.get(f"{stack.url}/realtime/v1/websocket?apikey={key}&vsn=2.0.0")
    assert (response.status_code, response.json()["message"]) == (401, "Invalid API key")


def test_api_keys_are_not_logged(stack: Stack) -> None:
    for key in (stack.publishable_key, stack.secret_key):
        httpx.get(f"{stack.url}/rest/v1/genres", headers={"apikey": key})
        httpx.get(f"{stack.url}/realtime/v1/websocket?apikey={key}")
    logs = b"".join(log.read_bytes() for log in stack.settings.logs.glob("*.log"))
    for key in (stack.publishable_key, stack.secret_key, stack.anon_key, stack.service_role_key):
        assert key.encode() not in logs


def test_secret_key_is_stored_only_in_the_protected_env_file(stack: Stack) -> None:
    assert stack.settings.env_file.stat().st_mode & 0o077 == 0
    caddyfile = (stack.settings.run / "Caddyfile").read_text()
    assert not [
        key for key in (stack.secret_key, stack.service_role_key, stack.jwt_secret) if key in caddyfile
    ]
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert stack.secret_key not in listed
