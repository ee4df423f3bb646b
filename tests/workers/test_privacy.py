"""Erasure of accounts and retention of rows by the jobs process."""

from collections.abc import Callable, Iterator
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from storage3 import SyncStorageClient

from local.tests.clients.storage.samples import SAMPLES
from tests.conftest import Stack
from tests.waiting import until
from tests.workers.catalogue import DELETE_RATERS, Catalogue
from workers.common.errors import AwayError
from workers.privacy import store
from workers.privacy.files import Files

SIGN_UP = """
insert into auth.users (id, email)
values (gen_random_uuid(), gen_random_uuid() || '@example.com')
returning id
"""
REQUEST_DELETION = """
insert into account_deletions (account_id, requested_at, due_at)
values (%s, now() - interval '31 days', now() + %s)
"""
WAITING = """
select pid from pg_stat_activity
where query like '%%erase_account%%' and pid <> pg_backend_pid() and wait_event_type = 'Lock'
"""
PSEUDONYMOUS = "select id from raters where profile_id is null"
Account = Callable[[str], UUID]
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "00000005000150a0f2d60000000049454e44ae426082"
)
"""A picture of one pixel; Storage checks the type by the content."""


@pytest.fixture
def film(films: Catalogue) -> UUID:
    return films.add("A film", None)


@pytest.fixture
def account(films: Catalogue, film: UUID) -> Iterator[Account]:
    """Creates accounts with a rating, due after an interval; deletes them after the test."""
    db, users = films.connection, []
    before = db.execute(PSEUDONYMOUS).fetchall()

    def make(due_in: str) -> UUID:
        row = db.execute(SIGN_UP).fetchone()
        assert row
        users.append(row[0])
        db.execute(
            "insert into ratings (rater_id, item_id, rating, updated_at) "
            "select r.id, %s, 4, now() - interval '8 days' from raters r "
            "join profiles p on p.id = r.profile_id where p.account_id = %s",
            [film, row[0]],
        )
        db.execute(REQUEST_DELETION, [row[0], due_in])
        return UUID(str(row[0]))

    yield make
    db.execute("delete from auth.users where id = any(%s)", [users])
    db.execute(DELETE_RATERS, [[row[0] for row in db.execute(PSEUDONYMOUS).fetchall() if row not in before]])


@pytest.fixture
def files(stack: Stack) -> Files:
    return Files(stack.url, stack.service_role_key)


def enqueue(films: Catalogue, task: str) -> str:
    key = f"test {uuid4()}"
    films.connection.execute("select private.enqueue('privacy', %s, '{\"timestamp\": 0}', %s)", [task, key])
    return key


def exists(films: Catalogue, user: UUID) -> bool:
    return bool(films.connection.execute("select from auth.users where id = %s", [user]).rowcount)


def ratings(films: Catalogue, film: UUID) -> tuple[object, ...] | None:
    return films.connection.execute(
        "select rating_count, (select count(*) from ratings where item_id = %(film)s) "
        "from private.item_counts where item_id = %(film)s",
        {"film": film},
    ).fetchone()


def test_only_due_accounts_are_erased(films: Catalogue, film: UUID, account: Account) -> None:
    due, later, also_due = account("0"), account("1 hour"), account("-1 day")
    until(lambda: not running(films))
    key = enqueue(films, "erase_accounts")
    until(lambda: not exists(films, due) and not exists(films, also_due))
    until(lambda: films.job(key) == "succeeded")
    assert exists(films, later)
    assert ratings(films, film) == (3, 3)


def running(films: Catalogue) -> bool:
    """Is a refresh of a rater of the films queued or running? It would delay the erasure."""
    return bool(
        films.connection.execute(
            "select from procrastinate_jobs where status in ('todo', 'doing') "
            "and args ->> 'rater_id' in (select rater_id::text from ratings where item_id = any(%s))",
            [films.items],
        ).rowcount
    )


