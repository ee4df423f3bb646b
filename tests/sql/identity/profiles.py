"""Adding profiles and reading which of them acts."""

from uuid import UUID

import psycopg


def add(db: psycopg.Connection, name: str = "Another") -> UUID:
    """Add a profile as the current user; its id."""
    row = db.execute("insert into profiles (name) values (%s) returning id", [name]).fetchone()
    assert row
    return UUID(str(row[0]))
