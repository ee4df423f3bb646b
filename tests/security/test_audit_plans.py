"""With 100,000 entries in the audit log, a page is read by index for every combination of filters."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.conftest import Stack
from tests.sql.people import Person, admin, become
from tools import scratch

pytestmark = pytest.mark.embedded

ENTRIES = 100_000
FILL = """
    insert into private.audit_log (occurred_at, month, actor_id, actor_role, action, subject_type, subject_id)
    select
        e.occurred_at, date_trunc('month', e.occurred_at at time zone 'UTC'),
        case when n %% 2 = 0 then %(busy)s else gen_random_uuid() end, 'authenticated',
        case n when 7 then 'account.erased' when 9 then 'account.erased' else 'account.read' end,
        'account', 'subject ' || n %% 20000
    from generate_series(1, %(entries)s) as n
    cross join lateral (select now() - n * interval '1 minute' as occurred_at) as e
"""
READ = """
    select coalesce(sum(pg_stat_get_xact_tuples_returned(c.oid) + pg_stat_get_xact_tuples_fetched(c.oid)), 0)
    from pg_class as c
    where c.relname like 'audit_log%' and c.relkind in ('r', 'i')
"""
BUSY, ABSENT = uuid4(), uuid4()
Log = tuple[psycopg.Connection, Person]


@pytest.fixture(scope="module")
def log(stack: Stack) -> Iterator[Log]:
    with scratch.migrated() as url, psycopg.connect(url) as db:
        boss = admin(db)
        db.execute(FILL, {"entries": ENTRIES, "busy": BUSY})
        db.execute("analyze private.audit_log")
        yield db, boss
        db.rollback()


def rows_read(db: psycopg.Connection) -> int:
    """Rows of the log and its indexes that this transaction has read."""
    row = db.execute(READ).fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 50),
        ({"action": "account.read"}, 50),
        ({"action": "account.erased"}, 2),
        ({"action": "no.such"}, 0),
        ({"actor_id": BUSY}, 50),
        ({"actor_id": ABSENT}, 0),
        ({"subject_id": "subject 7"}, 5),
        ({"subject_id": "'; drop table x; -- 😀"}, 0),
        ({"before_id": 500, "action": "account.read"}, 50),
        ({"before_id": 0}, 0),
        ({"actor_id": BUSY, "action": "account.erased"}, 0),
        ({"actor_id": BUSY, "action": "account.read", "subject_id": "subject 8", "count": 200}, 5),
    ],
)
def test_page_of_the_audit_log_is_read_by_index(
    log: Log, filters: dict[str, UUID | str | int], count: int
) -> None:
    """Eight times, since PostgreSQL may switch to a generic plan after five executions."""
    db, boss = log
    named = ", ".join(f"{name} => %({name})s" for name in filters)
    become(db, boss)
    for _ in range(8):
        before = rows_read(db)
        entries = db.execute(f"select id from get_audit_log({named})", filters).fetchall()
        assert len(entries) == count
        assert rows_read(db) - before < 1_000


def test_audit_log_page_read_without_an_index_is_detected(log: Log) -> None:
    db, boss = log
    with db.transaction(force_rollback=True):
        db.execute("reset role")
        db.execute("drop index private.audit_log_action")
        become(db, boss)
        before = rows_read(db)
        db.execute("select id from get_audit_log(action => 'account.erased')").fetchall()
        assert rows_read(db) - before >= ENTRIES
