"""apply_retention: expired rows are deleted in batches, expired partitions are dropped."""

from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest

from local.realtime import upkeep
from tests.sql.people import Person, item, person
from tests.sql.recommend.publishing import publish

MONTHS_AGO = "date_trunc('month', now() at time zone 'UTC') - %s * interval '1 month'"


@pytest.fixture(autouse=True)
def no_expired_rows(db: psycopg.Connection) -> None:
    """Delete rows that expired before the test, so that each test sees only its own."""
    while apply(db):
        pass


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db)


@pytest.fixture
def film(db: psycopg.Connection) -> UUID:
    return item(db, "A film")


def apply(db: psycopg.Connection, batch: int = 10000) -> list[tuple[str, int]]:
    return db.execute("select * from private.apply_retention(%s)", [batch]).fetchall()


def month(db: psycopg.Connection, ago: int) -> date:
    row = db.execute(f"select ({MONTHS_AGO})::date", [ago]).fetchone()
    assert row and isinstance(row[0], date)
    return row[0]


def watch(db: psycopg.Connection, viewer: Person, film: UUID, start: date) -> None:
    db.execute(
        "insert into interactions (rater_id, client_id, month, item_id, type, occurred_at) "
        "values (%s, %s, %s, %s, 'view', %s::timestamp at time zone 'UTC')",
        [viewer.rater_id, uuid4(), start, film, start],
    )


def make_month(db: psycopg.Connection, start: date) -> str:
    name = f"private.interactions_{start:%Y_%m}"
    db.execute(
        f"create table {name} partition of public.interactions "
        f"for values from ('{start}') to ('{start}'::date + interval '1 month')"
    )
    return name


def session(db: psycopg.Connection, viewer: Person, days: float) -> None:
    db.execute(
        "insert into auth.sessions (id, user_id, updated_at) "
        "values (gen_random_uuid(), %s, now() - %s * interval '1 day')",
        [viewer.id, days],
    )


def test_retention_keeps_rows_that_are_not_expired(
    db: psycopg.Connection, viewer: Person, film: UUID
) -> None:
    watch(db, viewer, film, month(db, 0))
    session(db, viewer, 29.9)
    assert apply(db) == []


def test_partition_is_dropped_when_all_its_rows_expired(
    db: psycopg.Connection, viewer: Person, film: UUID
) -> None:
    old, partly = month(db, 25), month(db, 24)
    gone, stays = make_month(db, old), make_month(db, partly)
    watch(db, viewer, film, old)
    watch(db, viewer, film, partly)
    watch(db, viewer, film, partly)
    publish(db)
    assert apply(db) == [(gone, 1)]
    assert apply(db) == []
    assert db.execute(
        "select to_regclass(%s) is null, to_regclass(%s) is null", [gone, stays]
    ).fetchone() == (
        True,
        False,
    )
    left = db.execute("select distinct month from interactions where item_id = %s", [film])
    assert left.fetchall() == [(partly,)]
    counted = db.execute("select interaction_count from item_stats where item_id = %s", [film])
    # One viewer, one type, one day.
    assert counted.fetchone() == (1,)


def test_expired_events_of_the_default_partition_are_deleted(
    db: psycopg.Connection, viewer: Person, film: UUID
) -> None:
    watch(db, viewer, film, month(db, 30))
    assert apply(db) == [("private.interactions_default", 1)]
    assert db.execute("select from interactions where item_id = %s", [film]).rowcount == 0


def test_expired_rows_are_deleted_in_batches(db: psycopg.Connection, viewer: Person) -> None:
    for days in (31, 40, 400, 5):
        session(db, viewer, days)
    assert apply(db, 2) == [("auth.sessions", 2)]
    assert apply(db, 2) == [("auth.sessions", 1)]
    assert apply(db, 2) == []
    assert db.execute("select from auth.sessions where user_id = %s", [viewer.id]).rowcount == 1