def test_interrupted_erasure_changes_nothing_and_is_retried(
    stack: Stack, films: Catalogue, film: UUID, account: Account
) -> None:
    user = account("0")
    until(lambda: not running(films))
    with psycopg.connect(stack.database_url) as holder:
        holder.execute(
            "select from raters as r join profiles as p on p.id = r.profile_id where p.account_id = %s "
            "for update of r",
            [user],
        )
        enqueue(films, "erase_accounts")
        until(lambda: bool(films.connection.execute(WAITING).rowcount))
        films.connection.execute(f"select pg_terminate_backend(w.pid) from ({WAITING}) as w")
        until(lambda: not films.connection.execute(WAITING).rowcount)
        assert exists(films, user)
        profiles = films.connection.execute("select id from profiles where account_id = %s", [user])
        assert profiles.rowcount == 1
        assert ratings(films, film) == (1, 1)
    until(lambda: not exists(films, user))
    assert ratings(films, film) == (1, 1)


def test_failed_erasure_does_not_stop_others_and_logs_no_id(
    films: Catalogue, account: Account, files: Files, caplog: pytest.LogCaptureFixture
) -> None:
    stuck, due = account("-1 day"), account("0")
    until(lambda: not running(films))
    name = "test_stuck"
    films.connection.execute(
        f"create function private.{name}() returns trigger language plpgsql as "
        f"$$ begin if old.id = '{stuck}' then raise '% is stuck', old.id; end if; return old; end $$"
    )
    films.connection.execute(
        f"create trigger {name} before delete on accounts for each row execute function private.{name}()"
    )
    try:
        with caplog.at_level("INFO"):
            assert store.erase_due(films.connection, files) == 1
    finally:
        films.connection.execute(f"drop function private.{name}() cascade")
    assert exists(films, stuck)
    assert not exists(films, due)
    assert [record.message for record in caplog.records] == ["account_not_erased", "accounts_erased"]
    assert caplog.records[0].levelname == "ERROR"
    assert not [name for name in (stuck, due) if str(name) in str([vars(line) for line in caplog.records])]
    assert store.erase_due(films.connection, files) == 1
    assert not exists(films, stuck)


def test_erasure_deletes_only_personal_files_of_the_account(
    stack: Stack, films: Catalogue, account: Account, files: Files
) -> None:
    due, other = account("0"), account("1 day")
    until(lambda: not running(films))
    headers = {"apikey": stack.service_role_key, "Authorization": f"Bearer {stack.service_role_key}"}
    http = httpx.Client(headers=headers)
    storage = SyncStorageClient(f"{stack.url}/storage/v1/", headers, http_client=http)
    kept = [("avatars", f"{other}/me.png"), ("artwork", f"{due}/cover.png")]
    for bucket, name in [("avatars", f"{due}/me.png"), ("avatars", f"{due}/a + b & c.png"), *kept]:
        storage.from_(bucket).upload(name, PIXEL, {"content-type": "image/png"})
    films.connection.execute(
        "update storage.objects set owner_id = split_part(name, '/', 1) "
        "where split_part(name, '/', 1) = any(%s)",
        [[str(due), str(other)]],
    )
    try:
        away = Files("http://127.0.0.1:1", stack.service_role_key)
        assert store.erase_due(films.connection, away) == 0
        assert exists(films, due)
        assert store.erase_due(films.connection, files) == 1
        left = films.connection.execute(
            "select bucket_id, name, owner_id from storage.objects where split_part(name, '/', 1) = any(%s)",
            [[str(due), str(other)]],
        )
        assert sorted(left.fetchall()) == sorted(
            [("avatars", f"{other}/me.png", str(other)), ("artwork", f"{due}/cover.png", None)]
        )
    finally:
        for bucket, name in kept:
            storage.from_(bucket).remove([name])
        http.close()


def test_rows_are_deleted_after_their_retention_period(films: Catalogue, account: Account) -> None:
    user = account("1 day")
    films.connection.execute(
        "insert into auth.sessions (id, user_id, updated_at) select gen_random_uuid(), %s, now() - d * "
        "interval '1 day' from unnest(array[1, 29, 31, 400]) as d",
        [user],
    )
    key = enqueue(films, "apply_retention")
    until(lambda: films.job(key) == "succeeded")
    left = films.connection.execute("select from auth.sessions where user_id = %s", [user])
    assert left.rowcount == 2


DELETIONS = {
    "SQL": lambda db, http, url, user: db.execute("delete from auth.users where id = %s", [user]),
    "Auth": lambda db, http, url, user: http.delete(f"{url}/auth/v1/admin/users/{user}").raise_for_status(),
    "Auth, soft deletion": lambda db, http, url, user: http.request(
        "DELETE", f"{url}/auth/v1/admin/users/{user}", json={"should_soft_delete": True}
    ).raise_for_status(),
}


