"""Fixtures of the privacy tests."""

from uuid import UUID

import psycopg
import pytest

from tests.sql.people import item
from tests.sql.privacy.household import Household, household


@pytest.fixture
def films(db: psycopg.Connection) -> list[UUID]:
    return [item(db, f"Film {number}") for number in range(4)]


@pytest.fixture
def home(db: psycopg.Connection, films: list[UUID]) -> Household:
    return household(db, films)