def test_auth_log_entries_expire_after_a_year(db: psycopg.Connection) -> None:
    db.execute(
        "insert into auth.audit_log_entries (id, payload, created_at) values "
        "(gen_random_uuid(), '{}', now() - interval '366 days'), (gen_random_uuid(), '{}', now())"
    )
    assert apply(db) == [("auth.audit_log_entries", 1)]


def test_retention_period_is_read_from_the_inventory(db: psycopg.Connection, viewer: Person) -> None:
    session(db, viewer, 3)
    session(db, viewer, 1)
    db.execute(
        "update private.data_inventory set retention = interval '2 days' "
        "where schema_name = 'auth' and table_name = 'sessions'"
    )
    assert [table for table, _ in apply(db)] == ["auth.sessions"]
    assert db.execute("select from auth.sessions where user_id = %s", [viewer.id]).rowcount == 1


def test_retention_skips_a_listed_table_that_does_not_exist(db: psycopg.Connection) -> None:
    db.execute(
        "insert into private.data_inventory "
        "(schema_name, table_name, holds, is_personal, purpose, on_erasure, retention, retention_column) "
        "values ('realtime', 'nowhere', 'x', true, 'x', 'delete', interval '3 days', 'inserted_at')"
    )
    assert apply(db) == []


def test_realtime_messages_are_left_to_realtime(
    db: psycopg.Connection,
) -> None:
    where = "where (schema_name, table_name) = ('realtime', 'messages')"
    kept = db.execute(f"select retention from private.data_inventory {where}").fetchone()
    assert kept == (upkeep.KEPT,)
    db.execute("insert into realtime.messages (topic, extension, inserted_at) "
               "values ('x', 'broadcast', now() at time zone 'utc' - interval '1 hour')")  # fmt: skip
    db.execute(f"update private.data_inventory set retention = interval '1 second' {where}")
    assert apply(db) == []
    assert db.execute("select from realtime.messages where topic = 'x'").rowcount == 1


def test_audit_log_partitions_expire_after_a_year(db: psycopg.Connection) -> None:
    old = month(db, 14)
    name = f"private.audit_log_{old:%Y_%m}"
    db.execute(
        f"create table {name} partition of private.audit_log "
        f"for values from ('{old}') to ('{old}'::date + interval '1 month')"
    )
    db.execute(
        "insert into private.audit_log (month, occurred_at, actor_role, action, subject_type) "
        "select m, m::timestamp at time zone 'UTC', 'service_role', 'test.done', 'test' "
        "from unnest(%s::date[]) as m",
        [[old, month(db, 0), month(db, 90)]],
    )
    assert apply(db) == [(name, 1)]
    assert db.execute("select from private.audit_log where action = 'test.done'").rowcount == 2


def test_append_only_table_loses_only_whole_partitions(db: psycopg.Connection) -> None:
    db.execute("create table private.ledger (at timestamptz) partition by range (at)")
    for name, bounds in (
        ("old", "for values from ('2020-01-01Z') to ('2020-02-01Z')"),
        ("late", "for values from ('2020-02-01Z') to ('2999-01-01Z')"),
        ("rest", "default"),
    ):
        db.execute(f"create table private.ledger_{name} partition of private.ledger {bounds}")
    db.execute("create function pg_temp.refuse() returns trigger language plpgsql as "
               "$$ begin raise 'append-only' using errcode = '42501'; end $$")  # fmt: skip
    db.execute("create trigger refuse before delete on private.ledger for each row "
               "execute function pg_temp.refuse()")  # fmt: skip
    db.execute(
        "insert into private.ledger values ('2020-01-15'), ('2020-01-16'), ('2020-03-01'), ('2010-01-01')"
    )
    db.execute(
        "insert into private.data_inventory "
        "(schema_name, table_name, holds, is_personal, purpose, on_erasure, retention, retention_column) "
        "values ('private', 'ledger', 'x', true, 'x', 'delete', interval '1 day', 'at')"
    )
    assert apply(db) == [("private.ledger_old", 2)]
    assert apply(db) == []
