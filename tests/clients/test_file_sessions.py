"""A token of an ended session reads and writes no files, from the moment the session ends."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psycopg
import pytest
from supabase import Client
from supabase_auth.types import Session

from local.tests.clients.auth.sessions import sign_up
from local.tests.clients.storage.conftest import http, key, url
from local.tests.clients.storage.samples import SAMPLES
from tests.conftest import Stack

__all__ = ["http", "key", "url"]

RECORDING = SAMPLES["audio/flac"]
BUCKET = "speech"
End = Callable[[Client, Session], Any]


@pytest.fixture(autouse=True)
def empty_after(http: httpx.Client, key: dict[str, str]) -> Iterator[None]:
    yield
    http.post(f"/bucket/{BUCKET}/empty", headers=key).raise_for_status()


@pytest.fixture
def ends(stack: Stack, service: Client) -> dict[str, End]:
    def change(query: bytes) -> End:
        def run(_: Client, session: Session) -> None:
            with psycopg.connect(stack.database_url) as connection:
                connection.execute(query, [session.user.id])

        return run

    return {
        "signed out": lambda app, _: app.auth.sign_out(),
        "banned": lambda _, session: service.auth.admin.update_user_by_id(
            session.user.id, {"ban_duration": "1h"}
        ),
        "suspended": change(b"update accounts set status = 'suspended' where id = %s"),
        "timed out": change(b"update auth.sessions set not_after = now() where user_id = %s"),
    }


@pytest.fixture
def service(connect: Callable[..., Client], stack: Stack) -> Client:
    return connect(stack.service_role_key)


@pytest.mark.parametrize("end", ["signed out", "banned", "suspended", "timed out"])
def test_file_access_ends_with_the_session(
    http: httpx.Client, connect: Callable[..., Client], ends: dict[str, End], end: str
) -> None:
    app = connect()
    session = sign_up(app)
    headers = {"authorization": f"Bearer {session.access_token}"}
    path, folder = f"{BUCKET}/{session.user.id}/a b.flac", session.user.id

    def attempts() -> list[tuple[int, Any]]:
        upload_headers = {**headers, "content-type": "audio/flac", "x-upsert": "true"}
        responses = [
            http.post(f"/object/{path}", content=RECORDING, headers=upload_headers),
            http.get(f"/object/{path}", headers=headers),
            http.get(f"/object/info/{path}", headers=headers),
            http.post(f"/object/sign/{path}", json={"expiresIn": 60}, headers=headers),
            http.post(f"/object/upload/sign/{path}", headers=upload_headers),
        ]
        return [
            (response.status_code, response.is_error and response.json()["code"]) for response in responses
        ]

    def listed() -> list[Any]:
        response = http.post(f"/object/list/{BUCKET}", json={"prefix": folder}, headers=headers)
        return list(response.json())

    assert attempts() == [(200, False)] * 5
    assert len(listed()) == 1
    ends[end](app, session)
    unseen, refused = (400, "NoSuchKey"), (400, "AccessDenied")
    assert attempts() == [refused, unseen, unseen, unseen, refused]
    assert listed() == []
    removed = http.request("DELETE", f"/object/{BUCKET}", json={"prefixes": [path]}, headers=headers)
    assert removed.json() == []


def test_upload_with_another_users_profile_id_is_refused(
    http: httpx.Client, connect: Callable[..., Client]
) -> None:
    mine, other = connect(), connect()
    session = sign_up(mine)
    sign_up(other)
    own: Any = mine.table("profiles").select("id").execute().data
    strange: Any = other.table("profiles").select("id").execute().data
    headers = {"authorization": f"Bearer {session.access_token}", "content-type": "audio/flac"}

    def stored(profile: str) -> int:
        path = f"/object/{BUCKET}/{session.user.id}/{profile}.flac"
        return http.post(path, content=RECORDING, headers={**headers, "x-profile-id": profile}).status_code

    assert [stored(profile) for profile in (own[0]["id"], strange[0]["id"], "nonsense")] == [200, 400, 400]
