"""API keys: which are accepted, the tokens that replace them; and request ids."""

import uuid
from pathlib import Path

import httpx
import pytest

from local.ports import free_port
from local.tests.unit.gateway.conftest import (
    ANON,
    EVERY_PART,
    KEY,
    PUBLISHABLE,
    SECRET,
    SERVICE,
    echoed_request,
    serving,
    settings_of,
)

WELL_FORMED = [
    "trace-1",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "a/b:c+d=e_f.g",
    "x" * 128,
]
ILL_FORMED = ["x" * 129, "a b", 'a"b', "a,b", "{env.SECRET_KEY}", "${0}", "<b>", "a\\nb", "é"]


@pytest.mark.parametrize("path", ["/rest/v1/films", "/storage/v1/bucket"])
def test_a_key_alone_is_the_token(all_elsewhere: httpx.Client, path: str) -> None:
    assert echoed_request(all_elsewhere, path)["Authorization"] == f"Bearer {ANON}"
    assert echoed_request(all_elsewhere, path, Authorization="Bearer own")["Authorization"] == "Bearer own"


@pytest.mark.parametrize("path", ["/rest/v1/films", "/auth/v1/user", "/realtime/v1/websocket"])
def test_external_server_is_not_reached_without_a_key(all_elsewhere: httpx.Client, path: str) -> None:
    assert all_elsewhere.get(path).status_code == 401


@pytest.mark.parametrize("path", EVERY_PART)
@pytest.mark.parametrize(
    ("credentials", "authorization"),
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
    all_own: httpx.Client, path: str, credentials: dict[str, str], authorization: str
) -> None:
    headers = all_own.get(path, headers=credentials).json()
    assert (headers["Authorization"], headers["Apikey"]) == (authorization, credentials["apikey"])


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
    "credentials",
    [
        {"apikey": "nonsense"},
        {"apikey": f"{ANON}x"},
        {"apikey": PUBLISHABLE.upper()},
        {"apikey": "*"},
        {"apikey": "{env.SECRET_KEY}"},
        {"apikey": "a.users.token", "Authorization": f"Bearer {SERVICE}"},
    ],
)
def test_an_unknown_key_is_refused(all_own: httpx.Client, path: str, credentials: dict[str, str]) -> None:
    invalid = {
        "message": "Invalid API key",
        "hint": "Double check your Supabase `anon` or `service_role` API key.",
    }
    response = all_own.get(path, headers=credentials)
    assert (response.status_code, response.json()) == (401, invalid)
    assert all_own.get(f"{path}?apikey=nonsense").status_code == 401


def test_two_keys_are_no_key(all_own: httpx.Client) -> None:
    response = all_own.get("/rest/v1/films", headers=[("apikey", ANON), ("apikey", SECRET)])
    assert response.status_code == 401


def test_functions_and_storage_say_themselves_who_must_have_a_key(all_own: httpx.Client) -> None:
    for path in ("/functions/v1/hello", "/storage/v1/object/public/a/b"):
        assert "Authorization" not in all_own.get(path).json()
    assert all_own.get("/functions/v1/hello", headers={"apikey": "its own"}).json()["Apikey"] == "its own"


@pytest.mark.parametrize("path", EVERY_PART)
def test_a_secret_key_is_refused_to_browsers(all_own: httpx.Client, path: str) -> None:
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}
    for response in (
        all_own.get(path, headers=browser | {"apikey": SECRET}),
        all_own.get(f"{path}?apikey={SECRET}", headers=browser),
    ):
        assert response.status_code == 401
        assert response.json()["message"] == "Forbidden use of secret API key in browser"
        assert response.headers["sb-error-code"] == "UNAUTHORIZED_INVALID_API_KEY_TYPE"
    assert all_own.get(path, headers=browser | {"apikey": PUBLISHABLE}).status_code == 200
    assert all_own.get(path, headers={"User-Agent": "node", "apikey": SECRET}).status_code == 200


def test_keys_stand_in_no_file_of_the_gateway(all_own: httpx.Client, own_folder: Path) -> None:
    assert all_own.get(f"/realtime/v1/websocket?apikey={SECRET}").status_code == 200
    files = b"".join(path.read_bytes() for path in own_folder.rglob("*") if path.is_file())
    assert b"map {key}" in files
    for key in (ANON, SERVICE, PUBLISHABLE, SECRET):
        assert key.encode() not in files


@pytest.mark.parametrize("path", EVERY_PART)
def test_a_callers_request_id_goes_to_the_part_and_back(all_own: httpx.Client, path: str) -> None:
    for key in WELL_FORMED:
        response = all_own.get(path, headers=KEY | {"X-Request-Id": key})
        assert response.json()["X-Request-Id"] == key
        assert response.headers.get_list("x-request-id") == [key]


@pytest.mark.parametrize("invalid_id", ILL_FORMED)
def test_an_ill_formed_request_id_is_replaced(all_own: httpx.Client, invalid_id: str) -> None:
    response = all_own.get(
        "/rest/v1/films", headers=[(b"apikey", ANON.encode()), (b"X-Request-Id", invalid_id.encode())]
    )
    request_id = response.json()["X-Request-Id"]
    assert str(uuid.UUID(request_id)) == request_id
    assert response.headers.get_list("x-request-id") == [request_id]


def test_two_request_ids_are_replaced_by_one(all_own: httpx.Client) -> None:
    response = all_own.get(
        "/rest/v1/films", headers=[*KEY.items(), ("X-Request-Id", "a"), ("X-Request-Id", "b")]
    )
    assert uuid.UUID(response.json()["X-Request-Id"])


def test_failed_request_is_logged_with_its_id_and_no_secret(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    nowhere = f"http://127.0.0.1:{free_port()}"
    addresses = dict.fromkeys(("platform", "rest", "rest_admin", "search"), nowhere)
    with serving(settings_of(folder), addresses, ()) as client:
        credentials = {"apikey": SECRET, "Authorization": "Bearer a.users.token", "X-Request-Id": "the-trace"}
        assert client.get("/rest/v1/films?title=eq.personal", headers=credentials).status_code == 502
        assert client.get(f"/realtime/v1/websocket?apikey={SECRET}").status_code == 502
    log = (folder / "log").read_text()
    assert "the-trace" in log and "/rest/v1/films" in log
    for secret in (SECRET, SERVICE, "a.users.token", "personal"):
        assert secret not in log
