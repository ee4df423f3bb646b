"""The audit log: append-only, read by admins only, and each read is logged."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.sql.people import Person, admin, become, person

AWKWARD = {"a b": """O'Neil "+;&%,😀 שלום""", "none": None}


@pytest.fixture
def admin_user(db: psycopg.Connection) -> Person:
    return admin(db)


def write(db: psycopg.Connection, subject: str = "x", action: str = "thing.done") -> None:
    db.execute("reset role")
    db.execute("select private.audit(%s, 'thing', %s, null, %s)", [action, subject, Jsonb(AWKWARD)])


def page(db: psycopg.Connection, **parameters: object) -> list[tuple[object, ...]]:
    named = ", ".join(f"{name} => %({name})s" for name in parameters)
    return db.execute(f"select id, action, after from get_audit_log({named})", parameters).fetchall()


def partitions(db: psycopg.Connection) -> list[str]:
    rows = db.execute(
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'private.audit_log'::regclass"
    )
    return [row[0] for row in rows]


@pytest.mark.parametrize("verb", ["update {} set action = 'a.b'", "delete from {}", "truncate {}"])
def test_audit_log_is_append_only(db: psycopg.Connection, verb: str) -> None:
    subject = str(uuid4())
    write(db, subject)
    month = db.execute(
        "select tableoid::regclass::text from private.audit_log where subject_id = %s", [subject]
    ).fetchone()
    assert month and month[0] in partitions(db)
    for table in ("private.audit_log", month[0]):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"), db.transaction():
            db.execute(verb.format(table))


