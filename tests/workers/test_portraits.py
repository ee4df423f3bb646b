"""People's pictures: uploaded by them, seen by others only as the worker drew them again."""

import uuid
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import httpx
import psycopg
import pytest
from PIL import Image
from supabase import Client, ClientOptions, create_client

from tests.conftest import Stack
from tests.waiting import until

SECRET = b"<script>alert('polyglot')</script>" * 100


def picture(colour: str, kind: str = "PNG") -> bytes:
    made = BytesIO()
    Image.new("RGB", (40, 20), colour).save(made, kind)
    return made.getvalue()


@pytest.fixture
def app(stack: Stack) -> Iterator[Client]:
    with httpx.Client() as http:
        client = create_client(
            stack.url, stack.anon_key, ClientOptions(auto_refresh_token=False, httpx_client=http)
        )
        client.auth.sign_up({"email": f"viewer-{uuid.uuid4().hex}@example.com", "password": uuid.uuid4().hex})
        yield client


@pytest.fixture
def path(app: Client, stack: Stack) -> Iterator[str]:
    session = app.auth.get_session()
    assert session
    yield f"{session.user.id}/me.png"
    with psycopg.connect(stack.database_url, autocommit=True) as db:
        app.storage.from_("avatars").remove([f"{session.user.id}/me.png", f"{session.user.id}/b.png"])
        db.execute("update profiles set avatar_path = null where account_id = %s", [session.user.id])
        until(lambda: not published(db, session.user.id))
        db.execute("delete from auth.users where id = %s", [session.user.id])


def published(db: psycopg.Connection, account: str) -> list[Any]:
    return db.execute(
        "select name from storage.objects where bucket_id = 'portraits' and split_part(name, '/', 1) = %s",
        [account],
    ).fetchall()


def upload(app: Client, path: str, content: bytes) -> None:
    app.storage.from_("avatars").upload(path, content, {"content-type": "image/png", "upsert": "true"})


def portrait(app: Client) -> str | None:
    rows: Any = app.table("profiles").select("portrait_path").execute().data
    path: str | None = rows[0]["portrait_path"]
    return path


def choose(app: Client, path: str | None) -> None:
    app.table("profiles").update({"avatar_path": path}).neq("name", "").execute()


def seen(app: Client) -> bytes:
    return httpx.get(app.storage.from_("portraits").get_public_url(portrait(app) or "")).content


def until_seen(app: Client, is_right: Callable[[tuple[int, int, int]], bool]) -> None:
    def is_shown() -> bool:
        if portrait(app) is None or (answer := seen(app))[:4] != b"RIFF":
            return False
        pixel: Any = Image.open(BytesIO(answer)).convert("RGB").getpixel((5, 5))
        return is_right(pixel)

    until(is_shown)


def test_a_picture_is_published_as_the_worker_drew_it(app: Client, path: str) -> None:
    upload(app, path, picture("red") + SECRET)
    assert httpx.get(app.storage.from_("avatars").get_public_url(path)).status_code == 400
    assert app.storage.from_("avatars").download(path).endswith(SECRET)
    assert portrait(app) is None
    choose(app, path)
    until_seen(app, lambda pixel: pixel[0] > 200)
    assert b"script" not in seen(app)


def test_a_picture_follows_what_its_owner_does(app: Client, path: str, stack: Stack) -> None:
    account = path.split("/")[0]
    choose(app, path)
    upload(app, path, picture("red"))
    until_seen(app, lambda pixel: pixel[0] > 200)
    first = portrait(app)
    upload(app, path, picture("blue"))
    until_seen(app, lambda pixel: pixel[2] > 200)
    assert portrait(app) != first
    with psycopg.connect(stack.database_url, autocommit=True) as db:
        until(lambda: published(db, account) == [(portrait(app),)])
        app.storage.from_("avatars").remove([path])
        until(lambda: portrait(app) is None and not published(db, account))


def test_a_file_that_is_no_picture_is_never_published(app: Client, path: str, stack: Stack) -> None:
    choose(app, path)
    upload(app, path, picture("red"))
    until(lambda: portrait(app) is not None)
    upload(app, path, picture("red")[:50] + SECRET)
    until(lambda: portrait(app) is None)
    with psycopg.connect(stack.database_url) as db:
        assert not published(db, path.split("/")[0])


def test_a_client_writes_neither_the_public_bucket_nor_its_path(app: Client, path: str) -> None:
    with pytest.raises(Exception, match="row-level security"):
        app.storage.from_("portraits").upload(
            path.replace("png", "webp"), picture("red", "WEBP"), {"content-type": "image/webp"}
        )
    with pytest.raises(Exception, match="permission denied"):
        app.table("profiles").update({"portrait_path": path}).neq("name", "").execute()
