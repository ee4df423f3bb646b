"""Quotas of an account on rows, files and bytes, also under concurrent writes."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.conftest import Stack
from tests.sql.people import Person, become, item, person

CONSENT = (
    "insert into consents (purpose, document_version, is_granted) "
    "select 'terms', '1', true from generate_series(1, %s)"
)
FILE = "insert into storage.objects (bucket_id, name, metadata) values (%s, %s, %s)"
OWN_FILES = (
    "select resource, used from private.quota_uses where account_id = %s and used > 0 order by resource"
)


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db)


def anonymous(db: psycopg.Connection) -> Person:
    user = uuid4()
    db.execute("reset role")
    db.execute("insert into auth.users (id, is_anonymous) values (%s, true)", [user])
    row = db.execute(
        "select p.id, r.id from profiles p join raters r on r.profile_id = p.id where p.account_id = %s",
        [user],
    ).fetchone()
    assert row
    return Person(user, *row)


def allow(db: psycopg.Connection, resource: str, amount: int, anonymous_amount: int = 0) -> None:
    db.execute("reset role")
    db.execute(
        "update private.quotas set amount = %s, anonymous_amount = %s where resource = %s",
        [amount, anonymous_amount, resource],
    )


def refusal(db: psycopg.Connection, statement: str, values: list[Any], code: str = "PT409") -> str:
    with pytest.raises(psycopg.Error) as raised, db.transaction():
        db.execute(statement, values)
    assert raised.value.sqlstate == code
    return str(raised.value.diag.message_detail or raised.value.diag.message_primary)


def test_consents_beyond_the_quota_are_refused(db: psycopg.Connection, viewer: Person) -> None:
    allow(db, "consents", 10, 2)
    become(db, viewer)
    db.execute(CONSENT, [9])
    assert json.loads(refusal(db, CONSENT, [2])) == {"limit": 10, "resource": "consents"}
    db.execute(CONSENT, [1])
    refusal(db, CONSENT, [1])
    become(db, anonymous(db))
    db.execute(CONSENT, [2])
    assert json.loads(refusal(db, CONSENT, [1]))["limit"] == 2


def test_one_statement_of_5000_consents_is_refused(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    refusal(db, CONSENT, [5_000])


def events(film: UUID, count: int, metadata: object = None) -> Jsonb:
    return Jsonb(
        [
            {"client_id": str(uuid4()), "item_id": str(film), "type": "click", "metadata": metadata or {}}
            for _ in range(count)
        ]
    )


RECORD = "select record_interactions(%s)"


def test_interactions_beyond_the_monthly_quota_are_refused(db: psycopg.Connection, viewer: Person) -> None:
    film = item(db, "A film")
    allow(db, "interactions", 20, 3)
    become(db, viewer)
    db.execute(RECORD, [events(film, 20)])
    assert json.loads(refusal(db, RECORD, [events(film, 1)]))["limit"] == 20
    become(db, anonymous(db))
    refusal(db, RECORD, [events(film, 4)])


def test_repeated_event_uses_no_quota(db: psycopg.Connection, viewer: Person) -> None:
    film = item(db, "A film")
    allow(db, "interactions", 2)
    become(db, viewer)
    sent = events(film, 2)
    for new in (2, 0, 0):
        assert db.execute(RECORD, [sent]).fetchone() == (new,)


def test_event_metadata_beyond_the_byte_quota_is_refused(db: psycopg.Connection, viewer: Person) -> None:
    film = item(db, "A film")
    allow(db, "interaction_bytes", 10_000)
    become(db, viewer)
    db.execute(RECORD, [events(film, 5, {"a": "é" * 900})])
    refusal(db, RECORD, [events(film, 5, {"a": "x" * 1900})])


def test_interactions_of_a_past_month_use_no_quota(db: psycopg.Connection, viewer: Person) -> None:
    film = item(db, "A film")
    allow(db, "interactions", 1)
    insert = (
        "insert into interactions (rater_id, client_id, month, item_id, type, occurred_at) "
        "select %s, gen_random_uuid(), t::date, %s, 'view', t at time zone 'UTC' "
        "from (select date_trunc('month', now() at time zone 'UTC') - make_interval(months => %s) as t) as m"
    )
    for months in (0, 1):
        db.execute(insert, [viewer.rater_id, film, months])
    refusal(db, insert, [viewer.rater_id, film, 0])


def test_ratings_beyond_the_quota_are_refused(db: psycopg.Connection, viewer: Person) -> None:
    films = [item(db, f"Film {number}") for number in range(4)]
    allow(db, "ratings", 3, 1)
    become(db, viewer)
    rate = "insert into ratings (item_id, rating) select unnest(%s::uuid[]), 4"
    refusal(db, rate, [films])
    db.execute(rate, [films[:3]])
    db.execute("update ratings set rating = 2")
    assert json.loads(refusal(db, rate, [films[3:]]))["limit"] == 3
    db.execute("delete from ratings where item_id = %s", [films[0]])
    db.execute(rate, [films[3:]])
    become(db, anonymous(db))
    db.execute(rate, [films[:1]])
    refusal(db, rate, [films[1:2]])


def test_imported_ratings_have_no_quota(db: psycopg.Connection) -> None:
    allow(db, "ratings", 0)
    film = item(db, "A film")
    db.execute(
        "with r as (insert into raters default values returning id) "
        "insert into ratings (rater_id, item_id, rating) select r.id, %s, 4 from r",
        [film],
    )


def store(
    db: psycopg.Connection, name: str, size: int, bucket: str = "avatars", kind: str = "image/png"
) -> None:
    db.execute(FILE, [bucket, name, Jsonb({"size": size, "mimetype": kind})])


def file(name: str, size: int = 1, bucket: str = "avatars", kind: str = "image/png") -> list[Any]:
    return [bucket, name, Jsonb({"size": size, "mimetype": kind})]


@pytest.mark.parametrize("role", ["authenticated", "service_role"])
def test_files_and_bytes_beyond_the_quota_are_refused(
    db: psycopg.Connection, viewer: Person, role: str
) -> None:
    """Storage writes the counted row as the service role."""
    allow(db, "avatars.files", 3)
    allow(db, "avatars.bytes", 100)
    become(db, viewer, role)
    for number, size in enumerate((40, 60)):
        db.execute(FILE, file(f"{viewer.id}/{number}.png", size))
    assert "100 bytes" in refusal(db, FILE, file(f"{viewer.id}/2.png", 1), "42501")
    db.execute(FILE, file(f"{viewer.id}/2.png", 0))
    assert "3 files" in refusal(db, FILE, file(f"{viewer.id}/3.png", 0), "42501")
    db.execute("reset role")
    assert db.execute(OWN_FILES, [viewer.id]).fetchall() == [("avatars.bytes", 100), ("avatars.files", 3)]


def test_quota_follows_replaced_moved_and_deleted_files(db: psycopg.Connection, viewer: Person) -> None:
    db.execute(FILE, file(f"{viewer.id}/a.png", 40))
    db.execute(FILE, file(f"{viewer.id}/b.png", 5))
    db.execute(
        f"{FILE} on conflict (bucket_id, name) do update set metadata = excluded.metadata",
        file(f"{viewer.id}/a.png", 7),
    )
    assert db.execute(OWN_FILES, [viewer.id]).fetchall() == [("avatars.bytes", 12), ("avatars.files", 2)]
    db.execute(
        "update storage.objects set name = %s where name = %s", [f"{viewer.id}/c.png", f"{viewer.id}/a.png"]
    )
    assert db.execute(OWN_FILES, [viewer.id]).fetchall() == [("avatars.bytes", 12), ("avatars.files", 2)]
    db.execute("set local storage.allow_delete_query = 'true'")
    db.execute("delete from storage.objects where name like %s", [f"{viewer.id}/%"])
    assert db.execute(OWN_FILES, [viewer.id]).fetchall() == []


def test_anonymous_user_cannot_store_a_file(db: psycopg.Connection) -> None:
    anonymous_user = anonymous(db)
    become(db, anonymous_user)
    refusal(db, FILE, file(f"{anonymous_user.id}/a.png"), "42501")
    refusal(db, FILE, file(f"{anonymous_user.id}/a.ogg", 1, "speech", "audio/ogg"), "42501")
    db.execute("reset role")
    db.execute(
        "update auth.users set is_anonymous = false, email = 'ann@example.com' where id = %s",
        [anonymous_user.id],
    )
    become(db, anonymous_user)
    db.execute(FILE, file(f"{anonymous_user.id}/a.png"))


@pytest.mark.parametrize(
    ("name", "size", "kind", "user_metadata"),
    [
        ("a.png", 2_097_153, "image/png", {}),
        ("a.png", 1, "text/html", {}),
        ("a.png", 1, "image/svg+xml", {}),
        ("a.png", 1, "image/png", {"a": "x" * 2_000}),
        ("a.png", 1, "image/png", ["x"]),
        ("a\u202e.png", 1, "image/png", {}),
        ("../a.png", 1, "image/png", {}),
        ("a//b.png", 1, "image/png", {}),
        ("./a.png", 1, "image/png", {}),
        ("a\n.png", 1, "image/png", {}),
        ("x" * 470, 1, "image/png", {}),
    ],
)
def test_file_outside_the_limits_of_its_bucket_is_refused(
    db: psycopg.Connection, viewer: Person, name: str, size: int, kind: str, user_metadata: object
) -> None:
    """Storage itself does not check a body without a length, or a copy."""
    become(db, viewer, "service_role")
    insert = (
        "insert into storage.objects (bucket_id, name, metadata, user_metadata) "
        "values ('avatars', %s, %s, %s)"
    )
    metadata = Jsonb({"size": size, "mimetype": kind})
    refusal(db, insert, [f"{viewer.id}/{name}", metadata, Jsonb(user_metadata)], "42501")
    good = Jsonb({"size": 2_097_152, "mimetype": "image/png", "cacheControl": "max-age=3600"})
    db.execute(insert, [f"{viewer.id}/ä (1) & 日.png", good, Jsonb({"alt": "क" * 100})])


@pytest.mark.parametrize(
    ("bucket", "size", "kind"), [("media", 1_073_741_824, "video/mp4"), ("portraits", 524_288, "image/webp")]
)
def test_bucket_without_quotas_applies_its_limits(
    db: psycopg.Connection, viewer: Person, bucket: str, size: int, kind: str
) -> None:
    limit = db.execute("select file_size_limit from storage.buckets where id = %s", [bucket]).fetchone()
    assert limit == (size,)
    become(db, viewer, "service_role")
    for wrong in (
        {"size": size + 1, "mimetype": kind},
        {"size": 1, "mimetype": "text/html"},
        {"size": 1, "mimetype": kind, "cacheControl": "max-age=1\r\nset-cookie: a=b"},
    ):
        refusal(db, FILE, [bucket, "a b+c", Jsonb(wrong)], "42501")
    db.execute(FILE, [bucket, "a b+c", Jsonb({"size": size, "mimetype": kind})])


@pytest.mark.parametrize("nothing", [None, Jsonb(None), Jsonb({})], ids=["null", "JSON's null", "empty"])
def test_object_row_without_metadata_is_accepted(
    db: psycopg.Connection, viewer: Person, nothing: object
) -> None:
    """Storage inserts such a row and rolls it back to check whether the caller may upload."""
    become(db, viewer)
    db.execute(FILE, ["avatars", f"{viewer.id}/a.png", nothing])


@pytest.mark.parametrize("types", [None, [], ["*/*"], ["Text/HTML"], ["text/*"]])
def test_bucket_mime_types_match_like_in_storage(
    db: psycopg.Connection, viewer: Person, types: list[str] | None
) -> None:
    db.execute("update storage.buckets set allowed_mime_types = %s where id = 'avatars'", [types])
    become(db, viewer)
    store(db, f"{viewer.id}/a.html", 1, kind="text/html; charset=utf-8")


@pytest.mark.parametrize("bucket", ["avatars", "artwork"])
def test_user_with_an_unchecked_old_file_can_be_deleted(
    db: psycopg.Connection, viewer: Person, bucket: str
) -> None:
    db.execute("delete from private.files_to_remove")
    renamed = "update private.quotas set resource = %s where resource = %s"
    db.execute(renamed, ["unchecked", f"{bucket}.files"])
    db.execute(
        "insert into storage.objects (bucket_id, name, owner_id, version) values (%s, %s, %s, %s)",
        [bucket, f"{viewer.id}/{'x' * 600}.png", str(viewer.id), str(uuid4())],
    )
    db.execute(renamed, [f"{bucket}.files", "unchecked"])
    db.execute("delete from auth.users where id = %s", [viewer.id])
    owners = db.execute(
        "select owner_id from storage.objects where bucket_id = %s and name like %s",
        [bucket, f"{viewer.id}/%"],
    ).fetchall()
    assert owners == ([(None,)] if bucket == "artwork" else [])
    returned = db.execute("select from private.restore_hidden_files()").rowcount
    assert returned == (1 if bucket == "avatars" else 0)


def test_line_break_in_cache_control_is_refused(db: psycopg.Connection, viewer: Person) -> None:
    bad = Jsonb({"size": 1, "mimetype": "image/png", "cacheControl": "max-age=1\r\nset-cookie: a=b"})
    refusal(db, FILE, ["avatars", f"{viewer.id}/a.png", bad], "42501")


def deep(levels: int) -> object:
    return {"a": deep(levels - 1)} if levels else 1


CHANGE_METADATA = "update auth.users set raw_user_meta_data = %s where id = %s"


@pytest.mark.parametrize(
    "large",
    [{"a": "x" * 900_000}, {"a": "x" * 16_000}, {str(n): n for n in range(2_000)}, deep(10)],
    ids=["900 kB", "16 kB", "many keys", "deep"],
)
def test_user_metadata_beyond_16000_bytes_is_refused(
    db: psycopg.Connection, viewer: Person, large: object
) -> None:
    assert "16,000 bytes" in metadata_refusal(db, CHANGE_METADATA, [Jsonb(large), viewer.id])
    insert = "insert into auth.users (id, raw_user_meta_data) values (gen_random_uuid(), %s)"
    metadata_refusal(db, insert, [Jsonb(large)])


def test_user_metadata_below_16000_bytes_is_stored(db: psycopg.Connection, viewer: Person) -> None:
    metadata = {"name": "अनुराधा", "picture": "https://example.com/a.png", "a": "x" * 15_000}
    assert db.execute(CHANGE_METADATA, [Jsonb(metadata), viewer.id]).rowcount == 1


def test_token_hook_drops_user_metadata_that_is_too_large(db: psycopg.Connection, viewer: Person) -> None:
    event = {"user_id": str(viewer.id), "claims": {"app_metadata": {}, "user_metadata": {"a": "x" * 9_000}}}
    hooked = "select private.custom_access_token_hook(%s) -> 'claims'"
    (claims,) = db.execute(hooked, [Jsonb(event)]).fetchone() or (None,)
    assert claims["user_metadata"] == {} and claims["app_metadata"]["tier"] == "free"
    event["claims"] = {"app_metadata": {}, "user_metadata": {"name": "Zoë"}}
    (claims,) = db.execute(hooked, [Jsonb(event)]).fetchone() or (None,)
    assert claims["user_metadata"] == {"name": "Zoë"}


def metadata_refusal(db: psycopg.Connection, statement: str, values: list[Any]) -> str:
    with pytest.raises(psycopg.Error) as raised, db.transaction():
        db.execute(statement, values)
    assert raised.value.sqlstate == "PT400"
    return str(raised.value.diag.message_primary)


@pytest.fixture
def resident(stack: Stack) -> Iterator[UUID]:
    """A committed user, visible to other connections."""
    user = uuid4()
    with psycopg.connect(stack.database_url, autocommit=True) as db:
        db.execute("insert into auth.users (id) values (%s)", [user])
        yield user
        db.execute("set storage.allow_delete_query = 'true'")
        db.execute("delete from storage.objects where split_part(name, '/', 1) = %s", [str(user)])
        db.execute("delete from auth.users where id = %s", [user])


def test_concurrent_uploads_stop_at_the_quota(stack: Stack, resident: UUID) -> None:
    def upload(number: int) -> int:
        with psycopg.connect(stack.database_url) as db:
            try:
                db.execute(FILE, file(f"{resident}/{number}.png", 10))
            except psycopg.errors.InsufficientPrivilege:
                return 0
            return 1

    with ThreadPoolExecutor(16) as pool:
        stored = sum(pool.map(upload, range(32)))
    with psycopg.connect(stack.database_url) as db:
        used = db.execute(OWN_FILES, [resident]).fetchall()
    assert (stored, used) == (10, [("avatars.bytes", 100), ("avatars.files", 10)])


@pytest.mark.parametrize(
    ("role", "limit"), [("anon", "2s"), ("authenticated", "4s"), ("service_role", "30s")]
)
def test_role_has_a_statement_timeout(db: psycopg.Connection, role: str, limit: str) -> None:
    set_for = db.execute("select rolconfig from pg_roles where rolname = %s", [role]).fetchone()
    assert set_for and f"statement_timeout={limit}" in set_for[0]
