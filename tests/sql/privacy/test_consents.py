"""Consents: recorded, read by their owner, and never changed."""

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


def test_a_consent_given_and_taken_back_is_two_rows(db: psycopg.Connection, viewer: Person) -> None:
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
def test_a_consent_that_cannot_be_is_refused_by_its_field(
    db: psycopg.Connection, viewer: Person, purpose: object, granted: object, version: object, field: str
) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue) as error, db.transaction():
        record(db, purpose, granted, version)
    assert error.value.diag.message_detail == f'{{"field": "{field}"}}'
    assert db.execute("select from consents").rowcount == 0


def test_one_reads_and_gives_only_ones_own_consents(db: psycopg.Connection, viewer: Person) -> None:
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
def test_nobody_changes_what_was_consented_to(
    db: psycopg.Connection, viewer: Person, role: str, change: str
) -> None:
    record(db, "terms", True, "1")
    become(db, viewer, role)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(change)


def test_a_client_cannot_date_a_consent_back(db: psycopg.Connection, viewer: Person) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        db.execute(
            "insert into consents (purpose, document_version, is_granted, given_at) "
            "values ('terms', '1', true, '2020-01-01')"
        )


def test_anon_reads_the_purposes_and_consents_to_nothing(db: psycopg.Connection) -> None:
    become(db, None)
    assert ("terms",) in db.execute("select purpose from consent_purposes").fetchall()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        record(db, "terms", True, "1")
