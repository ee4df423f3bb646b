"""Pictures of profiles: clients upload them, others see only the worker's re-encoded copies."""

import threading
import uuid
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import httpx
import psycopg
import pytest
from PIL import Image
from psycopg.pq import TransactionStatus
from supabase import Client, ClientOptions, create_client

from tests.conftest import Stack
from tests.waiting import until
from workers.portraits import store
from workers.portraits.files import Pictures

SECRET = b"<script>alert('polyglot')</script>" * 100


def picture(colour: str, kind: str = "PNG") -> bytes:
    encoded = BytesIO()
    Image.new("RGB", (40, 20), colour).save(encoded, kind)
    return encoded.getvalue()


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


def public_portrait(app: Client) -> bytes:
    return httpx.get(app.storage.from_("portraits").get_public_url(portrait(app) or "")).content


def until_seen(app: Client, is_right: Callable[[tuple[int, int, int]], bool]) -> None:
    def is_shown() -> bool:
        if portrait(app) is None or (content := public_portrait(app))[:4] != b"RIFF":
            return False
        pixel: Any = Image.open(BytesIO(content)).convert("RGB").getpixel((5, 5))
        return is_right(pixel)

    until(is_shown)


def test_picture_is_published_re_encoded(app: Client, path: str) -> None:
    upload(app, path, picture("red") + SECRET)
    assert httpx.get(app.storage.from_("avatars").get_public_url(path)).status_code == 400
    assert app.storage.from_("avatars").download(path).endswith(SECRET)
    assert portrait(app) is None
    choose(app, path)
    until_seen(app, lambda pixel: pixel[0] > 200)
    assert b"script" not in public_portrait(app)


def test_published_picture_follows_uploads_and_removal(app: Client, path: str, stack: Stack) -> None:
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


def test_file_that_is_no_picture_is_not_published(app: Client, path: str, stack: Stack) -> None:
    choose(app, path)
    upload(app, path, picture("red"))
    until(lambda: portrait(app) is not None)
    upload(app, path, picture("red")[:50] + SECRET)
    until(lambda: portrait(app) is None)
    with psycopg.connect(stack.database_url) as db:
        assert not published(db, path.split("/")[0])


def test_client_cannot_write_published_pictures_or_their_paths(app: Client, path: str) -> None:
    with pytest.raises(Exception, match="row-level security"):
        app.storage.from_("portraits").upload(
            path.replace("png", "webp"), picture("red", "WEBP"), {"content-type": "image/webp"}
        )
    with pytest.raises(Exception, match="permission denied"):
        app.table("profiles").update({"portrait_path": path}).neq("name", "").execute()