@pytest.mark.parametrize("way", DELETIONS)
def test_files_of_a_deleted_user_are_refused_at_once_and_deleted(
    stack: Stack, films: Catalogue, account: Account, way: str
) -> None:
    other, db = account("1 day"), films.connection
    headers = {"apikey": stack.service_role_key, "Authorization": f"Bearer {stack.service_role_key}"}
    with httpx.Client(headers=headers) as http:
        response = http.post(f"{stack.url}/auth/v1/admin/users", json={"email": f"{uuid4()}@example.com"})
        user = response.json()["id"]
        storage = SyncStorageClient(f"{stack.url}/storage/v1/", headers, http_client=http)
        for bucket, owner, name in (
            ("avatars", user, "a + b & c.png"),
            ("portraits", user, "a + b & c.webp"),
            ("speech", user, "a.png"),
            ("portraits", other, "b.webp"),
        ):
            row = "insert into storage.objects (bucket_id, name, owner_id, version) values (%s, %s, %s, %s)"
            if bucket == "speech":
                db.execute(row, [bucket, f"{owner}/{name}", str(owner), str(uuid4())])
            else:
                kind = "image/png" if bucket == "avatars" else "image/webp"
                storage.from_(bucket).upload(f"{owner}/{name}", SAMPLES[kind], {"content-type": kind})
        kept = storage.from_("portraits").get_public_url(f"{other}/b.webp")
        address = storage.from_("portraits").get_public_url(f"{user}/a + b & c.webp")
        (signed,) = storage.from_("avatars").create_signed_urls([f"{user}/a + b & c.png"], 600)
        versions = "select version from storage.objects where name like %s and bucket_id <> 'speech'"
        stored = db.execute(versions, [f"{user}/%"]).fetchall()
        # Of the files of another server nothing is known.
        own = [] if "storage" in stack.elsewhere else [version for (version,) in stored]
        paths = [stack.settings.files / "objects" / version[:2] / version for version in own]
        try:
            assert http.get(address).is_success and http.get(str(signed["signedURL"])).is_success
            assert all(path.exists() for path in paths)
            # The job gives a file its row back while Storage deletes it; it must not start before the check.
            db.execute(store.QUERIES["lock_files"])
            DELETIONS[way](db, http, stack.url, user)
            assert not http.get(address).is_success and not http.get(str(signed["signedURL"])).is_success
            db.execute(store.QUERIES["unlock_files"])
            until(lambda: not db.execute("select from private.files_to_remove").rowcount)
            assert not db.execute("select from storage.objects where name like %s", [f"{user}/%"]).rowcount
            assert not any(path.exists() for path in paths)
            assert http.get(kept).is_success
        finally:
            storage.from_("portraits").remove([f"{other}/b.webp"])
            db.execute("delete from auth.users where id = %s", [user])


def test_files_are_deleted_later_if_storage_is_away(
    stack: Stack, films: Catalogue, account: Account, files: Files
) -> None:
    user, db = account("1 day"), films.connection
    name = f"{user}/me.png"
    headers = {"apikey": stack.service_role_key, "Authorization": f"Bearer {stack.service_role_key}"}
    with httpx.Client(headers=headers) as http:
        SyncStorageClient(f"{stack.url}/storage/v1/", headers, http_client=http).from_("avatars").upload(
            name, PIXEL, {"content-type": "image/png"}
        )
        assert http.get(f"{stack.url}/storage/v1/object/avatars/{name}").is_success
        with db.transaction():
            db.execute("delete from auth.users where id = %s", [user])
            db.execute("set local search_path = procrastinate")
            db.execute("delete from procrastinate_jobs where queueing_lock = 'remove_files'")
            db.execute("set local search_path = public, extensions")
        with pytest.raises(AwayError):
            store.remove_files(db, Files("http://127.0.0.1:1", stack.service_role_key))
        assert not http.get(f"{stack.url}/storage/v1/object/avatars/{name}").is_success
        assert db.execute("select from private.files_to_remove").rowcount == 1
        assert store.remove_files(db, files) == 1
        assert store.remove_files(db, files) == 0
    assert not db.execute("select from private.files_to_remove").rowcount