def test_audit_partitions_cannot_be_truncated(db: psycopg.Connection) -> None:
    last = max(table for table in partitions(db) if not table.endswith("default"))
    db.execute(f"drop table {last}")
    for _ in range(2):
        db.execute("select private.make_partitions()")
    assert last in partitions(db)
    for table in partitions(db):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"), db.transaction():
            db.execute(f"truncate {table}")


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
@pytest.mark.parametrize(
    "query",
    [
        "select * from private.audit_log",
        "insert into private.audit_log (actor_role, action, subject_type) values ('x', 'a.b', 'c')",
        "update private.audit_log set action = 'a.b'",
        "delete from private.audit_log",
        "truncate private.audit_log",
        "select private.audit('a.b', 'c', 'd', null, null)",
    ],
)
def test_client_cannot_reach_the_audit_log(
    db: psycopg.Connection, admin_user: Person, role: str, query: str
) -> None:
    become(db, admin_user, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(query)


def test_audit_entry_has_actor_address_and_request_id(db: psycopg.Connection, admin_user: Person) -> None:
    viewer = person(db, "viewer")
    become(
        db,
        admin_user,
        headers={
            "x-request-id": "trace-1",
            "cf-connecting-ip": "2001:db8::7",
            "x-forwarded-for": "192.0.2.9",
        },
    )
    db.execute("select grant_role(%s, 'editor')", [viewer.id])
    db.execute("reset role")
    row = db.execute(
        "select actor_id, actor_role, action, subject_type, subject_id, before, after, address, request_id "
        "from private.audit_log where subject_id = %s",
        [str(viewer.id)],
    ).fetchone()
    assert row == (
        *(admin_user.id, "authenticated", "role.granted", "user", str(viewer.id), None),
        *({"role": "editor"}, "2001:db8::7", "trace-1"),
    )


@pytest.mark.parametrize(
    ("headers", "address"),
    [
        ({}, None),
        ({"cf-connecting-ip": "192.0.2.1", "x-forwarded-for": "192.0.2.2"}, "192.0.2.1"),
        ({"cf-connecting-ip": "not one", "x-forwarded-for": "192.0.2.2"}, "192.0.2.2"),
        ({"x-forwarded-for": "10.0.0.1, 192.0.2.3"}, "192.0.2.3"),
        ({"x-forwarded-for": " 192.0.2.3 "}, "192.0.2.3"),
        ({"x-forwarded-for": "2001:DB8::1"}, "2001:db8::1"),
        ({"x-forwarded-for": "unknown"}, None),
        ({"x-forwarded-for": ""}, None),
        ({"x-forwarded-for": "'; drop table x; --, 😀"}, None),
        ({"x-forwarded-for": "192.0.2.3, "}, None),
    ],
)
def test_client_address_is_the_last_trusted_one(
    db: psycopg.Connection, headers: dict[str, str], address: str | None
) -> None:
    become(db, None, headers=headers)
    assert db.execute("select private.current_address()").fetchone() == (address,)


def test_long_request_id_is_truncated(db: psycopg.Connection) -> None:
    become(db, None, headers={"x-request-id": "x" * 10_000})
    subject = str(uuid4())
    write(db, subject)
    row = db.execute(
        "select length(request_id) from private.audit_log where subject_id = %s", [subject]
    ).fetchone()
    assert row == (128,)


def test_audit_pages_neither_repeat_nor_skip_entries(db: psycopg.Connection, admin_user: Person) -> None:
    subject = str(uuid4())
    for _ in range(7):
        write(db, subject)
    become(db, admin_user)
    row: list[Any] = []
    before = None
    while entries := page(db, subject_id=subject, before_id=before, count=3):
        row += [entry[0] for entry in entries]
        before = entries[-1][0]
        assert entries[0][2] == AWKWARD
    assert len(row) == 7
    assert row == sorted(row, reverse=True)


def test_audit_page_applies_its_filters(db: psycopg.Connection, admin_user: Person) -> None:
    subject = str(uuid4())
    write(db, subject)
    write(db, subject, "thing.undone")
    become(db, admin_user)
    assert [entry[1] for entry in page(db, subject_id=subject, action="thing.done")] == ["thing.done"]
    assert page(db, subject_id=subject, actor_id=admin_user.id) == []
    assert page(db, action="'; drop table x; --") == []


def test_reading_the_audit_log_is_logged(db: psycopg.Connection, admin_user: Person) -> None:
    become(db, admin_user)
    page(db, action="thing.done", count=2)
    first = page(db, action="audit_log.read", actor_id=admin_user.id, count=1)
    assert first[0][2] == {"action": "thing.done", "count": 2}


@pytest.mark.parametrize("count", [0, 201, -1])
def test_audit_page_count_out_of_range_is_refused(
    db: psycopg.Connection, admin_user: Person, count: int
) -> None:
    become(db, admin_user)
    with pytest.raises(psycopg.errors.InvalidParameterValue) as refusal:
        page(db, count=count)
    assert '"field": "count"' in (refusal.value.diag.message_detail or "")


def test_viewer_cannot_read_the_audit_log(db: psycopg.Connection) -> None:
    become(db, person(db, "viewer"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only an admin"):
        page(db)


def test_anon_cannot_read_the_audit_log(db: psycopg.Connection) -> None:
    become(db, None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        page(db)


def test_audit_log_holds_no_email_or_name(db: psycopg.Connection, admin_user: Person) -> None:
    viewer = person(db, "name-of-a-viewer")
    become(db, admin_user)
    db.execute("select grant_role(%s, 'tutor'), suspend_account(%s, 'name-of-a-viewer')", [viewer.id] * 2)
    db.execute("select get_account(%s), restore_account(%s)", [viewer.id] * 2)
    db.execute("reset role")
    entries = db.execute(
        "select string_agg(l::text, ' ') from private.audit_log as l "
        "where actor_id = %(admin)s or subject_id in (%(admin)s::text, %(viewer)s::text)",
        {"admin": admin_user.id, "viewer": viewer.id},
    ).fetchone()
    assert entries and "account.restored" in entries[0]
    assert "@" not in entries[0] and "name-of-a-viewer" not in entries[0]