def test_no_transaction_is_open_while_a_picture_is_decoded(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow picture would hold the account's lock, and a transaction that keeps VACUUM from its work."""
    user = uuid.uuid4()
    states: list[TransactionStatus] = []
    with psycopg.connect(stack.database_url, autocommit=True) as db:

        def redraw(content: bytes) -> bytes:
            states.append(db.info.transaction_status)
            return content

        monkeypatch.setattr(store, "redraw_apart", redraw)
        db.execute("insert into auth.users (id, email) values (%s, %s)", [user, f"{user}@example.com"])
        try:
            db.execute("alter table profiles disable trigger enqueue_portraits")
            db.execute("update profiles set avatar_path = %s where account_id = %s", [f"{user}/a.png", user])
            db.execute("alter table profiles enable trigger enqueue_portraits")
            store.publish(db, KeepingPictures(), str(user))
            assert states == [TransactionStatus.IDLE]
        finally:
            db.execute("delete from auth.users where id = %s", [user])


def test_picture_in_the_folder_of_another_profile_is_not_published(stack: Stack) -> None:
    user = uuid.uuid4()
    with psycopg.connect(stack.database_url, autocommit=True) as db:
        db.execute("insert into auth.users (id, email) values (%s, %s)", [user, f"{user}@example.com"])
        try:
            db.execute("alter table profiles disable trigger enqueue_portraits")
            db.execute("insert into profiles (account_id, name) values (%s, 'Next')", [user])
            own = (
                "update profiles set avatar_path = account_id || '/' || id || '/a.png' where account_id = %s"
            )
            db.execute(own, [user])
            db.execute(
                "update profiles as p set avatar_path = o.avatar_path from profiles as o "
                "where p.account_id = %s and o.account_id = p.account_id and o.is_default > p.is_default",
                [user],
            )
            db.execute("alter table profiles enable trigger enqueue_portraits")
            store.publish(db, KeepingPictures(), str(user))
            query = "select is_default, portrait_path is not null from profiles where account_id = %s"
            assert set(db.execute(query, [user])) == {(True, True), (False, False)}
        finally:
            db.execute("delete from auth.users where id = %s", [user])


class KeepingPictures(Pictures):
    """A storage of one red picture."""

    def __init__(self) -> None:
        self.kept: set[str] = set()

    def read(self, path: str) -> bytes | None:
        return picture("red")

    def publish(self, path: str, picture: bytes) -> None:
        self.kept.add(path)

    def keep(self, account: object, names: set[str]) -> None:
        self.kept = {f"{account}/{name}" for name in names}


WAITING = """
select from pg_stat_activity where query like '%for key share of r%' and wait_event_type = 'Lock'
"""


class DeletingPictures(Pictures):
    """Starts a deletion during the first upload; commits it at once, or once the publication waits for it."""

    def __init__(self, db: psycopg.Connection, deletion: str, wait: bool) -> None:
        self._db, self._deletion, self._wait = db, deletion, wait
        self.kept: set[str] = set()
        self._thread = threading.Thread(target=self._commit)

    def _commit(self) -> None:
        if self._wait:
            with psycopg.connect(
                self._db.info.dsn, password=self._db.info.password, autocommit=True
            ) as other:
                until(lambda: other.execute(WAITING).rowcount > 0)
        self._db.commit()

    def read(self, path: str) -> bytes | None:
        return picture("red")

    def publish(self, path: str, picture: bytes) -> None:
        if self._thread.ident is None:
            self._db.execute(self._deletion.encode())
            self._thread.start()
            if not self._wait:
                self._thread.join()

    def keep(self, account: object, names: set[str]) -> None:
        self.kept = names
        self._thread.join()


@pytest.mark.parametrize("wait", [False, True])
@pytest.mark.parametrize(
    ("deletion", "left"),
    [
        ("delete from auth.users where id = '{user}'", 0),
        ("update auth.users set deleted_at = now() where id = '{user}'", 0),
        ("delete from public.profiles where account_id = '{user}' and is_default", 1),
    ],
)
def test_picture_is_deleted_with_a_profile_deleted_during_its_upload(
    stack: Stack, deletion: str, left: int, wait: bool
) -> None:
    user = uuid.uuid4()
    with (
        psycopg.connect(stack.database_url, autocommit=True) as db,
        psycopg.connect(stack.database_url) as other,
    ):
        db.execute("insert into auth.users (id, email) values (%s, %s)", [user, f"{user}@example.com"])
        try:
            db.execute("insert into profiles (account_id, name) values (%s, 'Next')", [user])
            db.execute("alter table profiles disable trigger enqueue_portraits")
            try:
                db.execute(
                    "update profiles set avatar_path = %s where account_id = %s", [f"{user}/a.png", user]
                )
            finally:
                db.execute("alter table profiles enable trigger enqueue_portraits")
            files = DeletingPictures(other, deletion.format(user=user), wait)
            store.publish(db, files, str(user))
            shown = db.execute("select portrait_path from profiles where account_id = %s", [user]).fetchall()
            assert {f"{user}/{name}" for name in files.kept} == {path for (path,) in shown}
            assert len(files.kept) == left
        finally:
            db.execute("update auth.users set deleted_at = null where id = %s", [user])
            db.execute("delete from auth.users where id = %s", [user])
