"""Fixtures of the identity tests."""

import psycopg
import pytest

from tests.sql.people import Person, person


@pytest.fixture
def viewer(db: psycopg.Connection) -> Person:
    return person(db)


@pytest.fixture
def kid(db: psycopg.Connection, viewer: Person) -> Person:
    """A kids profile of the viewer's account."""
    row = db.execute(
        "insert into profiles (account_id, name, is_kids, maturity_rating) values (%s, 'Zoë', true, 'NC-17') "
        "returning id, (select r.id from raters r where r.profile_id = profiles.id)",
        [viewer.id],
    ).fetchone()
    assert row
    rater = db.execute("select id from raters where profile_id = %s", [row[0]]).fetchone()
    assert rater
    return Person(viewer.id, row[0], rater[0])
