"""Fixtures of the tests of recommendations and published counts."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.sql.people import become, empty_catalog, item, person
from tests.sql.recommend.counts import PATHS


@pytest.fixture(autouse=True)
def own_catalog(request: pytest.FixtureRequest) -> None:
    """Lists hold only items of the test, and only its raters decide which items are rare."""
    if "db" in request.fixturenames:
        db = request.getfixturevalue("db")
        empty_catalog(db)
        db.execute("delete from raters")


@pytest.fixture
def film(db: psycopg.Connection) -> UUID:
    film = item(db, "A film that few know")
    db.execute("update content set original_language = 'rm' where id = %s", [film])
    return film


@pytest.fixture
def seen(db: psycopg.Connection, film: UUID) -> Callable[[], dict[str, Any]]:
    """A function that runs every query of PATHS as a viewer without ratings."""
    observer, other = person(db, "observer"), item(db, "Another film")

    def look() -> dict[str, Any]:
        become(db, observer)
        values = {"film": film, "observer": observer.id, "other": other}
        rows = {name: db.execute(query, values).fetchall() for name, query in PATHS.items()}
        db.execute("reset role")
        return rows

    return look
