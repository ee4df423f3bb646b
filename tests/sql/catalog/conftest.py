"""Fixtures of the catalog tests."""

import pytest

from tests.sql.people import empty_catalog


@pytest.fixture(autouse=True)
def own_catalog(request: pytest.FixtureRequest) -> None:
    """A test that reads lists of the whole catalog sees only items of its own."""
    if "db" in request.fixturenames:
        empty_catalog(request.getfixturevalue("db"))
