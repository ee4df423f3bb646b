"""Kids mode through the gateway: how REST, search, Auth, Storage and Realtime respond to a child's device."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest
from postgrest.exceptions import APIError
from storage3.exceptions import StorageApiError
from supabase import Client
from supabase_auth.errors import AuthApiError

from local.tests.clients.auth.sessions import PASSWORD, sign_up
from local.tests.clients.realtime.sockets import Socket
from local.tests.clients.storage.samples import PNG, SAMPLES
from tests.clients.conftest import rows
from tests.conftest import Stack

PIN = "4711"


@dataclass(frozen=True)
class Home:
    parent: Client
    """Signed in, and not in kids mode."""
    device: Client
    """The same user on another device, in kids mode."""
    email: str
    parent_id: str
    adult_id: str
    kid_id: str


@pytest.fixture
def home(connect: Callable[..., Client]) -> Home:
    parent, device = connect(), connect()
    user = sign_up(parent).user
    email = user.email or ""
    adult: Any = rows(parent.table("profiles").select("id"))[0]
    kid: Any = rows(parent.table("profiles").insert({"name": "Zoë; & 😀", "is_kids": True}))[0]
    parent.rpc("set_account_pin", {"pin": PIN}).execute()
    device.auth.sign_in_with_password({"email": email, "password": PASSWORD})
    device.rpc("enter_kids_mode", {"profile_id": kid["id"]}).execute()
    return Home(parent, device, email, user.id, adult["id"], kid["id"])


@pytest.fixture
def rated(service: Client, films: dict[str, str]) -> Iterator[dict[str, str]]:
    """The five films: A is rated PG, B is rated R, the others are unrated."""
    for letter, rating in (("A", "PG"), ("B", "R")):
        service.table("content").update({"maturity_rating": rating}).eq("id", films[letter]).execute()
    yield films


def refusal(call: Callable[[], object]) -> APIError:
    with pytest.raises(APIError) as error:
        call()
    return error.value


@pytest.mark.parametrize("named", ["adult", "kid", "none"])
def test_rest_in_kids_mode_shows_only_items_for_the_kids_profile(
    home: Home, rated: dict[str, str], named: str
) -> None:
    if named != "none":
        home.device.postgrest.headers["x-profile-id"] = getattr(home, f"{named}_id")
    chosen = list(rated.values())
    for client, expected in ((home.device, {rated["A"]}), (home.parent, set(chosen))):
        for table in ("content", "movies", "catalog_items", "items"):
            response: Any = client.table(table).select("id", count="exact").in_("id", chosen).execute()  # type: ignore[arg-type]
            assert ({row["id"] for row in response.data}, response.count) == (expected, len(expected))
        embedded: Any = rows(client.table("item_stats").select("item_id, items(id, content(title))"))
        assert {row["items"]["id"] for row in embedded if row["item_id"] in chosen} <= expected


def test_text_search_in_kids_mode_shows_only_items_for_kids(
    stack: Stack, home: Home, rated: dict[str, str]
) -> None:
    query: dict[str, str | int] = {"q": "Film", "count": 100, "kind": "movie"}
    for client, expected in ((home.device, {"A"}), (home.parent, set("ABCDE"))):
        session = client.auth.get_session()
        assert session
        headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {session.access_token}"}
        response = httpx.get(f"{stack.url}/search/content", params=query, headers=headers).json()
        results = {result["id"] for result in response["results"]}
        assert {letter for letter, film in rated.items() if film in results} == expected


def test_text_search_follows_the_profile_header_of_a_kids_profile(
    stack: Stack, home: Home, rated: dict[str, str]
) -> None:
    session = home.parent.auth.get_session()
    assert session
    headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {session.access_token}"}
    answer = httpx.get(
        f"{stack.url}/search/content",
        params={"q": "Film", "kind": "movie"},
        headers={**headers, "x-profile-id": home.kid_id},
    ).json()
    assert not set(rated.values()) - {rated["A"]} & {result["id"] for result in answer["results"]}


def test_kids_mode_survives_a_token_refresh_and_ends_with_the_pin(home: Home) -> None:
    home.device.auth.refresh_session()
    state: Any = home.device.rpc("get_kids_mode").execute().data
    assert state == {
        **{"kids_mode": True, "profile_id": home.kid_id, "has_pin": True},
        **{"tries_left": 5, "retry_after": None},
    }
    change = home.device.table("profiles").update({"is_kids": False}).eq("id", home.kid_id)
    assert refusal(change.execute).code == "kids_mode"
    assert refusal(home.device.rpc("leave_kids_mode", {"pin": "0000"}).execute).code == "403"
    state = home.device.rpc("get_kids_mode").execute().data
    assert (state["kids_mode"], state["tries_left"]) == (True, 4)
    home.device.rpc("leave_kids_mode", {"pin": PIN}).execute()
    assert home.device.rpc("get_kids_mode").execute().data["kids_mode"] is False  # type: ignore[call-overload,index]
    assert rows(change)[0]["is_kids"] is False  # type: ignore[comparison-overlap]


def test_new_sign_in_is_not_in_kids_mode_and_can_set_a_new_pin(
    home: Home, connect: Callable[..., Client]
) -> None:
    fresh = connect()
    fresh.auth.sign_in_with_password({"email": home.email, "password": PASSWORD})
    fresh.rpc("set_account_pin", {"pin": "00112233"}).execute()
    assert refusal(home.device.rpc("leave_kids_mode", {"pin": PIN}).execute).code == "403"
    home.device.rpc("leave_kids_mode", {"pin": "00112233"}).execute()


def test_twenty_concurrent_pins_have_exactly_five_attempts(stack: Stack, home: Home) -> None:
    session = home.device.auth.get_session()
    assert session
    headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {session.access_token}"}

    def guess(number: int) -> httpx.Response:
        body = {"pin": f"{number:04}"}
        return httpx.post(f"{stack.url}/rest/v1/rpc/leave_kids_mode", json=body, headers=headers)

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(guess, range(20)))
    responses = Counter((answer.status_code, answer.content) for answer in answers)
    assert responses == {(403, b""): 5, (429, b""): 15}
    locked = guess(int(PIN))
    assert locked.status_code == 429
    assert 800 < int(locked.headers["Retry-After"]) <= 900


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("select=pgrst_scalar:pgrst_scalar->>code::int", {}),
        ("select=leave_kids_mode->>code::int", {}),
        ("pgrst_scalar->>code=match.(", {}),
        ("pgrst_scalar=is.null", {"Accept": "application/vnd.pgrst.object+json"}),
        ("order=pgrst_scalar->tries_left", {}),
        ("", {"Prefer": "handling=strict, max-affected=0"}),
        ("", {"Prefer": "tx=rollback"}),
        ("", {"Accept": "text/csv"}),
        ("limit=0&offset=7", {}),
    ],
)
def test_pin_attempt_is_counted_for_any_form_of_the_request(
    stack: Stack, home: Home, database: psycopg.Connection, query: str, headers: dict[str, str]
) -> None:
    """A request either counts, or fails in the same way for each PIN and leaves the session in kids mode."""
    session = home.device.auth.get_session()
    assert session
    headers = {**headers, "apikey": stack.anon_key, "Authorization": f"Bearer {session.access_token}"}
    url = f"{stack.url}/rest/v1/rpc/leave_kids_mode?{query}"
    wrong = httpx.post(url, json={"pin": "0000"}, headers=headers)
    row = database.execute(
        "select cardinality(failed_at) from private.account_pins where account_id = %s", [session.user.id]
    ).fetchone()
    if row == (1,):
        assert (wrong.status_code, wrong.content) == (403, b"")
    else:
        right = httpx.post(url, json={"pin": PIN}, headers=headers)
        assert (wrong.status_code, wrong.content) == (right.status_code, right.content)
        assert right.status_code >= 400
        assert home.device.rpc("get_kids_mode").execute().data["kids_mode"] is True  # type: ignore[call-overload,index]


@pytest.mark.own("auth", why="a refused change of a user, or of the metadata of a new one")
def test_device_in_kids_mode_cannot_change_password_or_email(home: Home) -> None:
    with pytest.raises(AuthApiError, match="in kids mode") as refused:
        home.device.auth.update_user({"password": "a child chose this"})
    assert refused.value.status == 403
    with pytest.raises(AuthApiError):
        home.device.auth.update_user({"email": f"child-{uuid.uuid4().hex}@example.com"})
    home.parent.auth.sign_out({"scope": "others"})
    assert home.parent.auth.update_user({"password": "a parent chose this"})


def test_editorial_files_are_hidden_in_kids_mode(
    home: Home, service: Client, database: psycopg.Connection
) -> None:
    user = home.device.auth.get_user()
    assert user
    database.execute("insert into private.user_roles (user_id, role) values (%s, 'editor')", [user.user.id])
    name = f"{uuid.uuid4().hex}.vtt"
    service.storage.from_("imports").upload(name, b"WEBVTT\n", {"content-type": "text/vtt"})
    try:
        for client, expected in ((home.device, []), (home.parent, [name])):
            client.auth.refresh_session()
            listed = client.storage.from_("imports").list("", {"search": name})
            assert [file["name"] for file in listed] == expected
    finally:
        service.storage.from_("imports").remove([name])


def test_realtime_changes_in_kids_mode_are_of_visible_films_only(
    stack: Stack, home: Home, service: Client, database: psycopg.Connection
) -> None:
    database.execute("alter publication supabase_realtime add table public.content")
    inserted = []
    try:
        with (
            Socket(stack.url, stack.anon_key, "1.0.0") as child,
            Socket(stack.url, stack.anon_key, "1.0.0") as adult,
        ):
            for socket, client in ((child, home.device), (adult, home.parent)):
                session = client.auth.get_session()
                assert session
                changes = [{"event": "INSERT", "schema": "public", "table": "content"}]
                socket.join("films", session.access_token, postgres_changes=changes)
                assert socket.hear("system")["status"] == "ok"
            for rating in ("R", None, "G"):
                row = {"title": f"Rated {rating}", "maturity_rating": rating}
                inserted.append(rows(service.table("content").insert(row))[0]["id"])
            assert child.hear("postgres_changes")["data"]["record"]["title"] == "Rated G"
            heard = [adult.hear("postgres_changes")["data"]["record"]["title"] for _ in range(3)]
            assert heard == ["Rated R", "Rated None", "Rated G"]
    finally:
        database.execute("alter publication supabase_realtime drop table public.content")
        service.table("content").delete().in_("id", inserted).execute()


def attempts(
    client: Client, bucket: str, path: str, body: bytes, kind: str
) -> dict[str, Callable[[], object]]:
    files = client.storage.from_(bucket)
    return {
        "download": lambda: files.download(path),
        "sign": lambda: files.create_signed_url(path, 60),
        "overwrite": lambda: files.upload(path, body, {"content-type": kind, "upsert": "true"}),
        "update": lambda: files.update(path, body, {"content-type": kind}),
        "move": lambda: files.move(path, path + ".moved"),
        "copy": lambda: files.copy(path, path + ".copy"),
        "beside": lambda: files.upload(path + ".beside", body, {"content-type": kind}),
    }


@pytest.mark.parametrize(
    ("bucket", "kind", "body"),
    [("avatars", "image/png", PNG), ("speech", "audio/wav", SAMPLES["audio/wav"])],
)
@pytest.mark.parametrize("folder", ["", "{adult}/", "{kid}x/", "x/{kid}/"])
def test_device_in_kids_mode_cannot_see_files_of_other_profiles(
    home: Home, bucket: str, kind: str, body: bytes, folder: str
) -> None:
    path = f"{home.parent_id}/" + folder.format(adult=home.adult_id, kid=home.kid_id) + "file"
    parents = home.parent.storage.from_(bucket)
    parents.upload(path, body, {"content-type": kind})
    for name, attempt in attempts(home.device, bucket, path, body, kind).items():
        with pytest.raises(StorageApiError):
            pytest.fail(f"{name} was allowed: {attempt()}")
    assert home.device.storage.from_(bucket).remove([path]) == []
    assert home.device.storage.from_(bucket).list(path.rpartition("/")[0]) == []
    assert parents.download(path) == body


def test_device_in_kids_mode_writes_to_the_kids_profiles_folder(home: Home) -> None:
    path = f"{home.parent_id}/{home.kid_id}/me.png"
    files = home.device.storage.from_("avatars")
    files.upload(path, PNG, {"content-type": "image/png"})
    assert files.download(path) == PNG
    home.device.table("profiles").update({"avatar_path": path}).eq("id", home.kid_id).execute()
    assert len(files.remove([path])) == 1
