"""Consents: recorded and read by their owner, never changed."""

import psycopg
import pytest

from tests.sql.people import Person, become, person


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    viewer = person(db)
    become(db, viewer)
    return viewer


def record(db: psycopg.Connection, purpose: object, granted: object, version: object) -> None:
    db.execute("select record_consent(%s, %s, %s)", [purpose, granted, version])


def test_granted_and_withdrawn_consent_is_two_rows(db: psycopg.Connection, viewer: Person) -> None:
    record(db, "marketing", True, " 2026-11 שלום 😀 ")
    record(db, "marketing", False, "2026-12")
    rows = db.execute(
        "select account_id, purpose, document_version, is_granted, given_at = now() from consents order by id"
    ).fetchall()
    assert rows == [
        (viewer.id, "marketing", "2026-11 שלום 😀", True, True),
        (viewer.id, "marketing", "2026-12", False, True),
    ]


@pytest.mark.parametrize(
    ("purpose", "granted", "version", "field"),
    [
        (None, True, "1", "purpose"),
        ("", True, "1", "purpose"),
        ("terms'; drop table consents; --", True, "1", "purpose"),
        ("terms", None, "1", "granted"),
        ("terms", True, None, "version"),
        ("terms", True, "   ", "version"),
        ("terms", True, "x" * 51, "version"),
    ],
)
def test_invalid_consent_is_refused_with_its_field(
    db: psycopg.Connection, viewer: Person, purpose: object, granted: object, version: object, field: str
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as error, db.transaction():
        record(db, purpose, granted, version)
    assert error.value.diag.message_detail == f'{{"field": "{field}"}}'
    assert db.execute("select from consents").rowcount == 0


def test_viewer_reads_and_adds_only_own_consents(db: psycopg.Connection, viewer: Person) -> None:
    record(db, "terms", True, "1")
    other = person(db, "other_viewer")
    become(db, other)
    assert db.execute("select from consents").rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(
            "insert into consents (account_id, purpose, document_version, is_granted) "
            "values (%s, 'terms', '1', true)",
            [viewer.id],
        )


@pytest.mark.parametrize("role", ["authenticated", "service_role"])
@pytest.mark.parametrize("change", ["update consents set is_granted = false", "delete from consents"])
def test_recorded_consent_cannot_be_changed(
    db: psycopg.Connection, viewer: Person, role: str, change: str
) -> None:
    record(db, "terms", True, "1")
    become(db, viewer, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(change)


def test_client_cannot_set_the_time_of_a_consent(db: psycopg.Connection, viewer: Person) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(
            "insert into consents (purpose, document_version, is_granted, given_at) "
            "values ('terms', '1', true, '2020-01-01')"
        )


def test_anon_reads_purposes_and_cannot_record_consent(db: psycopg.Connection) -> None:
    become(db, None)
    assert ("terms",) in db.execute("select purpose from consent_purposes").fetchall()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        record(db, "terms", True, "1")
