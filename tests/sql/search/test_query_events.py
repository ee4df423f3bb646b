"""query_events: whose searches are linked to an account, who reads them, and how long they are kept."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.sql.identity.kids import act, in_session, sign_in
from tests.sql.people import Person, become, person


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db)


def consent(db: psycopg.Connection, who: Person, granted: bool = True, purpose: str = "analytics") -> None:
    become(db, who)
    db.execute("select record_consent(%s, %s, '1')", [purpose, granted])
    db.execute("reset role")


def value(db: psycopg.Connection, query: str, *values: Any) -> Any:
    row = db.execute(query.encode(), values).fetchone()
    assert row
    return row[0]


def measured(db: psycopg.Connection) -> UUID | None:
    account: UUID | None = value(db, "select private.measured_account()")
    return account


def event(db: psycopg.Connection, account: UUID | None = None, age: timedelta = timedelta()) -> UUID:
    added: UUID = value(
        db,
        "insert into query_events (id, account_id, query, total, item_ids, with_meaning, searched_at) "
        "values (gen_random_uuid(), %s, 'jaws', 0, '{}', false, now() - %s) returning id",
        account,
        age,
    )
    return added


def test_latest_consent_to_a_purpose_decides(db: psycopg.Connection, viewer: Person) -> None:
    has_consent = "select private.has_consent(%s, 'analytics')"
    assert value(db, has_consent, viewer.id) is False
    consent(db, viewer, purpose="marketing")
    assert value(db, has_consent, viewer.id) is False
    for granted in (True, False, True):
        consent(db, viewer, granted)
        assert value(db, has_consent, viewer.id) is granted
    assert value(db, has_consent, person(db, "other_viewer").id) is False
    assert value(db, has_consent, None) is False


def test_search_is_linked_to_an_account_that_consents(db: psycopg.Connection, viewer: Person) -> None:
    consent(db, viewer)
    become(db, viewer)
    assert measured(db) == viewer.id


def test_search_without_consent_is_not_linked(db: psycopg.Connection, viewer: Person) -> None:
    become(db, viewer)
    assert measured(db) is None
    consent(db, viewer)
    consent(db, viewer, granted=False)
    become(db, viewer)
    assert measured(db) is None


@pytest.mark.parametrize("role", ["anon", "service_role"])
def test_search_of_no_account_is_not_linked(db: psycopg.Connection, role: str) -> None:
    become(db, None, role)
    assert measured(db) is None


def test_search_of_an_anonymous_user_is_not_linked(db: psycopg.Connection, viewer: Person) -> None:
    consent(db, viewer)
    db.execute("update auth.users set is_anonymous = true where id = %s", [viewer.id])
    become(db, viewer)
    assert measured(db) is None


def test_search_of_a_kids_profile_is_not_linked(db: psycopg.Connection, viewer: Person) -> None:
    consent(db, viewer)
    db.execute("update profiles set is_kids = true where id = %s", [viewer.profile_id])
    act(db, viewer)
    assert measured(db) is None


def test_search_in_kids_mode_is_not_linked(db: psycopg.Connection, viewer: Person) -> None:
    consent(db, viewer)
    session = sign_in(db, viewer)
    db.execute(
        "insert into private.kids_sessions (session_id, profile_id) values (%s, %s)",
        [session, viewer.profile_id],
    )
    in_session(db, viewer, session)
    assert measured(db) is None


def test_account_reads_its_own_searches_only(db: psycopg.Connection, viewer: Person) -> None:
    own = event(db, viewer.id)
    event(db, person(db, "other_viewer").id)
    event(db)
    become(db, viewer)
    assert db.execute("select id from query_events").fetchall() == [(own,)]
    become(db, None)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute("select id from query_events")


def test_kids_profile_reads_no_search(db: psycopg.Connection, viewer: Person) -> None:
    event(db, viewer.id)
    db.execute("update profiles set is_kids = true where id = %s", [viewer.profile_id])
    act(db, viewer)
    assert db.execute("select from query_events").rowcount == 0


def test_editor_reads_all_searches(db: psycopg.Connection, viewer: Person) -> None:
    ids = {event(db, viewer.id), event(db)}
    become(db, person(db, "editor"))
    claims = "jsonb_set(auth.jwt(), '{app_metadata}', '{\"roles\": [\"editor\"]}')::text"
    db.execute(f"select set_config('request.jwt.claims', {claims}, true)")
    assert ids <= {row[0] for row in db.execute("select id from query_events").fetchall()}


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
@pytest.mark.parametrize(
    "statement",
    [
        "delete from query_events",
        "update query_events set query = ''",
        "insert into query_events default values",
    ],
)
def test_no_client_writes_searches(db: psycopg.Connection, viewer: Person, role: str, statement: str) -> None:
    become(db, viewer, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(statement.encode())


def test_searches_are_deleted_after_ninety_days(db: psycopg.Connection) -> None:
    db.execute("delete from query_events")
    kept = event(db, age=timedelta(days=89.9))
    event(db, age=timedelta(days=90.1))
    deleted = db.execute(
        "select removed from private.apply_retention() where relation = 'public.query_events'"
    )
    assert deleted.fetchall() == [(1,)]
    assert db.execute("select id from query_events").fetchall() == [(kept,)]


def test_export_has_the_searches_of_the_account(db: psycopg.Connection, viewer: Person) -> None:
    own = event(db, viewer.id)
    event(db)
    become(db, viewer)
    exported = value(db, "select export_my_data()")["query_events"]
    assert [(row["id"], row["query"]) for row in exported] == [(str(own), "jaws")]


def test_searches_are_deleted_with_their_account(db: psycopg.Connection, viewer: Person) -> None:
    own, without = event(db, viewer.id), event(db)
    db.execute("delete from auth.users where id = %s", [viewer.id])
    rows = db.execute("select id from query_events where id = any(%s)", [[own, without]]).fetchall()
    assert rows == [(without,)]
